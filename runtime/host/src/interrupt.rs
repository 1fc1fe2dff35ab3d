//! The interrupt flag: set by the host, checked by every long loop.

use std::sync::atomic::{AtomicBool, Ordering};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// What a stopped cell panics with; the host shows it as an interrupt, not as a fault.
#[derive(Debug, Clone, Copy)]
pub struct Interrupted;

/// Stops the cell here if the user asked for it; its variables are kept.
///
/// # Panics
/// With [`Interrupted`] when an interrupt is pending: that is how the cell stops.
pub fn check_interrupt() {
    if REQUESTED.swap(false, Ordering::Relaxed) {
        std::panic::panic_any(Interrupted);
    }
}

/// Asks the running cell to stop. Safe in a signal handler.
pub(crate) fn request() {
    REQUESTED.store(true, Ordering::Relaxed);
}

/// Forgets a request that came too late for its cell.
pub(crate) fn clear() {
    REQUESTED.store(false, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_stops_the_next_check_once() {
        request();
        let stopped = std::panic::catch_unwind(check_interrupt).unwrap_err();
        assert!(stopped.is::<Interrupted>());
        check_interrupt();
    }
}
