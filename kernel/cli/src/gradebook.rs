//! `candlelab gradebook`: what is done with marks once they are there.

mod export;
mod history;
mod merge;
mod nbgrader;
mod report;

use crate::cli::GradebookCommand;
use crate::exit::{BadInput, Exit};
use candlelab_grader::Gradebook;
use std::path::Path;

/// Does what the command says.
pub fn run(command: &GradebookCommand) -> anyhow::Result<Exit> {
    match command {
        GradebookCommand::Merge(args) => merge::run(args),
        GradebookCommand::Report(args) => report::run(args),
        GradebookCommand::ToNbgrader(args) => nbgrader::give(args),
        GradebookCommand::FromNbgrader(args) => nbgrader::take(args),
        GradebookCommand::Export(args) => export::run(args),
        GradebookCommand::History(args) => history::run(args),
    }
}

/// The gradebook in a folder; none is begun.
fn open(folder: &Path) -> anyhow::Result<Gradebook> {
    let path = folder.join("gradebook.db");
    if !path.is_file() {
        let message = format!("there is no gradebook `{}`", path.display());
        return Err(BadInput { message, hint: "name its folder with `--out`".into() }.into());
    }
    Ok(Gradebook::open(&path)?)
}
