//! <https://jupyter-client.readthedocs.io/en/stable/messaging.html#history>

use super::{ReplyStatus, content};
use serde::{Deserialize, Serialize};

/// Asks for earlier cells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryRequest {
    /// Give their values too.
    #[serde(default)]
    pub output: bool,
    /// Give the source as it was typed.
    #[serde(default)]
    pub raw: bool,
    /// Which cells.
    #[serde(flatten)]
    pub access: HistoryAccess,
}

/// Which cells of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "hist_access_type", rename_all = "lowercase")]
pub enum HistoryAccess {
    /// The last ones.
    Tail {
        /// How many; all where it is missing.
        #[serde(default)]
        n: Option<i64>,
    },
    /// The cells `start..stop` of one session.
    Range {
        /// The session's number; 0 is the current one, −1 the one before.
        #[serde(default)]
        session: i64,
        /// The first line.
        #[serde(default)]
        start: i64,
        /// The line after the last; to the end where it is missing.
        #[serde(default)]
        stop: Option<i64>,
    },
    /// The cells that match a pattern.
    Search {
        /// `*` stands for any text, `?` for any character.
        #[serde(default)]
        pattern: Option<String>,
        /// The last so many; all where it is missing.
        #[serde(default)]
        n: Option<i64>,
        /// Leave out repetitions.
        #[serde(default)]
        unique: bool,
    },
}

/// The cells, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryReply {
    /// How it went.
    #[serde(flatten)]
    pub status: ReplyStatus,
    /// The cells.
    pub history: Vec<HistoryEntry>,
}

/// One cell: its session, its line, its source, and its value if asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum HistoryEntry {
    /// Session, line and source.
    Input(i64, i64, String),
    /// Session, line, and the source with the value.
    InputOutput(i64, i64, (String, Option<String>)),
}

content! { HistoryRequest = "history_request", HistoryReply = "history_reply" }
