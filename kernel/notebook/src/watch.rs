//! Runs one cell and stops it when its time is up or the user says so.

use candlelab_engine::{Cell, Engine, Frontend, Handle, Reply};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// Ends a run from another thread. Clones stop the same run.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicU8>);

const RUNNING: u8 = 0;
const FINISHING: u8 = 1;
const STOPPED: u8 = 2;

impl Stop {
    /// No further cell begins; the running one may end.
    pub fn finish(&self) {
        self.0.fetch_max(FINISHING, Ordering::SeqCst);
    }

    /// Interrupts the running cell; no further one begins.
    pub fn stop(&self) {
        self.0.fetch_max(STOPPED, Ordering::SeqCst);
    }

    /// Whether [`finish`](Self::finish) or [`stop`](Self::stop) was called.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::SeqCst) != RUNNING
    }

    /// Whether [`stop`](Self::stop) was called.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::SeqCst) == STOPPED
    }
}

/// Why a cell was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    TimedOut,
    Stopped,
}

/// How often the watcher looks.
const TICK: Duration = Duration::from_millis(20);
/// A cell that still runs is interrupted anew: the first interrupt may have come before its start.
const AGAIN: Duration = Duration::from_secs(3);

/// Runs a cell; also says why it was interrupted, if it was. Meanwhile `tick` is called now and then.
pub(crate) fn execute(
    engine: &mut dyn Engine,
    cell: &Cell,
    frontend: &Arc<dyn Frontend>,
    timeout: Option<Duration>,
    stop: &Stop,
    tick: &mut (dyn FnMut() + Send),
) -> (Reply, Option<Cut>) {
    let handle = engine.handle();
    thread::scope(|scope| {
        let (running, ended) = mpsc::channel();
        let watcher = scope.spawn(move || watch(&ended, &*handle, timeout, stop, tick));
        let reply = engine.execute(cell, frontend);
        drop(running);
        (reply, watcher.join().expect("the watcher does not panic"))
    })
}

fn watch(
    ended: &Receiver<()>,
    handle: &dyn Handle,
    timeout: Option<Duration>,
    stop: &Stop,
    tick: &mut (dyn FnMut() + Send),
) -> Option<Cut> {
    let started = Instant::now();
    let mut cut = None;
    let mut last = None;
    while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
        if stop.is_stopped() {
            cut = Some(Cut::Stopped);
        } else if timeout.is_some_and(|limit| started.elapsed() >= limit) {
            cut = Some(Cut::TimedOut);
        }
        if cut.is_some() && last.is_none_or(|last: Instant| last.elapsed() >= AGAIN) {
            handle.interrupt();
            last = Some(Instant::now());
        }
        tick();
    }
    cut
}
