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

fn main() -> Result<()> {
    // As in a notebook's worker.
    candlelab_memory::keep()?;
    // SAFETY: there is no other thread yet.
    unsafe { std::env::set_var("CANDLE_BARRIER_POOL_SPIN_LIMIT", "1500") };
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
