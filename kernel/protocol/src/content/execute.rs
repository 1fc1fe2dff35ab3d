//! <https://jupyter-client.readthedocs.io/en/stable/messaging.html#execute>

use super::{Error, ReplyStatus, content};
use crate::{Metadata, MimeBundle};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Asks to run a cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExecuteRequest {
    /// The source.
    pub code: String,
    /// Show nothing and count nothing.
    #[serde(default)]
    pub silent: bool,
    /// Count it and keep it in the history.
    #[serde(default = "yes")]
    pub store_history: bool,
    /// Expressions to evaluate afterwards, by name.
    #[serde(default)]
    pub user_expressions: Option<Map<String, Value>>,
    /// Whether the user can answer questions.
    #[serde(default = "yes")]
    pub allow_stdin: bool,
    /// Abort the cells that wait behind this one if it fails.
    #[serde(default = "yes")]
    pub stop_on_error: bool,
}

fn yes() -> bool {
    true
}

/// Tells that a cell is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExecuteReply {
    /// How it went.
    #[serde(flatten)]
    pub status: ReplyStatus,
    /// The cell's number.
    pub execution_count: usize,
    /// What the front end should do, such as show a page.
    pub payload: Vec<Payload>,
    /// The values of the request's `user_expressions`.
    pub user_expressions: Map<String, Value>,
    /// When it began, what it cost.
    #[serde(skip)]
    pub metadata: Metadata,
}

/// Something the front end should do besides showing outputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum Payload {
    /// Show a long text in the pager.
    Page {
        /// The text in several formats.
        data: MimeBundle,
        /// The line to start at.
        start: usize,
    },
}

/// The value of one of the `user_expressions`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum ExpressionValue {
    /// It has a value.
    Ok {
        /// The value in several formats.
        data: MimeBundle,
        /// Notes on the formats.
        metadata: MimeBundle,
    },
    /// It failed.
    Error(Error),
}

content! { ExecuteRequest = "execute_request" }
content! { with metadata: ExecuteReply = "execute_reply" }
