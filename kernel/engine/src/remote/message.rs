//! What an engine's process and its user tell each other, a line of JSON each.

use crate::{Cell, EngineError, Event, Reply};
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::io::{self, Write};

/// What the process is asked for.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// A session without variables.
    Start(Start),
    /// A cell's run.
    Execute(Cell),
    /// The running cell's end.
    Interrupt,
}

/// What a session starts with.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Start {
    /// The folder in which its cells find files; its name may be no text.
    pub folder: OsString,
    /// Whether who wrote its cells is trusted.
    pub is_trusted: bool,
}

/// What it answers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// The session is there, or not.
    Started(Result<(), EngineError>),
    /// Something the running cell shows.
    Event(Event),
    /// What became of the cell.
    Ended(Reply),
}

/// Writes a message as one line.
pub(super) fn send(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    to.write_all(&line)?;
    to.flush()
}
