//! One training workload, timed: `candlelab-bench WORKLOAD ours|candle [SECONDS]`.
//!
//! Prints one line of JSON. `candlelab bench` runs it in turn with the same workload in PyTorch
//! (`torch_workloads.py`, of the same names, shapes and optimisers).
#![allow(clippy::print_stdout)]

mod library;
mod measure;
mod workloads;

use candle_core::{Result, bail};
use library::Library;

// The allocator that a notebook's worker has.
use libmimalloc_sys as _;

fn main() -> Result<()> {
    // SAFETY: it takes nothing; the call makes sure that the allocator is linked.
    unsafe { libmimalloc_sys::mi_version() };
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (Some(name), Some(library)) = (arguments.first(), arguments.get(1)) else {
        bail!("usage: candlelab-bench WORKLOAD ours|candle [SECONDS]");
    };
    let library = match library.as_str() {
        "ours" => Library::Ours,
        "candle" => Library::Candle,
        other => bail!("no library `{other}`: ours or candle"),
    };
    let seconds = arguments.get(2).and_then(|text| text.parse().ok()).unwrap_or(3.0);
    let measured = workloads::run(name, library, seconds)?;
    println!("{}", measured.json(name));
    Ok(())
}
