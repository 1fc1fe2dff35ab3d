//! The user's end of an engine's process.

use super::message::{Answer, Request, Start, send};
use crate::{EngineError, Handle, processes};
use std::io::{self, BufRead, BufReader};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many answers may wait; a cell that prints faster than it is read waits too.
const WAITING: usize = 256;
/// A cell that runs so long after it was first interrupted loses its engine.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a process may take to end by itself.
const GRACE: Duration = Duration::from_secs(2);
/// How long a session may take to start, on a busy machine.
const START: Duration = Duration::from_secs(180);
/// How many processes a notebook may have, by which one that forks without end is told.
const MOST: usize = 256;

/// A process that answers for an engine.
pub(super) struct Process {
    child: Child,
    line: Arc<Line>,
    pub answers: Receiver<Answer>,
}

impl Process {
    /// Starts the process, in a group of its own, so that Ctrl-C in a terminal does not reach it.
    /// From now on `line` leads to it.
    pub fn start(mut command: Command, line: &Arc<Line>) -> Result<Self, EngineError> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        // Locked first, or the new process might be taken for an orphan.
        let mut engines = engines();
        let mut child = command.spawn().map_err(|error| EngineError {
            message: format!("cannot start `{}`: {error}", command.get_program().display()),
            hint: None,
        })?;
        engines.push(child.id());
        drop(engines);
        let answers = listen(child.stdout.take().expect("piped"));
        *lock(&line.process) = Some((child.id(), child.stdin.take().expect("piped")));
        Ok(Self { child, line: line.clone(), answers })
    }

    /// Whether the process has not ended.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Asks for a session and waits for it; `None` where the process ends or hangs instead.
    pub fn start_session(&self, start: &Start) -> Option<Result<(), EngineError>> {
        self.line.send(&Request::Start(start.clone())).ok()?;
        let deadline = Instant::now() + START;
        loop {
            let patience = deadline.saturating_duration_since(Instant::now());
            match self.answers.recv_timeout(patience).ok()? {
                Answer::Started(result) => return Some(result),
                // A thread of the last session still printed.
                Answer::Event(_) => {}
                Answer::Ended(_) => return None,
            }
        }
    }

    /// Ends the engine's children where they are too many, or hold more memory than they may; says
    /// so if they did.
    pub fn end_if_above(&self, limit: Option<u64>) -> Option<String> {
        let cells = processes::descendants(self.engine());
        let resident = limit.map_or(0, |_| processes::resident(&cells));
        let is_above = limit.filter(|limit| resident > *limit);
        if is_above.is_none() && cells.len() <= MOST {
            return None;
        }
        cells.iter().for_each(|process| processes::kill_tree(*process));
        let Some(limit) = is_above else {
            return Some(format!("the cell started {} processes; {MOST} may be", cells.len()));
        };
        let gigabytes = |bytes: u64| bytes as f64 / (1u64 << 30) as f64;
        let (used, limit) = (gigabytes(resident), gigabytes(limit));
        Some(format!("the cell used {used:.2} GiB of memory; its limit is {limit:.2} GiB"))
    }

    /// The process that runs the session: this one, or a copy of it; in a sandbox that is the first
    /// process of a namespace, and what lies between it and this one waits for it.
    fn engine(&self) -> u32 {
        let own = self.child.id();
        let is_copy = |it: &u32| processes::command(*it) == processes::command(own);
        let Some(copy) = processes::children(own).into_iter().find(is_copy) else { return own };
        let is_first = |it: &u32| processes::is_first_of_namespace(*it);
        processes::children(copy).into_iter().find(is_first).unwrap_or(copy)
    }

    /// Ends the process and all below it; returns how it ended, if it did so by itself.
    pub fn end(mut self) -> String {
        match self.wait(GRACE) {
            Some(status) => describe(status),
            None => "it no longer answered, and was ended".into(),
        }
    }

    fn wait(&mut self, patience: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + patience;
        loop {
            match self.child.try_wait() {
                Ok(None) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Ok(status) => return status,
                Err(_) => return None,
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A process whose input ends ends by itself, and takes its files along.
        *lock(&self.line.process) = None;
        let id = self.child.id();
        self.wait(GRACE);
        if self.is_alive() {
            processes::kill_tree(id);
            let _ = self.child.wait();
        }
        // What the engine has left behind is still in its group.
        // SAFETY: signals processes; where there are none, nothing happens.
        unsafe { libc::killpg(id as i32, libc::SIGKILL) };
        // Or it is an orphan, which this process has adopted if it adopts any.
        let mut engines = engines();
        engines.retain(|engine| *engine != id);
        processes::end_orphans(&engines);
    }
}

/// The engines' processes that there are.
fn engines() -> MutexGuard<'static, Vec<u32>> {
    static ENGINES: Mutex<Vec<u32>> = Mutex::new(Vec::new());
    lock(&ENGINES)
}

fn describe(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(libc::SIGKILL), _) => "the engine's process was killed".into(),
        (Some(signal), _) => format!("the engine's process was ended by signal {signal}"),
        (_, code) => {
            format!("the engine's process ended with exit status {}", code.unwrap_or_default())
        }
    }
}

fn listen(answers: ChildStdout) -> Receiver<Answer> {
    let (queue, received) = mpsc::sync_channel(WAITING);
    std::thread::spawn(move || {
        for line in BufReader::new(answers).lines().map_while(Result::ok) {
            let Ok(answer) = serde_json::from_str(&line) else { break };
            if queue.send(answer).is_err() {
                break;
            }
        }
    });
    received
}

/// Speaks to the process there is; stops the running cell by request, and in the end by force.
#[derive(Default)]
pub(super) struct Line {
    process: Mutex<Option<(u32, ChildStdin)>>,
    /// When the running cell was first interrupted.
    asked: Mutex<Option<Instant>>,
}

impl Line {
    /// A new cell begins.
    pub fn begin(&self) {
        *lock(&self.asked) = None;
    }

    /// Sends a request.
    ///
    /// # Errors
    /// If there is no process, or it reads no more.
    pub fn send(&self, request: &Request) -> io::Result<()> {
        match &mut *lock(&self.process) {
            Some((_, requests)) => send(requests, request),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Handle for Line {
    fn interrupt(&self) {
        let since = *lock(&self.asked).get_or_insert_with(Instant::now);
        if since.elapsed() < PATIENCE && self.send(&Request::Interrupt).is_ok() {
            return;
        }
        if let Some((process, _)) = &*lock(&self.process) {
            processes::kill_tree(*process);
        }
    }
}
