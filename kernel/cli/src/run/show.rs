//! What the user sees of a run.

use super::find::Job;
use super::task::Ended;
use crate::print;
use candlelab_notebook::{CellReport, Outcome, Report, Status};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::time::{Duration, Instant};

/// Prints a line a notebook, and what went wrong. Clones share the terminal.
#[derive(Clone)]
pub struct Show {
    started: Instant,
    width: usize,
    total: usize,
    passed: usize,
    bars: MultiProgress,
}

/// Shows on a terminal which cell of a notebook runs.
pub struct Bar(ProgressBar);

impl Bar {
    /// So many cells are done.
    pub fn cell(&self, done: usize, total: usize) {
        self.0.set_message(format!("{} of {total}", done + 1));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Show {
    /// Lines up with the longest of these names.
    pub fn new(names: &[String]) -> Self {
        Self {
            started: Instant::now(),
            width: names.iter().map(|name| name.chars().count()).max().unwrap_or(0),
            total: names.len(),
            passed: 0,
            bars: MultiProgress::new(),
        }
    }

    /// A line that lasts until it is dropped.
    pub fn begin(&self, job: &Job) -> Bar {
        let style = ProgressStyle::with_template("{spinner} {prefix}  cell {msg}  {elapsed}");
        let bar = self.bars.add(ProgressBar::new_spinner());
        bar.set_style(style.expect("the template is valid"));
        bar.set_prefix(job.name.display().to_string());
        bar.enable_steady_tick(Duration::from_millis(200));
        Bar(bar)
    }

    /// The line of a notebook that has run, and what went wrong.
    pub fn notebook(&mut self, ended: &Ended) {
        if let Ok(report) = &ended.result {
            self.passed += usize::from(report.outcome() == Outcome::Passed);
        }
        self.bars.clone().suspend(|| {
            if let Ok(report) = &ended.result {
                self.line(ended, report);
                failure(&ended.job, report);
            }
            ended.note.iter().for_each(print::note);
        });
    }

    fn line(&self, ended: &Ended, report: &Report) {
        print::line(format_args!(
            "{:width$}  {:>3} cells  {:>6.1} s  {}",
            ended.job.called(&ended.label),
            report.executed(),
            report.time.as_secs_f64(),
            result(report),
            width = self.width,
        ));
    }

    /// How many passed, where there was more than one.
    pub fn summary(&self) {
        if self.total > 1 {
            let (passed, total) = (self.passed, self.total);
            let seconds = self.started.elapsed().as_secs_f64();
            print::line(format_args!("{passed} of {total} notebooks passed in {seconds:.1} s"));
        }
    }
}

/// The cell that did not pass, what it printed, its error, and where to read on.
fn failure(job: &Job, report: &Report) {
    let Some(cell) = report.culprit() else { return };
    match report.outcome() {
        Outcome::Interrupted => {}
        Outcome::Different => report.cells.iter().for_each(|cell| differences(job, cell)),
        _ => print::line(format_args!("\n{}", describe(job, cell))),
    }
    print::line(format_args!("executed notebook: {}\n", job.output_name.display()));
}

/// What a cell showed otherwise than before.
fn differences(job: &Job, cell: &CellReport) {
    if let (Status::Different, Some(error)) = (cell.status, &cell.error) {
        let (number, differences) = (cell.number.unwrap_or_default(), error.traceback.join("\n"));
        print::line(format_args!("\nIn[{number}] of `{}`: {differences}", job.name.display()));
    }
}

fn result(report: &Report) -> String {
    let what = match report.outcome() {
        Outcome::Passed => return "ok".into(),
        Outcome::Failed => "failed",
        Outcome::Different => "different",
        Outcome::TimedOut => "timed out",
        Outcome::Died => "kernel died",
        Outcome::Interrupted => "interrupted",
    };
    match report.culprit().and_then(|cell| cell.number) {
        Some(number) => format!("{what} in In[{number}]"),
        None => what.into(),
    }
}

fn describe(job: &Job, cell: &CellReport) -> String {
    let number = cell.number.unwrap_or_default();
    let mut text = format!("In[{number}] of `{}`:\n", job.name.display());
    text += &quote(&cell.source, 12, 12);
    if !cell.printed.is_empty() {
        text += "printed:\n";
        text += &quote(&cell.printed, 0, 10);
    }
    let traceback = cell.error.as_ref().map(|error| error.traceback.join("\n"));
    text + &traceback.unwrap_or_default()
}

/// The first and the last lines of a text, set off from ours.
fn quote(text: &str, head: usize, tail: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let left_out = lines.len().saturating_sub(head + tail);
    let mut quoted = String::new();
    for (index, line) in lines.iter().enumerate() {
        if index < head || index >= head + left_out {
            quoted += &format!("  | {line}\n");
        } else if index == head {
            quoted += &format!("  … {left_out} lines\n");
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_lose_their_middle() {
        assert_eq!(quote("a\nb", 1, 1), "  | a\n  | b\n");
        assert_eq!(quote("a\nb\nc\nd", 1, 1), "  | a\n  … 2 lines\n  | d\n");
        assert_eq!(quote("a\nb\nc", 0, 2), "  … 1 lines\n  | b\n  | c\n");
    }
}
