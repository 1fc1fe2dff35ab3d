//! What can be wrong with a notebook file.

use std::io;
use std::path::PathBuf;

/// Why a notebook cannot be read, run or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file is not there.
    #[error("no such notebook: `{}`", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file is there but cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is no JSON.
    #[error("`{}` is not JSON: {source}", path.display())]
    NotJson {
        /// The file.
        path: PathBuf,
        /// Where reading stopped, and why.
        source: serde_json::Error,
    },
    /// The file is JSON, but no notebook.
    #[error("`{}` is JSON, but not a notebook: {problem}", path.display())]
    NotNotebook {
        /// The file.
        path: PathBuf,
        /// What a notebook has and this lacks.
        problem: String,
    },
    /// The file is a notebook of another generation.
    #[error("`{}` is in notebook format {found}, but format 4 is needed", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format's number.
        found: String,
    },
    /// The notebook is written in another language.
    #[error("`{}` is a notebook for {found}, but Rust is needed", path.display())]
    OtherKernel {
        /// The file.
        path: PathBuf,
        /// The language or kernel it names.
        found: String,
    },
    /// The file is no script that was made of a notebook.
    #[error("`{}` is no notebook as a script: {problem}", path.display())]
    NotScript {
        /// The file.
        path: PathBuf,
        /// What cannot be read.
        problem: String,
    },
    /// The notebook cannot be a program.
    #[error("`{}` cannot be a program: cell {cell}: {problem}", path.display())]
    NotProgram {
        /// The notebook.
        path: PathBuf,
        /// The cell's position, from 1.
        cell: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// The executed notebook cannot be written.
    #[error("cannot write `{}`: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl Error {
    /// What to do about it, in one line.
    pub fn hint(&self) -> String {
        match self {
            Self::Missing { .. } => {
                "check the spelling; folders work too, `candlelab run labs` runs all below it"
                    .into()
            }
            Self::Read { .. } => "check that it is a file that you may read".into(),
            Self::NotJson { .. } => {
                "a notebook is one JSON object; was it cut short, or left with merge markers?"
                    .into()
            }
            Self::NotNotebook { .. } => "open it in JupyterLab and save it anew".into(),
            Self::Format { path, .. } => {
                let path = path.display();
                format!("upgrade it: `jupyter nbconvert --to notebook --inplace {path}`")
            }
            Self::OtherKernel { .. } => {
                "choose the kernel Rust (Candle) in JupyterLab and save, or use `jupyter execute`"
                    .into()
            }
            Self::NotScript { .. } => {
                "a cell begins with a line such as `// %% [markdown] tags=[\"a\"]`".into()
            }
            Self::NotProgram { .. } => {
                "mend the cell, or give it the tag `skip-execution` to leave it out".into()
            }
            Self::Write { .. } => {
                "free some space, or choose a folder that you may write with `--output`".into()
            }
        }
    }
}
