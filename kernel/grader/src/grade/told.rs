//! What one half of a check told.

use super::alike::alike;
use super::hidden::unmarked;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The format in which checks tell what they noted.
const MIME: &str = "application/vnd.candlelab.probe+json";

/// What a check told.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Told {
    /// The check's name.
    pub check: String,
    /// A note for each comparison, in order.
    pub notes: Vec<Value>,
    /// What has been achieved, where the code ran to its end.
    pub message: Option<String>,
    /// Why it did not.
    pub error: Option<String>,
    nonce: String,
}

impl Told {
    /// What something shown tells of a check, if it does and knows the check's nonce.
    pub fn read(shown: &Map<String, Value>, check: &str, nonce: &str) -> Option<Self> {
        let told: Self = match shown.get(MIME)? {
            Value::String(text) => serde_json::from_str(text).ok()?,
            json => serde_json::from_value(json.clone()).ok()?,
        };
        (told.check == check && told.nonce == nonce).then_some(told)
    }

    /// The idea of a comparison whose two sides are equal but do not look so; it cannot be graded,
    /// since values are compared as they look.
    pub fn looks_different(&self) -> Option<&str> {
        let differs = |note: &&Value| {
            let (own, expected) = (note["own"].as_str(), note["expected"].as_str());
            own.zip(expected).is_some_and(|(own, expected)| !alike(own, expected))
        };
        self.notes.iter().find(differs)?["idea"].as_str().map(|idea| unmarked(idea).0)
    }
}
