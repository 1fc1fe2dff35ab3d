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
    // The allocator that a notebook's worker has, set as there: memory may go back to the system once
    // it has not been used for ten seconds, and not in the middle of every training step.
    const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;
    const ARENA_PURGE_MULT: libmimalloc_sys::mi_option_t = 24;
    // SAFETY: any value is good.
    unsafe {
        libmimalloc_sys::mi_option_set(PURGE_DELAY, 10_000);
        libmimalloc_sys::mi_option_set(ARENA_PURGE_MULT, 1);
    }
    // And its threads sleep as soon as there.
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
