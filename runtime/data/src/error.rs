//! What can be wrong with a data set.

use std::io;
use std::path::PathBuf;

/// A data set that cannot be read; the message names the file and tells what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file of the set is not there, under none of its names.
    #[error("no file `{expected}` (or `{expected}.gz`) in {}\nhint: found there: {found}", folder.display())]
    Missing {
        /// Where it was looked for.
        folder: PathBuf,
        /// The name that was looked for.
        expected: &'static str,
        /// What the folder holds instead.
        found: String,
    },
    /// A file cannot be opened, read or unpacked.
    #[error("cannot read {}: {source}\nhint: check that it is a whole file, plain or gzipped", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A file is not what its name says.
    #[error("{}: expected {expected}, found {found}\nhint: {hint}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What should stand there.
        expected: String,
        /// What stands there.
        found: String,
        /// What to do.
        hint: &'static str,
    },
    /// A field of a table is not what it should be.
    #[error(
        "{table}, line {line}, column {column}: expected {expected}, found {found}\nhint: {hint}"
    )]
    Table {
        /// The name of the table; for a file, its path.
        table: String,
        /// The line, from 1.
        line: usize,
        /// The field's place in its line, from 1.
        column: usize,
        /// What should stand there.
        expected: String,
        /// What stands there.
        found: String,
        /// What to do.
        hint: &'static str,
    },
    /// The numbers or names of a data set, or what was asked of it, do not fit.
    #[error("{what}: expected {expected}, found {found}\nhint: {hint}")]
    Invalid {
        /// The set and its part.
        what: String,
        /// What would fit.
        expected: String,
        /// What was there.
        found: String,
        /// What to do.
        hint: &'static str,
    },
    /// A published set is in none of the places.
    #[error("no {set} on this machine: {reason}\nhint: {hint}")]
    Absent {
        /// The set.
        set: &'static str,
        /// What was tried.
        reason: String,
        /// How to get it.
        hint: String,
    },
    /// A download failed.
    #[error(
        "cannot download {url}: {reason}\nhint: check the network, or put the files into a folder of your own and set CANDLELAB_DATA to the folder around it"
    )]
    Download {
        /// The address.
        url: String,
        /// The answer.
        reason: String,
    },
    /// A tensor could not be made.
    #[error(transparent)]
    Tensor(#[from] candle_core::Error),
}

impl Error {
    pub(crate) fn invalid(
        what: String,
        expected: String,
        found: String,
        hint: &'static str,
    ) -> Self {
        Self::Invalid { what, expected, found, hint }
    }
}

/// A result whose error is about a data set.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// So that `mnist()?` also works in a function that returns Candle's `Result`.
impl From<Error> for candle_core::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Tensor(error) => error,
            error => Self::msg(error),
        }
    }
}
