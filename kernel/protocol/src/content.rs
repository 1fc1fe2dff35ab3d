//! The contents of messages: one struct a message, named as on the wire.

mod comm;
mod execute;
mod history;
mod input;
mod introspect;
mod kernel;
mod output;

pub use comm::*;
pub use execute::*;
pub use history::*;
pub use input::*;
pub use introspect::*;
pub use kernel::*;
pub use output::*;

use serde::{Deserialize, Serialize};

/// The content of a message.
pub trait Content: Serialize {
    /// The message's name in its header.
    const MSG_TYPE: &'static str;
}

macro_rules! content {
    ($($name:ident = $msg_type:literal),* $(,)?) => {
        $(impl crate::Content for $name { const MSG_TYPE: &'static str = $msg_type; })*
    };
}
pub(crate) use content;

/// How a request went; part of every reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum ReplyStatus {
    /// It was done.
    Ok,
    /// It failed.
    Error(Error),
    /// It was not tried, since an earlier one failed.
    Aborted,
}

/// What went wrong; also the iopub message `error`.
///
/// <https://jupyter-client.readthedocs.io/en/stable/messaging.html#execution-errors>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    /// The kind of failure.
    pub ename: String,
    /// One line that says what happened.
    pub evalue: String,
    /// The text to show, a string a line.
    pub traceback: Vec<String>,
}

content! { Error = "error" }
