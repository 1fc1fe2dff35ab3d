//! The engine's process.

use super::message::{Answer, Request, Start, send};
use crate::{Engine, EngineError, Event, Frontend, Handle, processes};
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long the engine may take to end by itself.
const GRACE: Duration = Duration::from_secs(2);

/// Answers for an engine on standard input and output until the input ends.
///
/// # Errors
/// If the standard streams are not there.
pub fn serve(mut start: impl FnMut() -> Result<Box<dyn Engine>, EngineError>) -> io::Result<()> {
    processes::adopt_orphans();
    let (requests, answers) = streams()?;
    let running = Running::default();
    let requests = listen(requests, running.clone());
    let mut engine: Option<Box<dyn Engine>> = None;
    while let Some(Start { folder, .. }) = answer(&requests, &mut engine, &answers) {
        let result = fresh(&mut engine, folder.as_ref(), &mut start);
        running.set(engine.as_deref());
        answers.send(&Answer::Started(result));
    }
    Ok(())
}

/// The standard streams, put out of the way of everything else.
pub(super) fn streams() -> io::Result<(File, Answers)> {
    let streams = (processes::keep(0)?, Answers(Arc::new(Mutex::new(processes::keep(1)?))));
    // Whatever prints in this process must not be taken for an answer.
    redirect_output()?;
    Ok(streams)
}

/// Runs the cells that are asked for, until another session is, which is given; nothing where the
/// requests end or make no sense.
pub(super) fn answer(
    requests: &Receiver<Request>,
    engine: &mut Option<Box<dyn Engine>>,
    answers: &Answers,
) -> Option<Start> {
    for request in requests {
        match (request, &mut *engine) {
            (Request::Start(start), _) => return Some(start),
            (Request::Execute(cell), Some(engine)) => {
                let frontend: Arc<dyn Frontend> = Arc::new(answers.clone());
                answers.send(&Answer::Ended(engine.execute(&cell, &frontend)));
            }
            _ => return None,
        }
    }
    None
}

/// A session as good as new: nothing of the last one is left in memory or running.
fn fresh(
    engine: &mut Option<Box<dyn Engine>>,
    folder: &Path,
    start: &mut impl FnMut() -> Result<Box<dyn Engine>, EngineError>,
) -> Result<(), EngineError> {
    std::env::set_current_dir(folder).map_err(|error| EngineError {
        message: format!("cannot enter `{}`: {error}", folder.display()),
        hint: None,
    })?;
    let mut strays = processes::descendants(std::process::id());
    match engine {
        // Where that fails another process takes over.
        Some(engine) => engine.restart()?,
        None => *engine = Some(start()?),
    }
    let left = processes::descendants(std::process::id());
    strays.retain(|process| left.contains(process));
    processes::end_strays(&strays);
    Ok(())
}

/// The engine that can be interrupted, once there is one.
#[derive(Clone, Default)]
pub(super) struct Running(Arc<Mutex<Option<Arc<dyn Handle>>>>);

impl Running {
    pub fn set(&self, engine: Option<&dyn Engine>) {
        *self.lock() = engine.map(Engine::handle);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Arc<dyn Handle>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Interrupts reach the engine at once, other requests in their turn.
pub(super) fn listen(requests: File, running: Running) -> Receiver<Request> {
    let (queue, received) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(requests).lines().map_while(Result::ok) {
            let Ok(request) = serde_json::from_str(&line) else { break };
            if !matches!(request, Request::Interrupt) {
                if queue.send(request).is_err() {
                    break;
                }
            } else if let Some(handle) = &*running.lock() {
                handle.interrupt();
            }
        }
        drop(queue);
        abandon(&running);
    });
    received
}

/// Nobody waits any more for the cell that may be running; this process ends with it, or without it.
fn abandon(running: &Running) {
    if let Some(handle) = &*running.lock() {
        handle.interrupt();
    }
    for process in processes::descendants(std::process::id()) {
        processes::kill_tree(process);
    }
    std::thread::sleep(GRACE);
    // SAFETY: ends this process at once; nobody uses what it holds.
    unsafe { libc::_exit(0) };
}

fn redirect_output() -> io::Result<()> {
    let nothing = File::open("/dev/null")?;
    // SAFETY: replaces two of this process's own descriptors.
    let done = unsafe {
        libc::dup2(std::os::fd::AsRawFd::as_raw_fd(&nothing), 0) >= 0 && libc::dup2(2, 1) >= 0
    };
    if done { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// The front end of cells in this process: passes all on.
#[derive(Clone)]
pub(super) struct Answers(Arc<Mutex<File>>);

impl Answers {
    /// Where nobody reads any more, the requests will end too.
    pub fn send(&self, answer: &Answer) {
        let _ = send(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), answer);
    }
}

impl Frontend for Answers {
    fn event(&self, event: Event) {
        self.send(&Answer::Event(event));
    }

    fn input(&self, _prompt: &str, _password: bool) -> Option<String> {
        None
    }
}
