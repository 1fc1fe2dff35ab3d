//! What runs in Gradescope's container for each submission.

use super::metadata::Metadata;
use crate::cli::AutograderArgs;
use crate::exit::Exit;
use crate::print;
use anyhow::{Context, bail};
use candlelab_grader::export::{Course, gradescope};
use candlelab_grader::{Gradebook, Policy, labs};
use candlelab_notebook::write_file;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Grades the submission in the folder; there is a result whatever it is.
pub fn run(args: &AutograderArgs) -> anyhow::Result<Exit> {
    let result = notebook(&args.root.join("submission")).map(|path| grade(args, &path));
    let (json, exit) = match result {
        Ok(Ok(results)) => (results, Exit::Ok),
        Ok(Err(error)) => {
            // For the lecturer; students do not see what is printed.
            print::error(format_args!("{error:#}"));
            let told = "This submission could not be graded. Please tell your lecturer.";
            (of_failure(told), Exit::NotGraded)
        }
        Err(problem) => (of_failure(&problem), Exit::Ok),
    };
    let path = args.root.join("results/results.json");
    write_file(&path, &serde_json::to_vec_pretty(&json)?)?;
    Ok(exit)
}

/// Nothing was graded; why, for the student.
fn of_failure(problem: &str) -> Value {
    json!({"score": 0, "output": problem, "output_format": "text"})
}

/// The one notebook that was handed in, or what the student should know.
fn notebook(folder: &Path) -> Result<PathBuf, String> {
    let mut found = Vec::new();
    search(folder, 3, &mut found);
    found.sort();
    let preferred = found.iter().position(|path| path.ends_with("lab.ipynb"));
    match (preferred, found.len()) {
        (Some(place), _) => Ok(found.swap_remove(place)),
        (None, 1) => Ok(found.swap_remove(0)),
        (None, 0) => Err("There is no notebook (.ipynb) in this submission.".into()),
        (None, _) => {
            Err("There are several notebooks, and none is `lab.ipynb`. Hand in one.".into())
        }
    }
}

fn search(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        // A link may lead anywhere.
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth > 0 => search(&path, depth - 1, found),
            Ok(kind) if kind.is_file() && path.extension().is_some_and(|it| it == "ipynb") => {
                found.push(path);
            }
            _ => {}
        }
    }
}

/// Lays the submission out as `candlelab grade` takes it, and has it graded; gives what Gradescope
/// is told, which itself sees to lateness.
fn grade(args: &AutograderArgs, notebook: &Path) -> anyhow::Result<Value> {
    let metadata = Metadata::read(&args.root.join("submission_metadata.json"));
    let source = args.root.join("source/labs");
    let lab = labs(&source)?.swap_remove(0);
    let lab = lab.parent().and_then(Path::file_name).context("the lab has no folder")?;
    let work = tempfile::tempdir()?;
    let folder = work.path().join("submitted").join(&metadata.student).join(lab);
    fs::create_dir_all(&folder)?;
    let copy = folder.join("lab.ipynb");
    fs::copy(notebook, &copy).context("cannot copy the submission")?;
    if let Some(time) = metadata.created_at {
        File::options().write(true).open(&copy)?.set_modified(time)?;
    }
    let out = work.path().join("grades");
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("grade").arg("--submissions").arg(work.path().join("submitted"));
    command.arg("--labs").arg(&source).arg("--out").arg(&out);
    command.arg("--sandbox").arg(args.sandbox.name());
    let status = command.status().context("cannot start the grader")?;
    let book = out.join("gradebook.db");
    let grades = if book.is_file() { Gradebook::open(&book)?.grades()? } else { Vec::new() };
    match Course::new(grades, &Policy::default(), None).grades.first() {
        Some(scored) => Ok(gradescope(scored, false)),
        None => bail!("`candlelab grade` ended without a grade, {status}"),
    }
}
