//! Exit codes, and the words for errors.

use crate::jail::NotProtected;
use crate::print;
use candlelab_engine::EngineError;
use candlelab_grader::Error as LabError;
use candlelab_notebook::parameters::ParameterError;
use candlelab_notebook::{Error, Outcome};
use std::fmt::{self, Display};
use std::process::ExitCode;

/// The exit codes in order of weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// All is well.
    Ok = 0,
    /// A cell failed.
    CellFailed = 1,
    /// Wrong usage, bad input, or the output cannot be written.
    BadInput = 2,
    /// A cell ran longer than its limit.
    TimedOut = 3,
    /// The process that ran a cell ended.
    Died = 4,
    /// The kernel did not start.
    NoKernel = 5,
    /// Every cell passed, but outputs differ from those stored.
    Different = 6,
    /// Some submissions could not be graded.
    NotGraded = 7,
    /// The user stopped the command.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl From<Outcome> for Exit {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Passed => Self::Ok,
            Outcome::Failed => Self::CellFailed,
            Outcome::Different => Self::Different,
            Outcome::TimedOut => Self::TimedOut,
            Outcome::Died => Self::Died,
            Outcome::Interrupted => Self::Interrupted,
        }
    }
}

/// Bad input that only the command line knows of.
#[derive(Debug)]
pub struct BadInput {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl Display for BadInput {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for BadInput {}

/// Prints an error with its hint; returns the exit code for it.
pub fn explain(error: &anyhow::Error) -> Exit {
    print::error(error_chain(error));
    if let Some(hint) = hint(error) {
        print::hint(hint);
    }
    code(error)
}

/// The exit code for an error.
pub fn code(error: &anyhow::Error) -> Exit {
    let refused = error.downcast_ref::<NotProtected>().map(|_| Exit::NotGraded);
    let engine = error.downcast_ref::<EngineError>().map(|_| Exit::NoKernel);
    refused.or(engine).unwrap_or(Exit::BadInput)
}

/// An error with its causes; the messages of our own errors name them already.
pub fn error_chain(error: &anyhow::Error) -> String {
    if error.is::<Error>() || error.is::<LabError>() {
        error.to_string()
    } else {
        format!("{error:#}")
    }
}

fn hint(error: &anyhow::Error) -> Option<String> {
    let notebook = || error.downcast_ref::<Error>().map(Error::hint);
    let lab = || error.downcast_ref::<LabError>().map(LabError::hint);
    let parameter = || error.downcast_ref::<ParameterError>().map(ParameterError::hint);
    let engine = || error.downcast_ref::<EngineError>().and_then(|error| error.hint.clone());
    let input = || error.downcast_ref::<BadInput>().map(|error| error.hint.clone());
    let refused = || error.downcast_ref::<NotProtected>().map(|error| error.hint.clone());
    refused().or_else(notebook).or_else(lab).or_else(parameter).or_else(engine).or_else(input)
}
