//! What became of notebooks, in the forms that other programs and people read.
//!
//! [`junit`] for a project's CI, [`json_lines`] for programs, [`markdown`] for summaries,
//! [`annotations`] for GitHub, [`html`] for people who want to see every cell.

mod github;
mod html;
mod json_lines;
mod junit;
mod markdown;

pub use github::annotations;
pub use html::html;
pub use json_lines::json_lines;
pub use junit::junit;
pub use markdown::markdown;

use crate::{CellReport, Report, Status};
use std::path::PathBuf;

/// What became of one notebook of a run.
#[derive(Debug)]
pub struct Entry {
    /// The notebook as the user calls it, with the values that tell its run from others.
    pub name: String,
    /// The notebook's file.
    pub file: PathBuf,
    /// The executed notebook.
    pub output: PathBuf,
    /// What became of its cells; where it did not run, why.
    pub result: Result<Report, String>,
}

impl Entry {
    /// What became of its code cells; none where it did not run.
    fn cells(&self) -> &[CellReport] {
        self.result.as_ref().map_or(&[], |report| &report.cells)
    }

    fn seconds(&self) -> f64 {
        self.result.as_ref().map_or(0.0, |report| report.time.as_secs_f64())
    }

    /// The notebook's file as other programs expect it: without a dot in front.
    fn file(&self) -> String {
        let file = self.file.display().to_string();
        file.strip_prefix("./").unwrap_or(&file).to_owned()
    }

    /// How it ended, in a word or two.
    fn outcome(&self) -> &'static str {
        match &self.result {
            Ok(report) if report.has_not_begun() => word(Status::NotRun),
            Ok(report) => report.culprit().map_or("passed", |cell| word(cell.status)),
            Err(_) => "did not run",
        }
    }
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Passed => "passed",
        Status::Skipped => "skipped",
        Status::Failed => "failed",
        Status::Different => "different",
        Status::TimedOut => "timed out",
        Status::Died => "kernel died",
        Status::Interrupted => "interrupted",
        Status::NotRun => "not run",
    }
}

/// A cell's number as in the notebook, else its place among all cells, from 1.
fn label(cell: &CellReport) -> String {
    match cell.number {
        Some(number) => format!("In[{number}]"),
        None => format!("cell {}", cell.position + 1),
    }
}

/// The last lines that a cell printed before it failed.
fn last_printed(cell: &CellReport) -> String {
    let lines: Vec<&str> = cell.printed.lines().collect();
    lines[lines.len().saturating_sub(LAST)..].join("\n")
}

/// How many of them.
const LAST: usize = 10;

/// The text of an error without colours.
fn plain_traceback(cell: &CellReport) -> String {
    let error = cell.error.as_ref();
    let lines = error.map(|error| error.traceback.join("\n")).unwrap_or_default();
    anstream::adapter::strip_str(&lines).to_string()
}

/// An amount of memory for people.
fn megabytes(bytes: u64) -> String {
    format!("{:.0} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use candlelab_engine::{CellError, Cost};
    use std::time::Duration;

    /// A notebook with a cell that passed, one that failed, one skipped and one not reached.
    pub fn failing() -> Entry {
        let cell = |position, number, status| CellReport {
            position,
            id: Some(format!("id-{position}")),
            number,
            source: "let x = <1>;".into(),
            status,
            started: None,
            time: Duration::from_millis(1500),
            cost: Cost { peak_memory: Some(123_400_000), ..Cost::default() },
            error: None,
            printed: String::new(),
        };
        let mut failed = cell(3, Some(2), Status::Failed);
        let traceback = vec!["\u{1b}[31mPanic\u{1b}[0m: a < b & c".to_owned(), "line 2".into()];
        failed.error =
            Some(CellError { ename: "Panic".into(), evalue: "a < b & c".into(), traceback });
        failed.printed = "before\u{1}\n".into();
        let skipped = cell(5, None, Status::Skipped);
        let cells =
            vec![cell(1, Some(1), Status::Passed), failed, skipped, cell(6, None, Status::NotRun)];
        let report = Report {
            cells,
            started: "2026-11-24T01:02:03Z".parse().unwrap(),
            time: Duration::from_millis(3210),
        };
        let output = "out/labs/a.ipynb".into();
        Entry {
            name: "labs/a.ipynb".into(),
            file: "./labs/a.ipynb".into(),
            output,
            result: Ok(report),
        }
    }

    /// A notebook that could not be read.
    pub fn unread() -> Entry {
        let result = Err("`b.ipynb` is not JSON".to_owned());
        Entry {
            name: "b.ipynb".into(),
            file: "b.ipynb".into(),
            output: "out/b.ipynb".into(),
            result,
        }
    }
}
