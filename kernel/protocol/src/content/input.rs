//! <https://jupyter-client.readthedocs.io/en/stable/messaging.html#messages-on-the-stdin-router-dealer-channel>

use super::content;
use serde::{Deserialize, Serialize};

/// Asks the user for a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRequest {
    /// What to show before it.
    pub prompt: String,
    /// Hide what is typed.
    pub password: bool,
}

/// The line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputReply {
    /// What the user typed.
    pub value: String,
}

content! { InputRequest = "input_request", InputReply = "input_reply" }
