//! `candlelab check-labs`: labs as their authors would check them.

use crate::cli::CheckLabsArgs;
use crate::exit::Exit;
use crate::print;
use crate::session::{self, Session};
use anyhow::Context;
use candlelab_grader::{Lab, chosen_labs, problems, release, results};
use candlelab_notebook::{Cell, Notebook, Options, Outcome};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// How long one cell may run.
const LIMIT: Duration = Duration::from_secs(600);

/// Checks every lab; the exit code tells whether all are as they should be.
pub fn run(args: &CheckLabsArgs) -> anyhow::Result<Exit> {
    if args.fast {
        session::use_small_data();
    }
    let mut session = Session::default();
    let (mut bad, mut all) = (0, 0);
    let folder = fs::canonicalize(&args.labs).unwrap_or_else(|_| args.labs.clone());
    for path in chosen_labs(&folder, &args.only)? {
        all += 1;
        let lab = match Lab::read(path) {
            Ok(lab) => lab,
            Err(error) => {
                bad += 1;
                print::line(error);
                continue;
            }
        };
        let mut found = problems(&lab);
        let mut time = Duration::ZERO;
        if !args.no_run {
            time = run_source(&lab, args.fast, &mut session, &mut found)?;
            run_released(&lab, &mut session, &mut found)?;
        }
        if session.stop.is_stopped() {
            return Ok(Exit::Interrupted);
        }
        bad += usize::from(!found.is_empty());
        show(&lab, time, &found);
    }
    print::line(format_args!("{} of {all} labs are as they should be", all - bad));
    Ok(if bad == 0 { Exit::Ok } else { Exit::CellFailed })
}

fn show(lab: &Lab, time: Duration, found: &[String]) {
    let result = match found.len() {
        0 => "ok".to_owned(),
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    };
    print::line(format_args!(
        "{:28}  {:>2} exercises  {:>3} points  {:>6.1} s  {result}",
        lab.about.lab,
        lab.exercises.len(),
        lab.points(),
        time.as_secs_f64()
    ));
    for problem in found {
        print::line(format_args!("  {problem}"));
    }
}

/// With its solutions a lab runs clean, passes its checks and keeps its time.
fn run_source(
    lab: &Lab,
    fast: bool,
    session: &mut Session,
    found: &mut Vec<String>,
) -> anyhow::Result<Duration> {
    let mut notebook = lab.notebook.clone();
    let report = execute(lab, &mut notebook, session, false)?;
    if let Some(cell) = report.culprit().filter(|_| report.outcome() != Outcome::Passed) {
        let error = cell.error.as_ref().map_or(String::new(), |error| error.evalue.clone());
        found.push(format!("In[{}] fails: {error}", cell.number.unwrap_or_default()));
    }
    let open = results(lab, &notebook).into_iter().filter(|it| it.passed != Some(true));
    found.extend(open.map(|it| format!("check `{}` does not pass with the solution", it.check)));
    let budget = if fast { lab.about.seconds.fast } else { lab.about.seconds.full };
    let time = report.time.as_secs_f64();
    if time > budget {
        found.push(format!("it took {time:.1} s; its budget is {budget} s"));
    }
    Ok(report.time)
}

/// As released every check fails, and says so itself.
fn run_released(lab: &Lab, session: &mut Session, found: &mut Vec<String>) -> anyhow::Result<()> {
    let Ok(mut notebook) = release(lab) else { return Ok(()) };
    let report = execute(lab, &mut notebook, session, true)?;
    for (cell, marks) in lab.checks() {
        let position = lab.notebook.cells().position(|other| other.id() == cell.id());
        let report = report.cells.iter().find(|it| Some(it.position) == position);
        let Some(error) = report.and_then(|report| report.error.as_ref()) else {
            found.push(format!("check `{}` passes without a solution", marks.grade_id));
            continue;
        };
        if error.ename != "CheckFailed" || !is_meant(&error.evalue, &marks.grade_id, cell) {
            let said = error.evalue.lines().next().unwrap_or_default();
            found.push(format!(
                "without a solution check `{}` ends with {}: {said}",
                marks.grade_id, error.ename
            ));
        }
    }
    Ok(())
}

/// Whether a student reads that the exercise is still to be written, or an idea of the check.
fn is_meant(evalue: &str, check: &str, cell: Cell) -> bool {
    let said = evalue.strip_prefix(&format!("{check}: ")).unwrap_or(evalue);
    let idea = said.lines().next().unwrap_or_default();
    idea.contains("still to be written") || cell.source().contains(&format!("\"{idea}\""))
}

/// Runs a notebook in a copy of the lab's folder, so that nothing is left behind.
fn execute(
    lab: &Lab,
    notebook: &mut Notebook,
    session: &mut Session,
    keep_going: bool,
) -> anyhow::Result<candlelab_notebook::Report> {
    let copy = tempfile::tempdir().context("cannot make a temporary folder")?;
    let folder = lab.path.parent().unwrap_or(Path::new("."));
    for entry in fs::read_dir(folder).context("cannot read the lab's folder")?.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            fs::copy(entry.path(), copy.path().join(entry.file_name()))
                .context("cannot copy the lab's files")?;
        }
    }
    let stop = session.stop.clone();
    let engine = session.fresh(copy.path())?;
    let mut options = Options { timeout: Some(LIMIT), stop, keep_going, ..Options::default() };
    Ok(candlelab_notebook::run(notebook, engine, &mut options))
}
