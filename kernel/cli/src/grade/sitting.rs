//! Halves of labs, run one after the other where nothing can get out and nothing is left.

use super::proctor::{Lending, Proctor};
use super::shared::SharedCells;
use crate::cli::GradeArgs;
use crate::jail::Jail;
use crate::session::{self, Setup};
use anyhow::Context;
use candlelab_engine::Remote;
use candlelab_grader::sandbox::group::Group;
use candlelab_grader::{Half, Told};
use candlelab_notebook::{Notebook, Options, Report, Stop};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// A run that says nothing about the student; another one might.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Accident(pub String);

/// What came of a run.
pub struct Sitting {
    /// The notebook, with outputs.
    pub notebook: Notebook,
    /// What became of its cells.
    pub report: Report,
    /// What its checks told.
    pub told: Vec<Told>,
    /// Why it says nothing about who wrote it, if it does not.
    pub accident: Option<String>,
}

/// Where one half after the other is run, each in a sandbox of its own.
pub struct Room<'a> {
    args: &'a GradeArgs,
    engine: Remote,
    /// What its sandboxes share; it must outlive the engine.
    group: Option<Group>,
    own: PathBuf,
    _scratch: TempDir,
}

impl<'a> Room<'a> {
    /// Begins to load an engine, whose cells compute on so many threads.
    pub fn open(
        args: &'a GradeArgs,
        threads: Option<usize>,
        cells: &SharedCells,
        group: Option<Group>,
    ) -> anyhow::Result<Self> {
        let cells = [cells.lent.clone(), cells.kept.clone()];
        let path = group.as_ref().map(|group| group.path().to_owned());
        let jail = Jail { level: args.sandbox, memory: args.memory, cells, group: path };
        let (scratch, own) = Jail::folder()?;
        let setup = Setup {
            threads,
            memory_limit: Some(args.memory),
            jail: Some((jail, scratch.path().into())),
            ..Setup::default()
        };
        let mut engine = session::remote(setup)?;
        engine.start_ahead()?;
        Ok(Self { args, engine, group, own, _scratch: scratch })
    }

    /// Runs all cells. The lab's own half goes the same way as a student's, so that both find the
    /// same data, threads and limits, but what it compiles may be lent.
    ///
    /// # Errors
    /// [`Accident`] if the sandbox does not start.
    pub fn sit(
        &mut self,
        half: &Half,
        lending: Option<Lending>,
        stop: &Stop,
    ) -> anyhow::Result<Sitting> {
        self.tidy()?;
        let is_labs = lending.is_some();
        self.engine.trust(is_labs);
        let started = self.engine.fresh(&self.own);
        started.map_err(|error| Accident(format!("the sandbox does not start: {error}")))?;
        let (timeout, total) = (self.args.timeout, self.args.submission_timeout);
        let supervised = (&mut self.engine, self.group.as_ref());
        let mut proctor = Proctor::new(supervised, half, lending, (timeout, total));
        let mut options = Options {
            timeout: Some(timeout),
            total_timeout: Some(total),
            stop: stop.clone(),
            keep_going: !is_labs,
            ..Options::default()
        };
        let mut notebook = half.notebook.clone();
        let report = candlelab_notebook::run(&mut notebook, &mut proctor, &mut options);
        let Proctor { told, accident, .. } = proctor;
        Ok(Sitting { notebook, report, told, accident })
    }

    /// Removes what cells wrote where the sandbox has no files of its own.
    fn tidy(&self) -> anyhow::Result<()> {
        let done = fs::remove_dir_all(&self.own).and_then(|()| fs::create_dir(&self.own));
        done.with_context(|| format!("cannot empty `{}`", self.own.display()))
    }
}
