//! The contents of messages: one struct a message, named as on the wire.

mod comm;
mod debug;
mod execute;
mod history;
mod input;
mod introspect;
mod kernel;
mod output;
mod subshell;
mod usage;

pub use comm::*;
pub use debug::*;
pub use execute::*;
pub use history::*;
pub use input::*;
pub use introspect::*;
pub use kernel::*;
pub use output::*;
pub use subshell::*;
pub use usage::*;

use crate::Metadata;
use serde::{Deserialize, Serialize};

/// The content of a message.
pub trait Content: Serialize {
    /// The message's name in its header.
    const MSG_TYPE: &'static str;

    /// What travels beside it in the message's frame for metadata.
    fn metadata(&self) -> Metadata {
        Metadata::new()
    }
}

/// Names contents; those `with metadata` have a field for it, which is no part of the content.
macro_rules! content {
    (with metadata: $($name:ident = $msg_type:literal),* $(,)?) => {
        $(impl crate::Content for $name {
            const MSG_TYPE: &'static str = $msg_type;

            fn metadata(&self) -> crate::Metadata {
                self.metadata.clone()
            }
        })*
    };
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

impl Error {
    /// An error that happened nowhere in particular.
    pub fn new(ename: &str, evalue: String) -> Self {
        Self { ename: ename.into(), evalue, traceback: Vec::new() }
    }
}

content! { Error = "error" }
