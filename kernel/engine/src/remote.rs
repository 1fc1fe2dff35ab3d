//! An engine in a process of its own: whatever a notebook does to it ends there.
//!
//! [`Remote`] is the user's side, [`serve`] the process. They talk through the process's standard
//! input and output, a line of JSON a message; the process lasts from notebook to notebook, since
//! an engine that has started once need not start again.

mod copies;
mod message;
mod process;
mod serve;

pub use copies::serve_copies;
pub use serve::serve;

use crate::*;
use message::{Answer, Request, Start};
use process::{Line, Process};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

/// How often a cell's memory is measured.
const TICK: Duration = Duration::from_millis(100);

/// Runs cells in another process.
pub struct Remote {
    command: Box<dyn Fn() -> Command + Send>,
    memory_limit: Option<u64>,
    start: Start,
    line: Arc<Line>,
    process: Option<Process>,
}

impl Remote {
    /// An engine in the process that `command` starts, which must call [`serve`]; what its cells'
    /// processes hold together may be limited, in bytes.
    pub fn new(command: impl Fn() -> Command + Send + 'static, memory_limit: Option<u64>) -> Self {
        let (command, line) = (Box::new(command), Arc::default());
        Self { command, memory_limit, start: Start::default(), line, process: None }
    }

    /// Starts the process, which need not be waited for until a session is.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start_ahead(&mut self) -> Result<(), EngineError> {
        self.process = Some(Process::start((self.command)(), &self.line)?);
        Ok(())
    }

    /// Says whether who wrote the cells of the next sessions is trusted; by default nobody is. To
    /// [`serve_copies`] whoever is trusted after somebody who is not is not trusted either.
    pub fn trust(&mut self, is_trusted: bool) {
        self.start.is_trusted = is_trusted;
    }

    /// Starts a session without variables, whose cells find files relative to `folder`; nothing
    /// of the last session is left running.
    ///
    /// # Errors
    /// If the process or its engine does not start.
    pub fn fresh(&mut self, folder: &Path) -> Result<(), EngineError> {
        self.start.folder = folder.into();
        let living = self.process.as_mut().and_then(|it| it.is_alive().then_some(it));
        let again = living.and_then(|process| process.start_session(&self.start));
        if let Some(Ok(())) = again {
            return Ok(());
        }
        // The old one first, since both listen on the same line.
        self.process = None;
        let process = self.process.insert(Process::start((self.command)(), &self.line)?);
        process.start_session(&self.start).unwrap_or_else(|| {
            Err(EngineError {
                message: format!("the engine did not start: {}", self.end()),
                hint: Some("run `candlelab doctor`".into()),
            })
        })
    }

    /// Whether the process has ended, and the session with it.
    pub fn has_ended(&self) -> bool {
        self.process.is_none()
    }

    /// Ends the process; returns how it ended.
    fn end(&mut self) -> String {
        self.process.take().map_or("its process has ended".into(), Process::end)
    }

    fn died(&mut self) -> Reply {
        Reply::death(self.end())
    }
}

impl Engine for Remote {
    fn execute(&mut self, cell: &Cell, frontend: &Arc<dyn Frontend>) -> Reply {
        self.line.begin();
        let sent = self.line.send(&Request::Execute(cell.clone()));
        let (Some(process), Ok(())) = (&self.process, sent) else { return self.died() };
        let mut measured = Instant::now();
        let mut excess = None;
        loop {
            match process.answers.recv_timeout(TICK) {
                Ok(Answer::Event(event)) => frontend.event(event),
                Ok(Answer::Ended(reply)) => return explained(reply, excess),
                Ok(Answer::Started(_)) | Err(RecvTimeoutError::Disconnected) => {
                    return self.died();
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if measured.elapsed() >= TICK {
                measured = Instant::now();
                excess = excess.or(process.end_if_above(self.memory_limit));
            }
        }
    }

    /// Interrupts only; the other questions are not passed on, since nobody asks them headless.
    fn handle(&self) -> Arc<dyn Handle> {
        self.line.clone()
    }

    fn restart(&mut self) -> Result<(), EngineError> {
        self.fresh(&PathBuf::from(&self.start.folder))
    }
}

/// Says of a cell that was ended for its memory that this was so.
fn explained(mut reply: Reply, excess: Option<String>) -> Reply {
    if let (Some(error), Some(evalue)) = (&mut reply.error, excess) {
        error.ename = "OutOfMemory".into();
        let rest = error.traceback.drain(..).skip(1);
        error.traceback = std::iter::once(format!("OutOfMemory: {evalue}")).chain(rest).collect();
        error.evalue = evalue;
    }
    reply
}
