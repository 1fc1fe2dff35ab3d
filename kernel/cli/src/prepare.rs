//! `candlelab prepare`: builds the runtime store.

use crate::cli::PrepareArgs;
use crate::engine::{self, Engines};
use crate::exit::Exit;
use crate::print;

/// Builds what is not there yet, or says what that would be called.
pub fn run(args: &PrepareArgs) -> anyhow::Result<Exit> {
    if args.print_key {
        print::line(engine::store_key()?);
        return Ok(Exit::Ok);
    }
    let engines = Engines::ready()?;
    print::line(format_args!("the runtime is ready: {}", engines.describe()));
    Ok(Exit::Ok)
}
