//! The engine's end of the private channel: takes the worker's frames and tells the front end.

mod message;
mod reader;
#[cfg(test)]
mod tests;

use super::frame::{self, Kind};
use crate::{Comm, CommAct, Frontend, Variable};
use reader::Reader;
use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a worker that was told to end may take to be gone.
const PATIENCE: Duration = Duration::from_secs(2);

/// A panic or an early return, as the worker's runtime tells it.
#[derive(Clone, Debug, Default)]
pub struct Failure {
    pub ename: String,
    pub message: String,
    /// `file:line:column` in the generated code; empty where it is not known.
    pub location: String,
}

/// What came out of an execution beside its events.
#[derive(Debug, Default)]
pub struct Record {
    pub failure: Option<Failure>,
    /// Variables of an older version of a type, which were dropped.
    pub redefined: Vec<String>,
    /// All variables, and those that the cell put; `None` where it did not come to its end.
    pub variables: Option<(Vec<String>, Vec<Variable>)>,
    /// When the cell was loaded, when its own code began, and when it ended.
    pub began: Option<Instant>,
    pub started: Option<Instant>,
    pub ended: Option<Instant>,
    /// The last text on standard error, to explain a death.
    pub last_words: String,
}

#[derive(Default)]
struct State {
    worker: Option<UnixStream>,
    /// Who shows what a cell shows: the cell under way, or else the last one.
    cell: Option<Arc<dyn Frontend>>,
    /// Who shows what comes of a message to a widget while no cell runs.
    widgets: Option<Arc<dyn Frontend>>,
    nonce: u64,
    synced: bool,
    /// Counts the workers, so that the end of an old one is told from that of the present one.
    generation: u64,
    /// How many workers are read from; more than one while an old one leaves.
    readers: usize,
    /// The open comms, and the worker of each.
    comms: BTreeMap<String, u64>,
    record: Record,
    /// Whether the worker runs a cell, rather than waiting for one to be compiled.
    running: bool,
}

/// The engine's end of the channel; workers come and go behind it.
#[derive(Clone, Default)]
pub struct Link(Arc<(Mutex<State>, Condvar)>);

impl Link {
    /// Listens at `path` for workers, for as long as the program runs.
    pub fn listen(path: &Path) -> std::io::Result<Self> {
        let link = Self::default();
        link.accept(path)?;
        Ok(link)
    }

    /// Listens in a copy of the process, in which the thread that did so is not there.
    pub fn accept(&self, path: &Path) -> std::io::Result<()> {
        let listener = UnixListener::bind(path)?;
        let accepting = self.clone();
        std::thread::spawn(move || {
            for worker in listener.incoming().flatten() {
                accepting.adopt(worker);
            }
        });
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn adopt(&self, worker: UnixStream) {
        let Ok(reading) = worker.try_clone() else { return };
        let mut state = self.lock();
        state.worker = Some(worker);
        state.generation += 1;
        state.readers += 1;
        let generation = state.generation;
        drop(state);
        self.0.1.notify_all();
        let link = self.clone();
        std::thread::spawn(move || Reader::new(link, generation).run(reading));
    }

    /// Starts an execution: what the cell shows goes to `frontend`.
    pub fn begin(&self, frontend: &Arc<dyn Frontend>) {
        let mut state = self.lock();
        state.cell = Some(frontend.clone());
        state.record = Record::default();
        drop(state);
        self.synchronise();
    }

    /// From here on nobody is told anything, until an execution starts.
    pub fn hush(&self) {
        let mut state = self.lock();
        (state.cell, state.widgets) = (None, None);
    }

    /// The number of the present worker.
    pub fn generation(&self) -> u64 {
        self.lock().generation
    }

    /// Waits until another worker has taken the place of that one, and all that it sent was told.
    pub fn see_off(&self, worker: u64) {
        let leaving = |state: &mut State| state.generation == worker || state.readers > 1;
        let _ = self.0.1.wait_timeout_while(self.lock(), PATIENCE, leaving);
    }

    /// Waits for the end of an execution, and until everything that it sent has been told.
    pub fn end(&self) -> Record {
        // The frame that says a cell began may still be under way.
        self.synchronise();
        let mut state = self.lock();
        while state.running {
            state = self.0.1.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        self.synchronise();
        std::mem::take(&mut self.lock().record)
    }

    /// Whether there is a worker, as far as its end has been noticed.
    pub fn is_alive(&self) -> bool {
        self.lock().worker.is_some()
    }

    /// Whether there is a worker, which is asked: one that was killed just now says nothing.
    pub fn is_answered(&self) -> bool {
        self.synchronise();
        self.is_alive()
    }

    /// Passes a front end's message on; while no cell runs, what comes of it is told to `frontend`.
    pub fn comm(&self, comm: &Comm, frontend: &Arc<dyn Frontend>) {
        let mut state = self.lock();
        if !state.running {
            state.widgets = Some(frontend.clone());
        }
        let generation = state.generation;
        state.note(comm, generation);
        state.send(Kind::Comm, 0, message::encode(comm).as_bytes());
    }

    /// Waits until the worker's frames so far have been told, or the worker has gone.
    fn synchronise(&self) {
        let mut state = self.lock();
        state.nonce = fresh_nonce();
        state.synced = false;
        let nonce = state.nonce;
        // A worker that cannot be told is about to be noticed as gone by its reader.
        state.send(Kind::Sync, nonce, &[]);
        while !state.synced && state.worker.is_some() {
            state = self.0.1.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Asks the running cell to stop.
    pub fn interrupt(&self) {
        self.lock().send(Kind::Interrupt, 0, &[]);
    }

    /// Whether the worker runs a cell, rather than waiting for one to be compiled.
    pub fn is_running(&self) -> bool {
        self.lock().running
    }

    /// Waits until the worker runs no cell; false where it still does at the end.
    pub fn wait_until_idle(&self, patience: Duration) -> bool {
        let waiting = |state: &mut State| state.running;
        let state = self.0.1.wait_timeout_while(self.lock(), patience, waiting);
        state.is_ok_and(|(state, _)| !state.running)
    }
}

impl State {
    /// Who is told what the worker sends now: a cell that is still being compiled shows nothing.
    fn frontend(&self) -> Option<Arc<dyn Frontend>> {
        let widgets = self.widgets.as_ref().filter(|_| !self.running);
        widgets.or(self.cell.as_ref()).cloned()
    }

    /// Notes what a message of either side does to its comm.
    fn note(&mut self, comm: &Comm, generation: u64) {
        match comm.act {
            CommAct::Open { .. } => drop(self.comms.insert(comm.id.clone(), generation)),
            CommAct::Message => {}
            CommAct::Close => drop(self.comms.remove(&comm.id)),
        }
    }

    fn send(&mut self, kind: Kind, nonce: u64, payload: &[u8]) -> bool {
        let bytes = frame::encode(kind, nonce, payload);
        self.worker.as_mut().is_some_and(|worker| worker.write_all(&bytes).is_ok())
    }
}

fn fresh_nonce() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(Instant::now())
}
