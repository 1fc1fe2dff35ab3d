//! Ctrl-C: the first lets the running cells end, the second interrupts them, the third ends all.

use crate::exit::Exit;
use crate::print;
use anyhow::Context;
use candlelab_notebook::Stop;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// From now on Ctrl-C and requests to end go to `stop`.
pub fn catch(stop: &Stop) -> anyhow::Result<()> {
    let mut signals =
        Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot listen for Ctrl-C")?;
    let stop = stop.clone();
    std::thread::spawn(move || signals.forever().for_each(|signal| take(signal, &stop)));
    Ok(())
}

fn take(signal: i32, stop: &Stop) {
    if stop.is_stopped() {
        print::note("stopped at once");
        std::process::exit(Exit::Interrupted as i32);
    } else if signal == SIGINT && !stop.is_asked() {
        // Told first: the program may end as soon as it is asked to.
        print::note("ending after the running cells; press Ctrl-C again to interrupt them");
        stop.finish();
    } else {
        // Who sends SIGTERM will not wait long.
        print::note("interrupting the running cells");
        stop.stop();
    }
}
