//! One notebook of a run.

use super::find::Job;
use super::show::Show;
use crate::cli::RunArgs;
use crate::exit::{self, BadInput, Exit};
use crate::hash::hex;
use candlelab_engine::{EngineError, Remote};
use candlelab_notebook::parameters::{Assignment, Given, grid, parameters};
use candlelab_notebook::reports::Entry;
use candlelab_notebook::{
    Notebook, Options, Outcome, Report, Stop, accept, check_folder, compare, has_outputs,
};
use sha2::{Digest, Sha256};
use std::fs;

/// A notebook that has been read and is to be run.
pub struct Task<'a> {
    job: Job,
    args: &'a RunArgs,
    notebook: Notebook,
    /// The file as it was read.
    bytes: Vec<u8>,
    /// The values of its parameters; empty where it keeps its own.
    assignment: Assignment,
}

/// What became of a notebook.
pub struct Ended {
    pub job: Job,
    /// What tells it from other runs of the same notebook.
    pub label: String,
    /// The last line that it showed.
    pub last_line: String,
    /// Why it could not be run or written is an error; a failing cell is not.
    pub result: anyhow::Result<Report>,
    /// What the run was of, and how; nothing where the notebook could not be read.
    pub key: Option<String>,
    /// What else its user should know.
    pub note: Option<String>,
}

impl<'a> Task<'a> {
    /// Reads the notebook; where parameters have several values, it is to run for each.
    ///
    /// # Errors
    /// If it cannot be run.
    pub fn read(job: &Job, args: &'a RunArgs, given: &Given) -> Result<Vec<Self>, Box<Ended>> {
        Self::try_read(job, args, given).map_err(|error| {
            let (label, last_line) = Default::default();
            let (job, result) = (job.clone(), Err(error));
            Box::new(Ended { job, label, last_line, result, key: None, note: None })
        })
    }

    fn try_read(job: &Job, args: &'a RunArgs, given: &Given) -> anyhow::Result<Vec<Self>> {
        let bytes = candlelab_notebook::read_file(&job.name)?;
        let notebook = Notebook::parse(&bytes, &job.name)?;
        if args.kernel.is_none() {
            notebook.require_rust(&job.name)?;
        }
        if args.comparison.check && !has_outputs(&notebook) {
            let name = job.name.display();
            let message = format!("`{name}` has no outputs to compare with");
            return Err(
                BadInput { message, hint: "`--accept` stores those of a run".into() }.into()
            );
        }
        if given.is_empty() {
            let assignment = Assignment::default();
            return Ok(vec![Self { job: job.clone(), args, notebook, bytes, assignment }]);
        }
        let known = parameters(&notebook)?;
        let task = |assignment: Assignment| {
            let (job, mut notebook) = (job.labelled(&assignment.label()), notebook.clone());
            notebook.inject(&assignment, &known);
            Self { job, args, notebook, bytes: bytes.clone(), assignment }
        };
        Ok(grid(given, &known)?.into_iter().map(task).collect())
    }

    /// What is run, and where to.
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// Tells runs apart whose results may differ.
    pub fn key(&self) -> String {
        let RunArgs { fast, kernel, comparison, .. } = self.args;
        let mut hash = Sha256::new();
        hash.update(&self.bytes);
        hash.update(format!("{:?} {fast} {kernel:?} {comparison:?}", self.assignment.values()));
        hash.update(env!("CARGO_PKG_VERSION"));
        hex(&hash.finalize())
    }

    /// What reports say of it where the run ends before it begins.
    pub fn unrun(&self) -> Entry {
        self.job.entry(&self.assignment.label(), Ok(Report::not_run(&self.notebook)))
    }

    /// Runs the notebook and writes it, however the run ends; `None` where the run was stopped
    /// before this notebook began.
    pub fn run(mut self, engine: &mut Remote, stop: &Stop, show: &Show) -> Option<Ended> {
        if stop.is_asked() {
            return None;
        }
        let result = self.execute(engine, stop, show);
        let changed = fs::read(&self.job.input).is_ok_and(|now| now != self.bytes);
        let result = result.and_then(|report| self.compare(report, changed));
        let note = changed.then(|| {
            let name = self.job.name.display();
            format!("`{name}` changed while it ran; what ran is the file as it was before")
        });
        let (label, last_line) = (self.assignment.label(), self.notebook.last_line());
        let key = Some(self.key());
        Some(Ended { job: self.job, label, last_line, result, key, note })
    }

    fn execute(&mut self, engine: &mut Remote, stop: &Stop, show: &Show) -> anyhow::Result<Report> {
        let job = &self.job;
        check_folder(job.output_folder())?;
        self.start(engine)?;
        let bar = show.begin(job);
        let mut progress = |done, total| bar.cell(done, total);
        let mut autosave = |notebook: &Notebook| drop(notebook.save(&job.output));
        let limits = &self.args.limits;
        let mut options = Options {
            timeout: limits.timeout,
            total_timeout: limits.notebook_timeout,
            stop: stop.clone(),
            progress: Some(&mut progress),
            keep_going: false,
            autosave: Some(&mut autosave),
        };
        let report = candlelab_notebook::run(&mut self.notebook, engine, &mut options);
        if !self.assignment.is_empty() {
            self.notebook.note_run(&report, &job.name, &job.output_name);
        }
        self.notebook.save(&job.output)?;
        Ok(report)
    }

    /// Compares what passed with what is stored, or stores it.
    fn compare(&self, mut report: Report, changed: bool) -> anyhow::Result<Report> {
        let wanted = &self.args.comparison;
        if report.outcome() != Outcome::Passed || !(wanted.check || wanted.accept) {
            return Ok(report);
        }
        let mut stored = Notebook::parse(&self.bytes, &self.job.name)?;
        if wanted.check {
            report.differ(compare(&stored, &self.notebook, &wanted.tolerance()));
        } else if !changed {
            accept(&mut stored, &self.notebook);
            stored.save(&self.job.name)?;
        }
        Ok(report)
    }

    /// What goes wrong here is not the notebook's fault, so it is tried again.
    fn start(&self, engine: &mut Remote) -> Result<(), EngineError> {
        let mut result = engine.fresh(self.job.folder());
        for _ in 0..self.args.choice.retries {
            if result.is_err() {
                result = engine.fresh(self.job.folder());
            }
        }
        result
    }
}

impl Ended {
    /// The exit code for this notebook.
    pub fn exit(&self) -> Exit {
        match &self.result {
            Ok(report) => report.outcome().into(),
            Err(error) => exit::code(error),
        }
    }

    /// The same for reports.
    pub fn entry(self) -> Entry {
        self.job.entry(&self.label, self.result.map_err(|error| error.to_string()))
    }
}
