//! `candlelab gradebook`: what is done with marks once they are there.

mod merge;
mod nbgrader;
mod report;

use crate::cli::GradebookCommand;
use crate::exit::{BadInput, Exit};
use anyhow::Context;
use candlelab_grader::Gradebook;
use std::path::Path;

/// Does what the command says.
pub fn run(command: &GradebookCommand) -> anyhow::Result<Exit> {
    match command {
        GradebookCommand::Merge(args) => merge::run(args),
        GradebookCommand::Report(args) => report::run(args),
        GradebookCommand::ToNbgrader(args) => nbgrader::give(args),
        GradebookCommand::FromNbgrader(args) => nbgrader::take(args),
    }
}

/// The gradebook in a folder; none is begun.
fn open(out: &Path) -> anyhow::Result<Gradebook> {
    let path = out.join("gradebook.db");
    if !path.is_file() {
        let message = format!("there is no gradebook `{}`", path.display());
        let hint = "`candlelab grade` makes one".into();
        return Err(BadInput { message, hint }.into());
    }
    Gradebook::open(&path)
        .with_context(|| format!("cannot open the gradebook `{}`", path.display()))
}
