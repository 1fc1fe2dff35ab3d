//! Ctrl-C: the first ends the run in good order, the second at once.

use crate::exit::Exit;
use crate::print;
use anyhow::Context;
use candlelab_notebook::Stop;

/// From now on Ctrl-C sets `stop`.
pub fn catch(stop: &Stop) -> anyhow::Result<()> {
    let stop = stop.clone();
    let on_signal = move || {
        if stop.is_stopped() {
            print::note("stopped at once");
            std::process::exit(Exit::Interrupted as i32);
        }
        stop.stop();
        print::note("interrupting the running cell; press Ctrl-C again to stop at once");
    };
    ctrlc::set_handler(on_signal).context("cannot listen for Ctrl-C")
}
