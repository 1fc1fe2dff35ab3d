//! Questions about code. Positions are counted in Unicode code points.
//!
//! <https://jupyter-client.readthedocs.io/en/stable/messaging.html#introspection>

use super::{ReplyStatus, content};
use crate::MimeBundle;
use serde::{Deserialize, Serialize};

/// Asks for documentation of the name at the cursor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InspectRequest {
    /// The cell's source.
    pub code: String,
    /// The cursor.
    pub cursor_pos: usize,
    /// 0, or 1 for more detail; all that is known is told either way.
    #[serde(default)]
    pub detail_level: u8,
}

/// The documentation, if there is any.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InspectReply {
    /// How it went.
    #[serde(flatten)]
    pub status: ReplyStatus,
    /// Whether there is any.
    pub found: bool,
    /// It in several formats.
    pub data: MimeBundle,
    /// Notes on the formats.
    pub metadata: MimeBundle,
}

/// Asks how the text before the cursor could go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompleteRequest {
    /// The cell's source.
    pub code: String,
    /// The cursor.
    pub cursor_pos: usize,
}

/// Possible continuations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompleteReply {
    /// How it went.
    #[serde(flatten)]
    pub status: ReplyStatus,
    /// Texts that can be inserted as they stand.
    pub matches: Vec<String>,
    /// Start of the text they replace.
    pub cursor_start: usize,
    /// End of the text they replace.
    pub cursor_end: usize,
    /// Kinds and signatures, for front ends that know the key.
    pub metadata: CompleteMetadata,
}

/// What is known about the matches beyond their text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompleteMetadata {
    /// One entry a match, in the same order.
    #[serde(rename = "_jupyter_types_experimental")]
    pub types: Vec<MatchType>,
}

/// The kind of one match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchType {
    /// Start of the text it replaces.
    pub start: usize,
    /// End of the text it replaces.
    pub end: usize,
    /// The match itself.
    pub text: String,
    /// `function`, `class`, `module`, `instance` or `keyword`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its signature; may be empty.
    pub signature: String,
}

/// Asks whether code can run as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IsCompleteRequest {
    /// The source.
    pub code: String,
}

/// Whether it can.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum IsCompleteReply {
    /// It can.
    Complete,
    /// More text is needed.
    Incomplete {
        /// A proposal for the next line.
        indent: String,
    },
    /// No further text can mend it.
    Invalid,
    /// There is no way to tell.
    Unknown,
}

content! {
    InspectRequest = "inspect_request", InspectReply = "inspect_reply",
    CompleteRequest = "complete_request", CompleteReply = "complete_reply",
    IsCompleteRequest = "is_complete_request", IsCompleteReply = "is_complete_reply",
}
