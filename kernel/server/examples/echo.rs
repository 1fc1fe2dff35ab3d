//! A kernel around the toy engine, to try a front end without compiling the real one:
//! `echo CONNECTION_FILE`.

use candlelab_engine::Echo;
use candlelab_server::{KernelInfo, ServeError, serve};
use std::path::PathBuf;

fn main() -> Result<(), ServeError> {
    let connection = std::env::args_os().nth(1).map(PathBuf::from).unwrap_or_default();
    serve(&connection, || Ok(Box::new(Echo::default())), KernelInfo::default())
}
