//! What the user sees of a run.

use super::find::Job;
use crate::print;
use candlelab_notebook::{CellReport, Outcome, Report};
use indicatif::{ProgressBar, ProgressStyle};
use std::time::{Duration, Instant};

/// Prints a line a notebook, and what went wrong.
pub struct Show {
    started: Instant,
    width: usize,
    total: usize,
    passed: usize,
    bar: ProgressBar,
}

impl Show {
    /// Lines up with the longest of these names.
    pub fn new(jobs: &[Job]) -> Self {
        let width = jobs.iter().map(|job| job.name.display().to_string().chars().count()).max();
        Self {
            started: Instant::now(),
            width: width.unwrap_or(0),
            total: jobs.len(),
            passed: 0,
            bar: ProgressBar::hidden(),
        }
    }

    /// Shows on a terminal which cell runs; the next line replaces it.
    pub fn progress(&mut self, job: &Job) -> impl FnMut(usize, usize) + use<> {
        let style = ProgressStyle::with_template("{spinner} {prefix}  cell {msg}  {elapsed}");
        self.bar = ProgressBar::new_spinner().with_style(style.expect("the template is valid"));
        self.bar.set_prefix(job.name.display().to_string());
        self.bar.enable_steady_tick(Duration::from_millis(200));
        let bar = self.bar.clone();
        move |done, total| bar.set_message(format!("{} of {total}", done + 1))
    }

    /// The line of a notebook.
    pub fn line(&mut self, job: &Job, report: &Report) {
        self.bar.finish_and_clear();
        self.passed += usize::from(report.outcome() == Outcome::Passed);
        print::line(format_args!(
            "{:width$}  {:>3} cells  {:>6.1} s  {}",
            job.name.display().to_string(),
            report.executed(),
            report.time.as_secs_f64(),
            result(report),
            width = self.width,
        ));
    }

    /// The cell that did not pass, what it printed, its error, and where to read on.
    pub fn failure(&self, job: &Job, report: &Report) {
        let Some(cell) = report.last() else { return };
        if report.outcome() != Outcome::Interrupted {
            print::line(format_args!("\n{}", describe(job, cell)));
        }
        print::line(format_args!("executed notebook: {}\n", job.output_name.display()));
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

fn result(report: &Report) -> String {
    let what = match report.outcome() {
        Outcome::Passed => return "ok".into(),
        Outcome::Failed => "failed",
        Outcome::TimedOut => "timed out",
        Outcome::Died => "kernel died",
        Outcome::Interrupted => "interrupted",
    };
    match report.last().and_then(|cell| cell.number) {
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
