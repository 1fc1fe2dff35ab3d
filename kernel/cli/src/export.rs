//! `candlelab export`: notebooks as scripts and programs, and scripts as notebooks.

use crate::cli::{ExportArgs, Target};
use crate::exit::{BadInput, Exit};
use anyhow::Context;
use candlelab_notebook::{Library, Notebook, Project, from_script, to_script, write_file};
use std::fs;
use std::path::Path;

/// Writes the notebook in another form, in a place where nothing is yet.
pub fn run(args: &ExportArgs) -> anyhow::Result<Exit> {
    let notebook = open(&args.notebook)?;
    check_place(args)?;
    match args.to {
        Target::Script => write_file(&args.output, to_script(&notebook).as_bytes())?,
        Target::Notebook => notebook.save(&args.output)?,
        Target::Project => {
            let (name, library) = (package(&args.output), library(args)?);
            Project::new(&notebook, &args.notebook, &name, &library)?.save(&args.output)?;
        }
    }
    Ok(Exit::Ok)
}

/// A script ends in `.rs`, anything else is a notebook.
fn open(path: &Path) -> anyhow::Result<Notebook> {
    if path.extension().is_none_or(|it| it != "rs") {
        return Ok(Notebook::read_rust(path)?);
    }
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let notebook = from_script(&text, path)?;
    notebook.require_rust(path)?;
    Ok(notebook)
}

/// What is there stays, unless it may go; the notebook itself always stays.
fn check_place(args: &ExportArgs) -> Result<(), BadInput> {
    let output = args.output.display();
    let (input, place) = (fs::canonicalize(&args.notebook), fs::canonicalize(&args.output));
    if place.is_ok() && input.ok() == place.ok() {
        let message = format!("the export would replace its input `{output}`");
        return Err(BadInput { message, hint: "choose another place with `--output`".into() });
    }
    if args.output.exists() && !args.force {
        let message = format!("`{output}` is there already");
        return Err(BadInput { message, hint: "`--force` replaces it".into() });
    }
    Ok(())
}

/// The project's name: its folder's, as far as a package may be called so.
fn package(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let allowed = |it: char| if it.is_ascii_alphanumeric() || it == '_' { it } else { '-' };
    let name: String = name.chars().map(allowed).collect();
    if name.starts_with(|it: char| it.is_ascii_alphabetic()) { name } else { format!("lab-{name}") }
}

fn library(args: &ExportArgs) -> Result<Library, BadInput> {
    let Some(folder) = &args.runtime else {
        return Ok(Library::Git(env!("CARGO_PKG_REPOSITORY").into()));
    };
    let places = ["runtime/candlelab", "candlelab", ""].map(|below| folder.join(below));
    let found =
        places.into_iter().find(|place| is_library(place)).and_then(|it| it.canonicalize().ok());
    found.map(Library::Folder).ok_or_else(|| BadInput {
        message: format!("the crate `candlelab` is not in `{}`", folder.display()),
        hint: "name the folder of candlelab's sources".into(),
    })
}

fn is_library(folder: &Path) -> bool {
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    manifest.lines().any(|line| line == "name = \"candlelab\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_named_after_its_folder() {
        assert_eq!(package(Path::new("out/My lab")), "my-lab");
        assert_eq!(package(Path::new("01-lines/")), "lab-01-lines");
        assert_eq!(package(Path::new("ä_b")), "lab--_b");
    }
}
