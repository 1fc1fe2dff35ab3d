//! The Debug Adapter Protocol inside the control channel.
//!
//! <https://jupyter-client.readthedocs.io/en/stable/messaging.html#debug-request>

use super::content;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A request of the Debug Adapter Protocol.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DebugRequest {
    /// Its number.
    pub seq: i64,
    /// What to do.
    pub command: String,
    /// With what.
    #[serde(default)]
    pub arguments: Option<Map<String, Value>>,
}

/// A response of the Debug Adapter Protocol.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DebugReply {
    /// Always `response`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its number.
    pub seq: i64,
    /// The request's number.
    pub request_seq: i64,
    /// The request's command.
    pub command: String,
    /// Whether it was done.
    pub success: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What was asked for.
    pub body: Value,
}

content! { DebugRequest = "debug_request", DebugReply = "debug_reply" }
