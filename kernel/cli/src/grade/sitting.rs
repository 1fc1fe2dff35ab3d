//! One half of a lab, run where nothing can get out.

use super::proctor::Proctor;
use crate::cli::GradeArgs;
use crate::jail::Jail;
use crate::session::{self, Setup};
use candlelab_grader::{Half, Told};
use candlelab_notebook::{Notebook, Options, Report, Stop};

/// A run that says nothing about the student; another one might.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Accident(pub String);

/// What came of it.
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

/// Runs all cells. The lab's own half goes the same way as a student's, so that both find the same
/// data, threads and limits.
///
/// # Errors
/// [`Accident`] if the sandbox does not start.
pub fn sit(
    half: &Half,
    keep_going: bool,
    args: &GradeArgs,
    threads: Option<usize>,
    stop: &Stop,
) -> anyhow::Result<Sitting> {
    let jail = Jail { level: args.sandbox, memory: args.memory };
    let (scratch, own) = jail.folder()?;
    let setup = Setup {
        threads,
        memory_limit: Some(args.memory),
        jail: Some((jail, scratch.path().into())),
        ..Setup::default()
    };
    let mut engine = session::remote(setup)?;
    engine.fresh(&own).map_err(|error| Accident(format!("the sandbox does not start: {error}")))?;
    let (timeout, total) = (args.timeout, args.submission_timeout);
    let mut proctor = Proctor::new(&mut engine, half, timeout, total);
    let mut options = Options {
        timeout: Some(timeout),
        total_timeout: Some(total),
        stop: stop.clone(),
        keep_going,
        ..Options::default()
    };
    let mut notebook = half.notebook.clone();
    let report = candlelab_notebook::run(&mut notebook, &mut proctor, &mut options);
    let Proctor { told, accident, .. } = proctor;
    Ok(Sitting { notebook, report, told, accident })
}
