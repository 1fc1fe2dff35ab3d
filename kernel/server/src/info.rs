use candlelab_engine::{Completeness, echo};
use candlelab_protocol::{HelpLink, KernelInfoReply, LanguageInfo, PROTOCOL_VERSION, ReplyStatus};
use std::path::PathBuf;

/// What a kernel says about itself, and where it keeps its history.
#[derive(Clone)]
pub struct KernelInfo {
    /// The kernel's name.
    pub implementation: String,
    /// The kernel's version.
    pub implementation_version: String,
    /// The version of Rust that cells are written in.
    pub language_version: String,
    /// A greeting for consoles.
    pub banner: String,
    /// Entries for the help menu.
    pub help_links: Vec<HelpLink>,
    /// The history's database; `None` keeps it in memory only.
    pub history: Option<PathBuf>,
    /// Whether code is a whole cell, by parsing alone: asked before there is an engine, too.
    pub completeness: fn(&str) -> Completeness,
}

impl KernelInfo {
    pub(crate) fn reply(&self) -> KernelInfoReply {
        KernelInfoReply {
            status: ReplyStatus::Ok,
            protocol_version: PROTOCOL_VERSION.into(),
            implementation: self.implementation.clone(),
            implementation_version: self.implementation_version.clone(),
            language_info: rust(&self.language_version),
            banner: self.banner.clone(),
            help_links: self.help_links.clone(),
            supported_features: vec!["debugger".into(), "kernel subshells".into()],
            debugger: true,
        }
    }
}

fn rust(version: &str) -> LanguageInfo {
    LanguageInfo {
        name: "rust".into(),
        version: version.into(),
        mimetype: "text/x-rust".into(),
        file_extension: ".rs".into(),
        pygments_lexer: "rust".into(),
        codemirror_mode: "rust".into(),
    }
}

impl Default for KernelInfo {
    fn default() -> Self {
        let link = |text: &str, url: &str| HelpLink { text: text.into(), url: url.into() };
        Self {
            implementation: "candlelab".into(),
            implementation_version: env!("CARGO_PKG_VERSION").into(),
            language_version: env!("CARGO_PKG_RUST_VERSION").into(),
            banner: concat!("Rust (Candle), candlelab ", env!("CARGO_PKG_VERSION")).into(),
            help_links: vec![
                link("The Rust Book", "https://doc.rust-lang.org/book/"),
                link("Rust standard library", "https://doc.rust-lang.org/std/"),
                link("Candle", "https://docs.rs/candle-core"),
            ],
            history: None,
            completeness: echo::completeness,
        }
    }
}
