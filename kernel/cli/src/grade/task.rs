//! One submission.

use super::expected::{Expected, hex, nonce};
use super::sitting::{Accident, sit};
use crate::cli::GradeArgs;
use anyhow::{Context, ensure};
use candlelab_grader::{Grade, Halves, Marks, Submission, judge, repair, salvage};
use candlelab_notebook::{Cell, Notebook, Status, Stop};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// A submission that is to be graded.
pub struct Task<'a> {
    pub submission: Submission,
    pub hash: String,
    pub expected: Arc<Expected>,
    pub args: &'a GradeArgs,
}

impl Task<'_> {
    /// Runs the student's work in a sandbox and compares what its checks tell with what is expected.
    ///
    /// # Errors
    /// If it cannot be graded; [`Accident`] if it may be worth another try.
    pub fn grade(&self, threads: Option<usize>, stop: &Stop) -> anyhow::Result<Grade> {
        let began = Instant::now();
        let lab = &self.expected.lab;
        let (student, damage) = salvage(&self.submission.path)?;
        let work = repair(lab, &student)?;
        let mut half = Halves::of(lab)?.probing(&work, self.expected.seed, nonce)?;
        let mut notes: Vec<String> = damage.into_iter().chain(work.notes).collect();
        notes.append(&mut half.notes);
        let sitting = sit(&half, true, self.args, threads, stop)?;
        let mut cells = sitting.report.cells.iter();
        ensure!(cells.all(|cell| cell.status != Status::Interrupted), "it was interrupted");
        if let Some(accident) = sitting.accident {
            return Err(Accident(accident).into());
        }
        let limit = self.args.submission_timeout;
        if sitting.report.time >= limit {
            notes.push(format!("it was ended after {} s, its limit", limit.as_secs()));
        }
        let verdict = |marks: Marks| {
            let error = error_of(&sitting.notebook, &marks.grade_id);
            judge(&marks.grade_id, marks.points(), &sitting.told, &self.expected.told, error)
        };
        let Submission { student, lab: name, .. } = self.submission.clone();
        Ok(Grade {
            student,
            lab: name,
            submission: self.hash.clone(),
            version: self.expected.version.clone(),
            graded_at: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            seconds: began.elapsed().as_secs_f64(),
            verdicts: lab.checks().map(|(_, marks)| verdict(marks)).collect(),
            notes,
        })
    }
}

/// The error of a check's cell, if there is one.
fn error_of<'a>(notebook: &'a Notebook, check: &str) -> Option<&'a str> {
    let is_it =
        |cell: &Cell| Marks::of(*cell).ok().flatten().is_some_and(|marks| marks.grade_id == check);
    let outputs = notebook.cells().find(is_it)?.outputs();
    outputs.iter().find(|it| it["output_type"] == "error")?["evalue"].as_str()
}

/// A hash of a file.
pub fn hash_file(path: &Path) -> anyhow::Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(hex(&Sha256::digest(bytes)))
}
