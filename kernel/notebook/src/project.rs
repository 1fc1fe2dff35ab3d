//! Notebooks as Cargo projects that print what the notebook prints.
//!
//! Items stand at the level of the module, statements in `main`, in the order of the cells. A cell
//! tagged `skip-execution` or `raises-exception` is left out.

mod items;
mod manifest;
mod pieces;
mod program;

use crate::rust::{Code, with_stack};
use crate::{Error, Kind, Notebook, save, write_file};
use manifest::manifest;
use program::Program;
use std::path::{Path, PathBuf};

/// Tags of cells that are not run, or may fail.
const LEFT_OUT: [&str; 2] = ["skip-execution", "raises-exception"];
const SHOW_VALUE: &str = include_str!("../assets/show_value.rs");

/// Where a project finds the library of the notebooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Library {
    /// In the folder of the crate `candlelab`.
    Folder(PathBuf),
    /// In a git repository.
    Git(String),
}

/// A Cargo project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its files: where they lie in the project's folder, and what is in them.
    pub files: Vec<(&'static str, String)>,
}

impl Project {
    /// Makes a project named `name` of the notebook at `path`. It depends on the library only if the
    /// notebook names something of it.
    ///
    /// # Errors
    /// If a cell is not Rust, defines `main`, or asks for a crate in a way that is not TOML.
    pub fn new(
        notebook: &Notebook,
        path: impl AsRef<Path>,
        name: &str,
        library: &Library,
    ) -> Result<Self, Error> {
        let path = path.as_ref();
        let program = with_stack(|| program(notebook, path))?;
        let library = program.uses_library.then_some(library);
        let title = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let mut files = vec![
            ("Cargo.toml", manifest(notebook, path, name, library)?),
            ("src/main.rs", program.into_text(&title)),
        ];
        if library.is_none() {
            files.push(("src/show_value.rs", SHOW_VALUE.into()));
        }
        Ok(Self { files })
    }

    /// Writes the project: a new folder whole or not at all, in an old one each file so.
    ///
    /// # Errors
    /// If the folder or a file cannot be written.
    pub fn save(&self, folder: impl AsRef<Path>) -> Result<(), Error> {
        let folder = folder.as_ref();
        if !folder.exists() {
            return save::save_folder(folder, &self.files);
        }
        self.files
            .iter()
            .try_for_each(|(name, text)| write_file(&folder.join(name), text.as_bytes()))
    }
}

fn program(notebook: &Notebook, path: &Path) -> Result<Program, Error> {
    let mut program = Program::default();
    for (index, cell) in notebook.cells().enumerate() {
        let cell_number = index + 1;
        let wrong = |problem| Error::NotProgram { path: path.into(), cell: cell_number, problem };
        if cell.kind() != Kind::Code {
            continue;
        }
        match LEFT_OUT.iter().find(|tag| cell.has_tag(tag)) {
            Some(tag) => program.leave_out(cell_number, tag),
            None => {
                let code = Code::parse(&cell.source()).map_err(wrong)?;
                program.add(cell_number, &code).map_err(wrong)?;
            }
        }
    }
    Ok(program)
}
