//! One submission.

use super::expected::{Expected, nonce};
use super::sitting::{Accident, Room};
use crate::cli::GradeArgs;
use crate::hash::hex;
use anyhow::ensure;
use candlelab_grader::{Grade, Halves, Marks, Submission, by_hand, judge, partial, repair};
use candlelab_notebook::{Cell, Notebook, Status, Stop};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Instant;

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
    ///
    /// # Errors
    /// If it cannot be graded; [`Accident`] if it may be worth another try.
    pub fn grade(&self, room: &mut Room, stop: &Stop) -> anyhow::Result<Grade> {
        let began = Instant::now();
        let lab = &self.expected.lab;
        let (student, damage) = self.submission.notebook()?;
        student.require_rust(&self.submission.path)?;
        let is_empty = student.cells().len() == 0;
        let empty = is_empty.then(|| EMPTY.to_owned());
        let work = repair(lab, &student)?;
        let mut half = Halves::of(lab)?.probing(&work, self.expected.seed, nonce)?;
        let odd = self.submission.notes.iter().cloned().chain(damage).chain(empty);
        let mut notes: Vec<String> = odd.chain(work.notes.clone()).collect();
        notes.append(&mut half.notes);
        let sitting = room.sit(&half, None, stop)?;
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
            if marks.is_by_hand() {
                return by_hand(&work, &marks);
            }
            let (told, expected) = (&sitting.told, &self.expected.told);
            let error = error_of(&sitting.notebook, &marks.grade_id);
            let verdict = judge(&marks.grade_id, marks.points(), told, expected, error);
            match lab.about.partial.contains(&marks.grade_id) {
                true => partial(verdict, told, expected),
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
