//! What every engine offers, and what it tells while it runs a cell.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One value in several formats: MIME type to content, strings or JSON.
pub type Bundle = serde_json::Map<String, serde_json::Value>;

/// Something a running cell wants the user to see, in the order it happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Bytes the cell wrote, coalesced; partial lines and `\r` are kept.
    Stream {
        /// Where it was written.
        name: StreamName,
        /// The text; invalid UTF-8 is replaced.
        text: String,
    },
    /// A picture, a table, … shown beside the cell's value.
    Display {
        /// The formats it comes in.
        data: Bundle,
        /// Names a display so that later ones can replace it.
        display_id: Option<String>,
        /// Whether it replaces the display of that name.
        update: bool,
    },
    /// The value of the cell's last expression.
    Result {
        /// The formats it comes in.
        data: Bundle,
    },
    /// The outputs so far should vanish.
    Clear {
        /// Keep them until the next output arrives, which avoids flicker.
        wait: bool,
    },
}

/// The two output streams of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StreamName {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

impl StreamName {
    /// The name on the wire and in notebooks.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        }
    }
}

/// Who shows the events of a cell and answers its questions.
pub trait Frontend: Send + Sync {
    /// Takes the next event. Called in order, from one thread at a time.
    fn event(&self, event: Event);

    /// Asks the user for one line; `None` where there is no keyboard.
    fn input(&self, prompt: &str, password: bool) -> Option<String>;
}

/// A cell to run.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// The source.
    pub code: String,
    /// The number shown as `In[n]`; positions in errors name it.
    pub number: usize,
}

/// What became of a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// `None` where the cell ran to its end.
    pub error: Option<CellError>,
    /// Long texts for the pager, such as help.
    pub pages: Vec<Bundle>,
}

/// Why a cell failed, in the terms of the notebook protocol.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CellError {
    /// The kind: a rustc code such as `E0308`, `Panic`, `Error`, `Interrupted`, `WorkerDied` …
    pub ename: String,
    /// One line that says what happened.
    pub evalue: String,
    /// The text to show, a string a line, ANSI colours allowed.
    pub traceback: Vec<String>,
}

/// Possible continuations of what stands before the cursor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Completions {
    /// What can be inserted, with its kind and signature.
    pub items: Vec<Completion>,
    /// Start of the replaced text, in bytes.
    pub start: usize,
    /// End of the replaced text, in bytes.
    pub end: usize,
}

/// One possible continuation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Completion {
    /// The text to insert.
    pub text: String,
    /// `function`, `class`, `module`, `instance` or `keyword`.
    pub kind: String,
    /// The signature or a short explanation; may be empty.
    pub signature: String,
}

/// Whether code can run as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// It can.
    Complete,
    /// More text is needed; the string is a proposed indent.
    Incomplete(String),
    /// No further text can mend it.
    Invalid,
}

/// Stops the running cell. Shared with other threads.
pub trait Interrupt: Send + Sync {
    /// Asks the running cell to stop; returns at once.
    fn interrupt(&self);
}

/// Runs cells one after the other and answers questions about code.
pub trait Engine: Send {
    /// Runs one cell. Every event has reached `frontend` when this returns.
    fn execute(&mut self, cell: &Cell, frontend: &Arc<dyn Frontend>) -> Reply;

    /// Continuations at a byte offset of `code`.
    fn complete(&mut self, code: &str, offset: usize) -> Completions;

    /// Documentation of the name at a byte offset of `code`; `None` where there is none.
    fn inspect(&mut self, code: &str, offset: usize, detailed: bool) -> Option<Bundle>;

    /// Whether `code` is a whole cell, by parsing alone.
    fn is_complete(&self, code: &str) -> Completeness;

    /// A handle that stops the running cell from another thread.
    fn interrupter(&self) -> Arc<dyn Interrupt>;

    /// Forgets every variable and item.
    fn restart(&mut self) -> Result<(), EngineError>;
}

/// Why an engine cannot start or go on; a failing cell is no such error.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct EngineError {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}
