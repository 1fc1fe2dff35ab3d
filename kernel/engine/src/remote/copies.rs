//! An engine's process that is copied for each session: what took seconds to load is loaded once,
//! and whatever a session does ends with its copy.

use super::message::{Answer, Request, Start};
use super::serve::{Answers, Running, answer, listen, streams};
use crate::{Engine, EngineError, processes};
use std::fs::File;
use std::io::{self, Read};

/// How a copy ends that was asked for another session: one that is not trusted, or one that is.
const ANOTHER: [libc::c_int; 2] = [75, 76];

/// Like [`serve`](super::serve), but each session is answered by a copy of this process as it is
/// when `start` has given its engine. A copy first does `enter`, which must bring it to the folder
/// in which its cells run, and fails where that does; it is told whether the session is trusted, and
/// none is after one that is not.
///
/// To be called while there is one thread.
///
/// # Errors
/// If the standard streams are not there, the engine does not come to rest, or no process can be
/// started; the exit code of a copy that was ended by force.
pub fn serve_copies(
    start: impl FnOnce() -> Result<Box<dyn Engine>, EngineError>,
    enter: impl Fn(bool) -> Result<(), EngineError>,
) -> io::Result<libc::c_int> {
    let (requests, answers) = streams()?;
    let mut engine = start();
    if let Ok(resting) = &mut engine {
        // No copy could be relied on; whoever waits for this process starts another.
        resting.rest().map_err(io::Error::other)?;
    }
    let Some(Start { mut is_trusted, .. }) = first(&requests)? else { return Ok(0) };
    loop {
        // SAFETY: the engine has come to rest, so this thread is all that goes on in the copy.
        match unsafe { libc::fork() } {
            -1 => return Err(io::Error::last_os_error()),
            0 => be_copy(engine, || enter(is_trusted), requests, answers),
            copy => match wait(copy) {
                code if ANOTHER.contains(&code) => is_trusted &= code == ANOTHER[1],
                code => return Ok(code),
            },
        }
    }
}

/// Waits for the first request, which can only be for a session; nothing where none comes.
fn first(mut requests: &File) -> io::Result<Option<Start>> {
    let (mut line, mut byte) = (Vec::new(), [0]);
    // What stands behind the line is for the copy to read.
    while requests.read(&mut byte)? == 1 && byte != *b"\n" {
        line.extend(byte);
    }
    Ok(match serde_json::from_slice(&line) {
        Ok(Request::Start(start)) => Some(start),
        _ => None,
    })
}

/// Answers for one session. The copy ends here: threads that it has not got would be waited for
/// where the engine is dropped.
fn be_copy(
    engine: Result<Box<dyn Engine>, EngineError>,
    enter: impl FnOnce() -> Result<(), EngineError>,
    requests: File,
    answers: Answers,
) -> ! {
    let engine = engine.and_then(|mut engine| {
        enter()?;
        processes::adopt_orphans();
        engine.wake()?;
        Ok(engine)
    });
    let (mut engine, started) = match engine {
        Ok(engine) => (Some(engine), Ok(())),
        Err(error) => (None, Err(error)),
    };
    let running = Running::default();
    running.set(engine.as_deref());
    let requests = listen(requests, running);
    answers.send(&Answer::Started(started));
    let another = answer(&requests, &mut engine, &answers);
    processes::descendants(std::process::id()).into_iter().for_each(processes::kill_tree);
    // SAFETY: ends this process at once; nobody uses what it holds.
    unsafe { libc::_exit(another.map_or(0, |it| ANOTHER[usize::from(it.is_trusted)])) }
}

/// Waits for a copy's end; its exit code, or 1 where it has none.
fn wait(copy: libc::pid_t) -> libc::c_int {
    let mut status = 0;
    // SAFETY: waits for a child of this process.
    while unsafe { libc::waitpid(copy, &mut status, 0) } == -1 {}
    if libc::WIFEXITED(status) { libc::WEXITSTATUS(status) } else { 1 }
}
