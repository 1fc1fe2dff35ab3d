//! `candlelab kernel`: what Jupyter starts.

use crate::cli::KernelArgs;
use crate::engine::{self, Engines};
use crate::exit::Exit;
use candlelab_server::{HelpLink, KernelInfo, history_path, serve};

/// The Rust that cells are written in.
const RUST_VERSION: &str = env!("CARGO_PKG_RUST_VERSION");

/// Serves until the front end goes.
pub fn run(args: &KernelArgs) -> anyhow::Result<Exit> {
    let version = env!("CARGO_PKG_VERSION");
    let info = KernelInfo {
        implementation: "candlelab".into(),
        implementation_version: version.into(),
        language_version: RUST_VERSION.into(),
        banner: format!("candlelab {version}: Rust with Candle. Type %help for help."),
        help_links: help_links(),
        history: history_path(),
        completeness: engine::completeness(),
    };
    serve(&args.connection_file, || Engines::ready()?.start(), info)?;
    Ok(Exit::Ok)
}

fn help_links() -> Vec<HelpLink> {
    let link = |text: &str, url: &str| HelpLink { text: text.into(), url: url.into() };
    vec![
        link("The Rust Book", "https://doc.rust-lang.org/book/"),
        link("Rust standard library", "https://doc.rust-lang.org/std/"),
        link("Candle", "https://docs.rs/candle-core/"),
    ]
}
