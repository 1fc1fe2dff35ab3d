//! What every engine offers, and what it tells while it runs a cell.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// One value in several formats: MIME type to content, strings or JSON.
pub type Bundle = serde_json::Map<String, serde_json::Value>;

/// Something a running cell wants the user to see, in the order it happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// A message for what shows a widget.
    Comm(Comm),
}

/// One message of a comm, the protocol's channel between a widget and its view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comm {
    /// Which comm.
    pub id: String,
    /// What the message does.
    pub act: CommAct,
    /// What it tells.
    pub data: Bundle,
    /// Notes beside it; widgets put their protocol's version here.
    pub metadata: Bundle,
}

/// What a message does to its comm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CommAct {
    /// Opens it towards a target of this name.
    Open {
        /// Whom it should reach, such as `jupyter.widget`.
        target: String,
    },
    /// Tells the other side something.
    Message,
    /// Ends it.
    Close,
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
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Cell {
    /// The source.
    pub code: String,
    /// The number shown as `In[n]`; positions in errors name it.
    pub number: usize,
}

/// What became of a cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// `None` where the cell ran to its end.
    pub error: Option<CellError>,
    /// Whether its process ended with it.
    pub died: bool,
    /// Long texts for the pager, such as help.
    pub pages: Vec<Bundle>,
    /// What it cost.
    pub cost: Cost,
}

impl Reply {
    /// A cell whose process is gone, for a reason that is no doing of a known kind.
    pub fn death(evalue: String) -> Self {
        let ename = "WorkerDied".to_owned();
        let traceback = vec![format!("{ename}: {evalue}")];
        let error = Some(CellError { ename, evalue, traceback });
        Self { error, died: true, ..Self::default() }
    }
}

/// Where a cell's time and memory went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Analysing and compiling.
    pub compile: Duration,
    /// Loading the compiled cell and its variables.
    pub load: Duration,
    /// The user's own code.
    pub run: Duration,
    /// The most memory its process had meanwhile, in bytes, where known.
    pub peak_memory: Option<u64>,
}

/// A variable of the notebook.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its type as a user writes it, such as `Tensor` or `Vec<f32>`.
    #[serde(default)]
    pub type_name: String,
    /// Its value in a line; empty where that is not known.
    #[serde(default)]
    pub value: String,
    /// The shape of a tensor, such as `[2, 3]`.
    #[serde(default)]
    pub shape: Option<String>,
    /// The element type of a tensor, such as `F32`.
    #[serde(default)]
    pub dtype: Option<String>,
    /// Where a tensor lies, such as `Cpu`.
    #[serde(default)]
    pub device: Option<String>,
    /// How much memory its data takes, where known.
    #[serde(default)]
    pub bytes: Option<u64>,
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

/// What may be asked of an engine at any time, also while a cell runs. Shared between threads.
/// An engine that only runs cells has no more than an interrupt.
pub trait Handle: Send + Sync {
    /// Continuations at a byte offset of `code`.
    fn complete(&self, _code: &str, offset: usize) -> Completions {
        Completions { items: Vec::new(), start: offset, end: offset }
    }

    /// Documentation of the name at a byte offset of `code`; `None` where there is none.
    fn inspect(&self, _code: &str, _offset: usize) -> Option<Bundle> {
        None
    }

    /// The variables as they were when the last cell ended, by name.
    fn variables(&self) -> Vec<Variable> {
        Vec::new()
    }

    /// Passes a front end's message on to the widgets. What comes of it while no cell runs is
    /// told to `frontend`.
    fn comm(&self, _message: Comm, _frontend: &Arc<dyn Frontend>) {}

    /// Asks the running cell to stop; returns at once.
    fn interrupt(&self);
}

/// Runs cells one after the other.
pub trait Engine: Send {
    /// Runs one cell. Every event has reached `frontend` when this returns.
    fn execute(&mut self, cell: &Cell, frontend: &Arc<dyn Frontend>) -> Reply;

    /// What other threads may use meanwhile.
    fn handle(&self) -> Arc<dyn Handle>;

    /// Forgets every variable and item.
    fn restart(&mut self) -> Result<(), EngineError>;

    /// Does ahead what would make the first question about code wait; nobody waits now.
    fn prime(&mut self) {}

    /// Lets go of what a copy of this process will not have: other processes, and what threads do.
    ///
    /// # Errors
    /// If it cannot; so below.
    fn rest(&mut self) -> Result<(), EngineError> {
        Ok(())
    }

    /// Goes on in a copy of the process in which it came to rest, without variables and items.
    ///
    /// # Errors
    /// As above.
    fn wake(&mut self) -> Result<(), EngineError> {
        Ok(())
    }
}

/// Why an engine cannot start or go on; a failing cell is no such error.
#[derive(Clone, Debug, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct EngineError {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}
