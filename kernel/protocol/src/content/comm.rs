//! <https://jupyter-client.readthedocs.io/en/stable/messaging.html#custom-messages>

use super::{ReplyStatus, content};
use crate::Metadata;
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

/// Opens a comm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommOpen {
    /// The new comm.
    pub comm_id: String,
    /// Whom it should reach.
    pub target_name: String,
    /// What to tell it.
    #[serde(default)]
    pub data: Map<String, Value>,
    /// Notes beside it; widgets put their protocol's version here.
    #[serde(skip)]
    pub metadata: Metadata,
}

/// Tells the other side of a comm something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommMsg {
    /// The comm.
    pub comm_id: String,
    /// What to tell it.
    #[serde(default)]
    pub data: Map<String, Value>,
    /// Notes beside it.
    #[serde(skip)]
    pub metadata: Metadata,
}

/// Closes a comm, or refuses a new one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommClose {
    /// The comm.
    pub comm_id: String,
    /// What to tell it.
    #[serde(default)]
    pub data: Map<String, Value>,
    /// Notes beside it.
    #[serde(skip)]
    pub metadata: Metadata,
}

content! { CommInfoRequest = "comm_info_request", CommInfoReply = "comm_info_reply" }
content! { with metadata: CommOpen = "comm_open", CommMsg = "comm_msg", CommClose = "comm_close" }
