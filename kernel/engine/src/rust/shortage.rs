//! Whether the system ended a process because memory ran out.

use std::sync::atomic::{AtomicU64, Ordering};

static SEEN: AtomicU64 = AtomicU64::new(0);

/// A cell begins; what has happened so far is not its fault.
pub fn begin() {
    SEEN.store(count(), Ordering::SeqCst);
}

/// Whether a process was ended for its memory since the cell began.
pub fn happened() -> bool {
    count() > SEEN.load(Ordering::SeqCst)
}

/// How often that has happened since the system started, as far as it tells.
fn count() -> u64 {
    let text = std::fs::read_to_string("/proc/vmstat").unwrap_or_default();
    let count = text.lines().find_map(|line| line.strip_prefix("oom_kill "));
    count.and_then(|count| count.trim().parse().ok()).unwrap_or(0)
}
