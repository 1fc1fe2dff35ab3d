//! <https://github.com/jupyter/enhancement-proposals/blob/master/91-kernel-subshells/kernel-subshells.md>

use super::{ReplyStatus, content};
use serde::{Deserialize, Serialize};

/// Asks for another queue of cells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateSubshellRequest {}

/// There is another queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateSubshellReply {
    /// How it went.
    #[serde(flatten)]
    pub status: ReplyStatus,
    /// What requests for it name in their header.
    pub subshell_id: String,
}

/// Asks to end such a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteSubshellRequest {
    /// Which.
    pub subshell_id: String,
}

/// The queue takes no more cells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteSubshellReply {
    /// How it went.
    #[serde(flatten)]
    pub status: ReplyStatus,
}

/// Asks which queues there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListSubshellRequest {}

/// The queues beside the main one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListSubshellReply {
    /// How it went.
    #[serde(flatten)]
    pub status: ReplyStatus,
    /// Their names.
    pub subshell_id: Vec<String>,
}

content! {
    CreateSubshellRequest = "create_subshell_request", CreateSubshellReply = "create_subshell_reply",
    DeleteSubshellRequest = "delete_subshell_request", DeleteSubshellReply = "delete_subshell_reply",
    ListSubshellRequest = "list_subshell_request", ListSubshellReply = "list_subshell_reply",
}
