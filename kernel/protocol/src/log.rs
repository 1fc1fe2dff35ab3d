//! The kernel's log: Jupyter shows a kernel's standard error in its own terminal.

/// Writes one line to the log.
#[allow(clippy::print_stderr, reason = "the one place; a kernel has no other log")]
pub fn log(line: impl std::fmt::Display) {
    eprintln!("candlelab: {line}");
}
