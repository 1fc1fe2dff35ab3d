//! Questions to the kernel itself.
//!
//! <https://jupyter-client.readthedocs.io/en/stable/messaging.html#kernel-info>

use super::{ReplyStatus, content};
use serde::{Deserialize, Serialize};

/// Asks what this kernel is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KernelInfoRequest {}

/// What this kernel is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KernelInfoReply {
    /// How it went.
    #[serde(flatten)]
    pub status: ReplyStatus,
    /// The newest protocol it speaks.
    pub protocol_version: String,
    /// Its name.
    pub implementation: String,
    /// Its version.
    pub implementation_version: String,
    /// The language of its cells.
    pub language_info: LanguageInfo,
    /// A greeting for consoles.
    pub banner: String,
    /// Entries for the help menu.
    pub help_links: Vec<HelpLink>,
    /// Optional parts of the protocol it supports.
    pub supported_features: Vec<String>,
    /// Whether `debug_request` is answered; older front ends look here.
    pub debugger: bool,
}

/// The language of a kernel's cells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanguageInfo {
    /// Its name, in lower case.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The MIME type of its sources.
    pub mimetype: String,
    /// The extension of its sources, with the dot.
    pub file_extension: String,
    /// The Pygments lexer for it.
    pub pygments_lexer: String,
    /// The CodeMirror mode for it.
    pub codemirror_mode: String,
}

/// An entry for the help menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpLink {
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub url: String,
}

/// Asks where the kernel listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectRequest {}

/// Where it listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectReply {
    /// How it went.
    #[serde(flatten)]
    pub status: ReplyStatus,
    /// The shell channel.
    pub shell_port: u16,
    /// The iopub channel.
    pub iopub_port: u16,
    /// The stdin channel.
    pub stdin_port: u16,
    /// The control channel.
    pub control_port: u16,
    /// The heartbeat.
    pub hb_port: u16,
}

/// Asks the kernel to end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShutdownRequest {
    /// Whether another one is started afterwards.
    #[serde(default)]
    pub restart: bool,
}

/// The kernel ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShutdownReply {
    /// How it went.
    #[serde(flatten)]
    pub status: ReplyStatus,
    /// As in the request.
    pub restart: bool,
}

/// Asks to stop the running cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterruptRequest {}

/// The running cell was asked to stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterruptReply {
    /// How it went.
    #[serde(flatten)]
    pub status: ReplyStatus,
}

content! {
    KernelInfoRequest = "kernel_info_request", KernelInfoReply = "kernel_info_reply",
    ConnectRequest = "connect_request", ConnectReply = "connect_reply",
    ShutdownRequest = "shutdown_request", ShutdownReply = "shutdown_reply",
    InterruptRequest = "interrupt_request", InterruptReply = "interrupt_reply",
}
