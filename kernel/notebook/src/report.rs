//! What became of a notebook.

use crate::{Difference, Notebook, runner};
use candlelab_engine::{CellError, Cost};
use jiff::Timestamp;
use std::time::Duration;

/// What became of a notebook's code cells, in order.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// One entry a code cell, empty ones and those not reached included.
    pub cells: Vec<CellReport>,
    /// When it began.
    pub started: Timestamp,
    /// How long the whole run took.
    pub time: Duration,
}

/// What became of one cell.
#[derive(Clone, Debug)]
pub struct CellReport {
    /// Its position among all cells of the notebook, from 0.
    pub position: usize,
    /// Its name in the notebook, where it has one.
    pub id: Option<String>,
    /// The `n` of its `In[n]`, if it ran.
    pub number: Option<usize>,
    /// Its source.
    pub source: String,
    /// How it ended.
    pub status: Status,
    /// When it began, if it did.
    pub started: Option<Timestamp>,
    /// How long it ran.
    pub time: Duration,
    /// Where that time went, and its memory, as far as the engine tells.
    pub cost: Cost,
    /// The error that ended it; with the tag `raises-exception` a passed cell has one.
    pub error: Option<CellError>,
    /// What it printed before it failed; empty where it passed.
    pub printed: String,
}

/// How a cell ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It ran to its end, or was allowed to fail.
    Passed,
    /// It is empty, or tagged `skip-execution`.
    Skipped,
    /// It failed.
    Failed,
    /// It ran to its end, but showed something else than before.
    Different,
    /// It ran longer than it may.
    TimedOut,
    /// The process that ran it ended.
    Died,
    /// The user stopped it, or stopped the run before it began.
    Interrupted,
    /// An earlier cell ended the run.
    NotRun,
}

/// How a notebook ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every cell passed or was skipped.
    Passed,
    /// A cell failed.
    Failed,
    /// Every cell passed, but one showed something else than before.
    Different,
    /// A cell ran longer than it may.
    TimedOut,
    /// The process that ran a cell ended.
    Died,
    /// The user stopped the run.
    Interrupted,
}

impl Report {
    /// The report on a notebook before it runs.
    pub fn not_run(notebook: &Notebook) -> Self {
        Self { cells: runner::plan(notebook), ..Self::default() }
    }

    /// Whether none of its cells has run.
    pub fn has_not_begun(&self) -> bool {
        self.cells.iter().any(|cell| cell.status == Status::NotRun) && self.executed() == 0
    }

    /// How the notebook ended.
    pub fn outcome(&self) -> Outcome {
        self.first_bad().map_or(Outcome::Passed, |(_, outcome)| outcome)
    }

    /// Notes what cells showed otherwise than before.
    pub fn differ(&mut self, differences: Vec<Difference>) {
        for Difference { position, what, diff, .. } in differences {
            let Some(cell) = self.cells.iter_mut().find(|it| it.position == position) else {
                continue;
            };
            cell.status = Status::Different;
            let error = cell.error.get_or_insert_with(|| CellError {
                ename: "Different".into(),
                evalue: what.clone(),
                traceback: Vec::new(),
            });
            error.traceback.push(format!("{what}\n{diff}"));
        }
    }

    /// The first cell that did not pass.
    pub fn culprit(&self) -> Option<&CellReport> {
        self.first_bad().map(|(cell, _)| cell)
    }

    /// How many cells ran.
    pub fn executed(&self) -> usize {
        self.cells.iter().filter(|cell| cell.number.is_some()).count()
    }

    fn first_bad(&self) -> Option<(&CellReport, Outcome)> {
        self.cells.iter().find_map(|cell| Some((cell, cell.status.outcome()?)))
    }
}

impl Status {
    /// The outcome of a notebook in which a cell ends so; `None` where all is well.
    pub fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Passed | Self::Skipped | Self::NotRun => None,
            Self::Failed => Some(Outcome::Failed),
            Self::Different => Some(Outcome::Different),
            Self::TimedOut => Some(Outcome::TimedOut),
            Self::Died => Some(Outcome::Died),
            Self::Interrupted => Some(Outcome::Interrupted),
        }
    }
}
