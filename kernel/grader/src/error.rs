//! What can be wrong with a lab.

use candlelab_notebook::Error as NotebookError;
use std::path::{Path, PathBuf};

/// Why a lab cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The notebook cannot be read or written.
    #[error(transparent)]
    Notebook(#[from] NotebookError),
    /// A cell of the lab is not as a lab needs it.
    #[error("`{}`, cell `{cell}`: {problem}", path.display())]
    Cell {
        /// The lab's notebook.
        path: PathBuf,
        /// The cell's ID.
        cell: String,
        /// What is wrong with it.
        problem: String,
    },
    /// There are no labs.
    #[error("no labs in `{}`", folder.display())]
    NoLabs {
        /// The folder that was searched.
        folder: PathBuf,
    },
    /// None of the labs has such a name.
    #[error("no lab in `{}` with {parts} in its name", folder.display())]
    NoSuchLab {
        /// The folder that was searched.
        folder: PathBuf,
        /// What the name should contain.
        parts: String,
    },
    /// What has been handed in cannot be read.
    #[error("cannot read the submissions in `{}`: {source}", folder.display())]
    Submissions {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It cannot be told which lab a notebook belongs to.
    #[error("`{}` belongs to no lab of `{}`", path.display(), labs.display())]
    UnknownLab {
        /// The notebook.
        path: PathBuf,
        /// Where the labs are.
        labs: PathBuf,
    },
}

impl Error {
    pub(crate) fn cell(path: &Path, cell: &str, problem: impl Into<String>) -> Self {
        Self::Cell { path: path.into(), cell: cell.into(), problem: problem.into() }
    }

    /// What to do about it, in one line.
    pub fn hint(&self) -> String {
        match self {
            Self::Notebook(error) => error.hint(),
            Self::Cell { .. } => "mend the lab; `candlelab check-labs` lists all problems".into(),
            Self::NoSuchLab { .. } => {
                "`candlelab list` shows all; a part of a name is enough".into()
            }
            Self::NoLabs { .. } => "a lab is a folder such as `03-slug` with a `lab.ipynb`".into(),
            Self::Submissions { .. } => "submissions lie in `STUDENT/LAB/lab.ipynb`".into(),
            Self::UnknownLab { .. } => "name the folder of the labs with `--labs`".into(),
        }
    }
}
