//! What generated code and the host call; not for notebooks.

mod describe;
mod report;
mod store;

pub use describe::Description;
pub(crate) use report::panic_text as caught;
pub use report::{failed, panicked};
pub use store::{VariableStore, aside, create_variable_store};

use crate::channel::{self, Host};
use crate::interrupt;
use std::cell::Cell;
use std::io::Write;

thread_local! {
    /// Whether this thread runs the cell itself rather than a thread that it started.
    static IS_CELL: Cell<bool> = const { Cell::new(false) };
}

/// Connects this runtime to its host; called once, when the worker starts.
#[unsafe(no_mangle)]
pub extern "C" fn candlelab_attach(host: Host) {
    channel::attach(host);
    report::take_panics();
}

/// Called before a cell runs, on its thread.
#[unsafe(no_mangle)]
pub extern "C" fn candlelab_begin() {
    IS_CELL.set(true);
    report::clear();
    interrupt::set_cell_running(true);
}

/// Called by a cell once its variables are there and its own code begins.
pub fn started() {
    channel::started();
}

/// Called after a cell has run.
#[unsafe(no_mangle)]
pub extern "C" fn candlelab_end() {
    candlelab_flush();
    interrupt::set_cell_running(false);
    store::tell();
}

/// Passes partial lines on; called from time to time.
#[unsafe(no_mangle)]
pub extern "C" fn candlelab_flush() {
    let _ = std::io::stdout().flush();
}

/// Passes partial lines on before the cell's own thread writes to standard error, so that both
/// streams stay in the order of the program. Other threads might wait for a lock that it holds.
#[unsafe(no_mangle)]
pub extern "C" fn candlelab_flush_cell() {
    if IS_CELL.get() {
        candlelab_flush();
    }
}

/// Asks the running cell to stop, or else a widget's callback. Safe in a signal handler.
#[unsafe(no_mangle)]
pub extern "C" fn candlelab_interrupt() {
    interrupt::request();
}
