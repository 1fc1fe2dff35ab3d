//! The worker's second thread: takes the engine's orders and passes on what nobody else does.

use super::output::{self, Pipes};
use super::runtime::Runtime;
use crate::rust::frame::{self, Kind};
use std::io::BufReader;
use std::os::unix::net::UnixStream;
use std::sync::OnceLock;
use std::time::Duration;

/// How long partial lines and a child's output may wait.
const PERIOD: Duration = Duration::from_millis(30);

static INTERRUPT: OnceLock<extern "C" fn()> = OnceLock::new();

extern "C" fn on_signal(_signal: libc::c_int) {
    if let Some(interrupt) = INTERRUPT.get() {
        interrupt();
    }
}

/// Starts both threads: one reads orders, one passes output on.
pub fn start(socket: UnixStream, pipes: Pipes, runtime: Runtime) {
    let _ = INTERRUPT.set(runtime.interrupt);
    let _ = output::FLUSH.set(runtime.flush_cell);
    // SAFETY: the handler only sets an atomic flag.
    unsafe { libc::signal(libc::SIGINT, on_signal as *const () as libc::sighandler_t) };
    std::thread::spawn(move || obey(socket, runtime));
    std::thread::spawn(move || pass_on(pipes, runtime));
}

fn obey(socket: UnixStream, runtime: Runtime) {
    let mut orders = BufReader::new(socket);
    while let Ok(order) = frame::read(&mut orders) {
        match order.kind {
            Kind::Sync => output::synchronise(order.nonce),
            Kind::Line => output::answer(serde_json::from_slice(&order.payload).unwrap_or(None)),
            Kind::Interrupt => {
                (runtime.interrupt)();
                output::interrupt();
            }
            // SAFETY: the runtime reads the payload's bytes and keeps none of them.
            Kind::Comm => unsafe { (runtime.comm)(order.payload.as_ptr(), order.payload.len()) },
            _ => break,
        }
    }
    // The engine has gone, or somebody wrote to its socket: no reason to go on.
    // SAFETY: ends the process at once, running nothing of the user's.
    unsafe { libc::_exit(0) };
}

fn pass_on(pipes: Pipes, runtime: Runtime) {
    loop {
        std::thread::sleep(PERIOD);
        (runtime.flush)();
        if has_bytes(pipes.stdout) || has_bytes(pipes.stderr) {
            output::drain_pipes();
        }
    }
}

fn has_bytes(fd: i32) -> bool {
    let mut poll = libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    // SAFETY: polls one valid descriptor without waiting.
    unsafe { libc::poll(&mut poll, 1, 0) > 0 }
}
