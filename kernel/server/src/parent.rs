//! A kernel must not outlive the process that started it.

use std::os::unix::process::parent_id;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

const PERIOD: Duration = Duration::from_secs(1);

/// Returns when the process that started this one has ended.
///
/// Jupyter names itself in `JPY_PARENT_PID`, since a wrapper may stand between it and the kernel.
pub(crate) async fn died() {
    let parent = parent_id();
    let named = std::env::var("JPY_PARENT_PID").ok().and_then(|pid| pid.parse().ok());
    // A number that means nothing at the start belongs to another container.
    let named = named.filter(|pid| is_alive(*pid));
    let mut ticks = tokio::time::interval(PERIOD);
    while parent_id() == parent && named.is_none_or(is_alive) {
        ticks.tick().await;
    }
}

fn is_alive(pid: libc::pid_t) -> bool {
    // SAFETY: signal 0 sends nothing, it only looks whether the process exists.
    let result = unsafe { libc::kill(pid, 0) };
    result == 0 || std::io::Error::last_os_error().raw_os_error() != Some(libc::ESRCH)
}

/// Returns when the system asks this process to end.
pub(crate) async fn terminated() {
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    }
}
