//! <https://jupyter-client.readthedocs.io/en/stable/messaging.html#custom-messages>

use super::{ReplyStatus, content};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Asks which comms are open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommInfoRequest {
    /// Only those of this target.
    #[serde(default)]
    pub target_name: Option<String>,
}

/// The open comms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommInfoReply {
    /// How it went.
    #[serde(flatten)]
    pub status: ReplyStatus,
    /// Comm id to its target's name.
    pub comms: Map<String, Value>,
}

/// Opens a comm from the front end's side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommOpen {
    /// The new comm.
    pub comm_id: String,
    /// Whom it should reach.
    pub target_name: String,
    /// What to tell it.
    #[serde(default)]
    pub data: Map<String, Value>,
}

/// Closes a comm, or refuses a new one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommClose {
    /// The comm.
    pub comm_id: String,
    /// What to tell it.
    #[serde(default)]
    pub data: Map<String, Value>,
}

content! {
    CommInfoRequest = "comm_info_request", CommInfoReply = "comm_info_reply",
    CommOpen = "comm_open", CommClose = "comm_close",
}
