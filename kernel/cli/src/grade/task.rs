//! One submission.

use super::expected::Expected;
use crate::cli::GradeArgs;
use crate::hash::hex;
use crate::session::{self, Setup};
use anyhow::Context;
use candlelab_grader::{Grade, Halves, Marks, Submission, Told, by_hand, judge, partial, repair};
use candlelab_notebook::{Cell, Notebook, Options, Outcome, Stop};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Instant;
use uuid::Uuid;

/// What is said of a notebook that somebody handed in without having written anything.
pub const EMPTY: &str = "the notebook has no cells";

/// A submission that is to be graded.
pub struct Task<'a> {
    pub submission: Submission,
    pub hash: String,
    pub expected: Arc<Expected>,
    pub args: &'a GradeArgs,
}

impl Task<'_> {
    /// Runs the student's work in a sandbox and compares what its checks tell with what is expected.
    pub fn grade(&self, threads: Option<usize>, stop: &Stop) -> anyhow::Result<Grade> {
        let began = Instant::now();
        let lab = &self.expected.lab;
        let (student, damage) = self.submission.notebook()?;
        student.require_rust(&self.submission.path)?;
        let is_empty = student.cells().len() == 0;
        let empty = is_empty.then(|| EMPTY.to_owned());
        let work = repair(lab, &student)?;
        let nonce = Uuid::new_v4().to_string();
        let mut notebook = Halves::of(lab)?.probing(&work, &nonce)?;
        let odd = self.submission.notes.iter().cloned().chain(damage).chain(empty);
        let mut notes: Vec<String> = odd.chain(work.notes.clone()).collect();
        notes.extend(self.run(&mut notebook, threads, stop)?);
        let told = Told::all(&notebook, &nonce);
        let verdict = |marks: Marks| {
            if marks.is_by_hand() {
                return by_hand(&work, &marks);
            }
            let error = error_of(&notebook, &marks.grade_id);
            let expected = &self.expected.told;
            let verdict = judge(&marks.grade_id, marks.points(), &told, expected, error);
            match lab.about.partial.contains(&marks.grade_id) {
                true => partial(verdict, &told, expected),
                false => verdict,
            }
        };
        let Submission { student, lab: name, submitted_at, .. } = self.submission.clone();
        Ok(Grade {
            student,
            lab: name,
            submission: self.hash.clone(),
            version: self.expected.version.clone(),
            submitted_at: submitted_at.map(|at| at.to_string()),
            graded_at: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            seconds: began.elapsed().as_secs_f64(),
            weakness: None,
            verdicts: lab.graded().map(|(_, marks)| verdict(marks)).collect(),
            notes,
        })
    }

    /// Runs all cells; what should be noted of that.
    fn run(
        &self,
        notebook: &mut Notebook,
        threads: Option<usize>,
        stop: &Stop,
    ) -> anyhow::Result<Option<String>> {
        let scratch = tempfile::Builder::new().prefix("candlelab-grade-").tempdir()?;
        let setup = Setup {
            threads,
            memory_limit: Some(self.args.memory),
            sandbox: Some(scratch.path().into()),
            ..Setup::default()
        };
        let mut engine = session::remote(setup)?;
        engine.fresh(&scratch.path().join("own")).context("the sandbox does not start")?;
        let mut options = Options {
            timeout: Some(self.args.timeout),
            total_timeout: Some(self.args.submission_timeout),
            stop: stop.clone(),
            keep_going: true,
            ..Options::default()
        };
        let report = candlelab_notebook::run(notebook, &mut engine, &mut options);
        anyhow::ensure!(report.outcome() != Outcome::Interrupted, "it was interrupted");
        let late = report.time >= self.args.submission_timeout;
        let limit = self.args.submission_timeout.as_secs();
        Ok(late.then(|| format!("it was ended after {limit} s, its limit")))
    }
}

/// The error of a check's cell, if there is one.
fn error_of<'a>(notebook: &'a Notebook, check: &str) -> Option<&'a str> {
    let is_it =
        |cell: &Cell| Marks::of(*cell).ok().flatten().is_some_and(|marks| marks.grade_id == check);
    let outputs = notebook.cells().find(is_it)?.outputs();
    outputs.iter().find(|it| it["output_type"] == "error")?["evalue"].as_str()
}

/// A hash of a notebook's file.
pub fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
