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
    #[error("cannot read `{}`: {source}", path.display())]
    Submissions {
        /// The folder, archive or notebook.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The rules of the course cannot be followed.
    #[error("the rules in `{}` cannot be followed: {problem}", path.display())]
    Policy {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The list of the course's students cannot be used.
    #[error("the list of students `{}` cannot be used: {problem}", path.display())]
    Roster {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Another program writes to the gradebook, for longer than one waits.
    #[error("the gradebook `{}` is in use by another program", path.display())]
    BookInUse {
        /// The gradebook.
        path: PathBuf,
    },
    /// The file is no gradebook, or none that this version knows.
    #[error("`{}` is no gradebook: {problem}", path.display())]
    NoBook {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        problem: String,
    },
    /// The gradebook's file is not whole.
    #[error("the gradebook `{}` is damaged: {problem}", path.display())]
    BookDamaged {
        /// The gradebook.
        path: PathBuf,
        /// What SQLite finds wrong with it.
        problem: String,
    },
    /// The gradebook cannot be read or written.
    #[error("cannot use the gradebook `{}`: {source}", path.display())]
    Book {
        /// The gradebook.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
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
            Self::Submissions { .. } => {
                "submissions are a folder `STUDENT/LAB/lab.ipynb`, a zip archive or a notebook"
                    .into()
            }
            Self::Policy { .. } => {
                "`candlelab grade --help` shows where the rules lie; docs/gradebook.md, what they say"
                    .into()
            }
            Self::Roster { .. } => {
                "it is CSV with a heading such as `id,first_name,last_name,email`".into()
            }
            Self::BookInUse { .. } => "wait for its end; what is in the gradebook is safe".into(),
            Self::NoBook { .. } => "name another folder with `--out`; nothing was changed".into(),
            Self::BookDamaged { .. } => "restore it from a copy; nothing was changed".into(),
            Self::Book { .. } => {
                "see that the disk has room and the folder can be written; what was graded is kept"
                    .into()
            }
            Self::UnknownLab { .. } => "name the folder of the labs with `--labs`".into(),
        }
    }
}
