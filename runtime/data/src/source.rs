//! Where a data set is from.

use std::fmt;
use std::path::PathBuf;

/// Where a data set is from; `{}` is a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// Made by this program.
    Program,
    /// A file of the user's.
    File(PathBuf),
    /// A folder of the user's.
    Folder(PathBuf),
    /// What an earlier download left in this folder.
    Cache(PathBuf),
    /// Fetched just now.
    Download {
        /// The server.
        mirror: String,
        /// Why it is not in the cache for the next time, if it is not.
        note: Option<String>,
    },
    /// Part of this library.
    Embedded {
        /// Why nothing larger was used, if something was tried.
        note: Option<String>,
    },
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let note = match self {
            Self::Program => return write!(f, "made by this program"),
            Self::File(path) => return write!(f, "read from {}", path.display()),
            Self::Folder(path) => return write!(f, "read from the folder {}", path.display()),
            Self::Cache(path) => return write!(f, "read from the cache, {}", path.display()),
            Self::Download { mirror, note } => {
                write!(f, "downloaded from {mirror}")?;
                note
            }
            Self::Embedded { note } => {
                write!(f, "comes with candlelab")?;
                note
            }
        };
        note.as_ref().map_or(Ok(()), |note| write!(f, " ({note})"))
    }
}
