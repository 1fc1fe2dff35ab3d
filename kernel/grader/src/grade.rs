//! Grading: what a student's code gives, beside what the lab expects.
//!
//! A lab's [`check`](https://docs.rs/candlelab-check) is cut in two. The student's process runs one
//! half, which tells numbers and does not know what they should be; the lab's own solution runs the
//! other half in a process of ours. [`judge`] compares the two.

mod by_hand;
mod cut;
mod hidden;
mod judge;
mod partial;
mod students;
mod told;
mod unused;

pub use by_hand::by_hand;
pub use judge::{Verdict, VerdictKind, judge};
pub use partial::partial;
pub use told::Told;

use crate::{Error, Lab, Marks, Repaired};
use candlelab_notebook::{Cell, Kind, Notebook};
use cut::{Side, cut};
use serde_json::Value;
use std::collections::BTreeSet;
use students::Students;

/// A lab whose checks have been cut in two.
#[derive(Clone, Debug)]
pub struct Halves<'a> {
    lab: &'a Lab,
    students: Students,
}

impl<'a> Halves<'a> {
    /// The halves of a lab's checks.
    ///
    /// # Errors
    /// If one of the lab's code cells is no Rust.
    pub fn of(lab: &'a Lab) -> Result<Self, Error> {
        let students = Students::of(&lab.notebook)
            .map_err(|(cell, problem)| Error::cell(&lab.path, &cell, problem))?;
        Ok(Self { lab, students })
    }

    /// The lab with its solutions, whose checks tell what they expect.
    ///
    /// # Errors
    /// If a check cannot be cut in two.
    pub fn expecting(&self, nonce: &str) -> Result<Notebook, Error> {
        self.with_checks(&self.lab.notebook, Side::Lab, nonce)
    }

    /// A student's work, whose checks, hidden tests included, tell what its code gives.
    ///
    /// # Errors
    /// If a check cannot be cut in two.
    pub fn probing(&self, work: &Repaired, nonce: &str) -> Result<Notebook, Error> {
        self.with_checks(&work.notebook, Side::Student, nonce)
    }

    fn with_checks(&self, frame: &Notebook, side: Side, nonce: &str) -> Result<Notebook, Error> {
        let mut root = frame.json().clone();
        let cells = root["cells"].as_array_mut().into_iter().flatten();
        for (json, cell) in cells.zip(frame.cells()) {
            let Some(marks) = Marks::of(cell).ok().flatten().filter(Marks::is_check) else {
                continue;
            };
            let own = |cell: &Cell| cell.id().is_some() && marks_are(*cell, &marks.grade_id);
            let Some(master) = self.lab.notebook.cells().find(own) else { continue };
            let elsewhere = names(frame, cell);
            let half = cut(&master.source(), side, nonce, &self.students, &elsewhere)
                .map_err(|problem| Error::cell(&self.lab.path, &marks.grade_id, problem))?;
            json["source"] = Value::String(half);
        }
        Ok(Notebook::from_json(root, &self.lab.path)?)
    }
}

/// Every name in the other code cells.
fn names(frame: &Notebook, but: Cell) -> BTreeSet<String> {
    let others = frame.cells().filter(|cell| cell.kind() == Kind::Code && cell.id() != but.id());
    let words = |cell: Cell| {
        let is_word = |it: char| it.is_alphanumeric() || it == '_';
        let source = cell.source();
        source.split(|it| !is_word(it)).map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    others.flat_map(words).collect()
}

fn marks_are(cell: Cell, grade_id: &str) -> bool {
    Marks::of(cell).ok().flatten().is_some_and(|marks| marks.grade_id == grade_id)
}
