//! What the kernel publishes.
//!
//! <https://jupyter-client.readthedocs.io/en/stable/messaging.html#messages-on-the-iopub-pub-sub-channel>

use super::content;
use crate::MimeBundle;
use serde::{Deserialize, Serialize};

/// What the kernel is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Starting, at work, or waiting.
    pub execution_state: ExecutionState,
}

/// Starting, at work, or waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExecutionState {
    /// Sent once, before anything else.
    Starting,
    /// A request is being worked on.
    Busy,
    /// The request is done, its outputs and its reply are sent.
    Idle,
}

/// Tells a new subscriber that it will receive everything from here on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IopubWelcome {
    /// What it subscribed to.
    pub subscription: String,
}

/// Shows every front end which cell runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecuteInput {
    /// The source.
    pub code: String,
    /// The cell's number.
    pub execution_count: usize,
}

/// Text that a cell wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream {
    /// `stdout` or `stderr`.
    pub name: String,
    /// The text; lines may be partial.
    pub text: String,
}

/// Something to show beside the cell's value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DisplayData {
    /// It in several formats.
    pub data: MimeBundle,
    /// Notes on the formats.
    pub metadata: MimeBundle,
    /// What is not kept in the notebook.
    pub transient: Transient,
}

/// Replaces what a [`DisplayData`] of the same `display_id` shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UpdateDisplayData(pub DisplayData);

/// What is not kept in the notebook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transient {
    /// Names a display so that it can be updated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_id: Option<String>,
}

/// The value of a cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExecuteResult {
    /// The cell's number.
    pub execution_count: usize,
    /// The value in several formats.
    pub data: MimeBundle,
    /// Notes on the formats.
    pub metadata: MimeBundle,
}

/// Makes the outputs so far vanish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClearOutput {
    /// Keep them until the next output arrives.
    pub wait: bool,
}

content! {
    Status = "status", IopubWelcome = "iopub_welcome", ExecuteInput = "execute_input",
    Stream = "stream", DisplayData = "display_data", UpdateDisplayData = "update_display_data",
    ExecuteResult = "execute_result", ClearOutput = "clear_output",
}
