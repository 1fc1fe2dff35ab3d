//! `candlelab prepare`: builds the runtime store.

use crate::engine::Engines;
use crate::exit::Exit;
use crate::print;

/// Builds what is not there yet.
pub fn run() -> anyhow::Result<Exit> {
    let engines = Engines::ready()?;
    print::line(format_args!("the runtime is ready: {}", engines.describe()));
    Ok(Exit::Ok)
}
