//! `candlelab check`: how far a student's notebook is.

use crate::cli::CheckArgs;
use crate::exit::Exit;
use crate::lab_folder::lab_folder;
use crate::print;
use crate::session::Session;
use candlelab_grader::{CheckResult, Lab, find_lab, repair, results, salvage};
use candlelab_notebook::Options;
use std::path::{Path, absolute};
use std::time::Duration;

/// How long a cell of a student may run.
const LIMIT: Duration = Duration::from_secs(300);

/// Runs a copy of the notebook in the lab's own frame, and says which checks pass.
pub fn run(args: &CheckArgs) -> anyhow::Result<Exit> {
    let (student, damage) = salvage(&args.notebook)?;
    let lab = find_lab(
        &student,
        &args.notebook,
        &lab_folder(args.place.labs.as_deref(), &args.notebook)?,
    )?;
    let repaired = repair(&lab, &student)?;
    print::line(format_args!("{} · {}", lab.about.lab, lab.about.title));
    for note in damage.iter().chain(&repaired.notes) {
        print::line(format_args!("note: {note}"));
    }
    let mut notebook = repaired.notebook;
    let mut session = Session::default();
    let path = absolute(&args.notebook)?;
    let stop = session.stop.clone();
    let engine = session.fresh(path.parent().unwrap_or(Path::new("/")))?;
    let mut options =
        Options { timeout: Some(LIMIT), stop, keep_going: true, ..Options::default() };
    candlelab_notebook::run(&mut notebook, engine, &mut options);
    if session.stop.is_stopped() {
        return Ok(Exit::Interrupted);
    }
    Ok(report(&lab, &results(&lab, &notebook), &args.notebook))
}

fn report(lab: &Lab, results: &[CheckResult], notebook: &Path) -> Exit {
    let width = results.iter().map(|it| it.check.chars().count()).max().unwrap_or(0);
    for result in results {
        let sign = if result.passed == Some(true) { '✓' } else { '✗' };
        let message = result.message.lines().next().unwrap_or("it was not run");
        print::line(format_args!("{sign} {:width$}  {message}", result.check));
    }
    let passed = || results.iter().filter(|it| it.passed == Some(true));
    let points = passed().map(|it| it.points).fold(0.0, |sum, points| sum + points);
    let (count, all) = (passed().count(), results.len());
    print::line(format_args!("{count} of {all} checks pass, {points} of {} points", lab.points()));
    let is_open = |check: &String| !passed().any(|it| it.check == *check);
    match lab.exercises.iter().position(|exercise| exercise.checks.iter().any(is_open)) {
        Some(index) => {
            let (number, notebook) = (index + 1, notebook.display());
            print::line(format_args!(
                "next: exercise {number}; for help `candlelab hint {notebook} {number}`"
            ));
            Exit::CellFailed
        }
        None if count < all => Exit::CellFailed,
        None => Exit::Ok,
    }
}
