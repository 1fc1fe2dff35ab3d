//! The interrupt flags: set by the host, checked by every long loop.
//!
//! There is one for the cell, whatever threads work for it, and one for the callbacks of widgets,
//! so that neither takes the other's.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether something runs, and whether it was asked to stop.
struct Flag {
    running: AtomicBool,
    requested: AtomicBool,
}

static CELL: Flag = Flag::new();
static CALLBACK: Flag = Flag::new();

thread_local! {
    /// Whether this thread runs the callbacks of widgets.
    static IS_CALLBACK: Cell<bool> = const { Cell::new(false) };
}

/// What a stopped cell panics with; the host shows it as an interrupt, not as a fault.
#[derive(Debug, Clone, Copy)]
pub struct Interrupted;

/// Stops the cell here if the user asked for it; its variables are kept.
///
/// # Panics
/// With [`Interrupted`] when an interrupt is pending: that is how the cell stops.
pub fn check_interrupt() {
    let flag = if is_callback() { &CALLBACK } else { &CELL };
    if flag.requested.swap(false, Ordering::SeqCst) {
        std::panic::panic_any(Interrupted);
    }
}

impl Flag {
    const fn new() -> Self {
        Self { running: AtomicBool::new(false), requested: AtomicBool::new(false) }
    }

    /// Something begins or ends; a request that came too late for it is forgotten.
    fn set_running(&self, running: bool) {
        self.requested.store(false, Ordering::SeqCst);
        self.running.store(running, Ordering::SeqCst);
    }
}

/// Asks the running cell to stop, or a callback that runs while no cell does. Safe in a signal
/// handler.
pub(crate) fn request() {
    let only_callback =
        !CELL.running.load(Ordering::SeqCst) && CALLBACK.running.load(Ordering::SeqCst);
    let flag = if only_callback { &CALLBACK } else { &CELL };
    flag.requested.store(true, Ordering::SeqCst);
}

/// A cell begins or ends.
pub(crate) fn set_cell_running(running: bool) {
    CELL.set_running(running);
}

/// Runs the callbacks of a widget, on the thread that does nothing else; gives what they panicked
/// with.
pub(crate) fn callback(run: impl FnOnce()) -> std::thread::Result<()> {
    IS_CALLBACK.set(true);
    CALLBACK.set_running(true);
    let ended = catch_unwind(AssertUnwindSafe(run));
    CALLBACK.set_running(false);
    ended
}

/// Whether this thread runs the callbacks of widgets.
pub(crate) fn is_callback() -> bool {
    IS_CALLBACK.try_with(Cell::get).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread::spawn;

    #[test]
    fn a_request_stops_what_it_is_for_and_once() {
        set_cell_running(true);
        request();
        let callback_ended = spawn(|| callback(check_interrupt)).join().unwrap();
        assert!(callback_ended.is_ok(), "a callback took the cell's interrupt");
        let stopped = spawn(check_interrupt).join().unwrap_err();
        assert!(stopped.is::<Interrupted>(), "threads of the cell's are the cell");
        check_interrupt();

        set_cell_running(false);
        let asked_twice = || {
            check_interrupt();
            request();
            check_interrupt();
        };
        let stopped = spawn(move || callback(asked_twice)).join().unwrap().unwrap_err();
        assert!(stopped.is::<Interrupted>());
        check_interrupt();
    }
}
