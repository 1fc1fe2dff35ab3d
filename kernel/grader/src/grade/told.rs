//! What one half of a check told.

use candlelab_notebook::Notebook;
use serde::Deserialize;
use serde_json::Value;

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
    /// Everything that the checks of an executed notebook told under a nonce.
    pub fn all(notebook: &Notebook, nonce: &str) -> Vec<Self> {
        let outputs = notebook.cells().flat_map(|cell| cell.outputs().to_vec());
        let texts = outputs.filter_map(|output| match &output["data"][MIME] {
            Value::String(text) => Some(text.clone()),
            Value::Array(lines) => lines.iter().map(Value::as_str).collect(),
            json @ Value::Object(_) => Some(json.to_string()),
            _ => None,
        });
        let told = texts.filter_map(|text| serde_json::from_str::<Self>(&text).ok());
        told.filter(|told| told.nonce == nonce).collect()
    }
}
