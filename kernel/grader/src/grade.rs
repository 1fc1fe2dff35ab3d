//! Grading: what a student's code gives, beside what the lab expects.
//!
//! A lab's [`check`](https://docs.rs/candlelab-check) is cut in two. The student's process runs one
//! half, which tells numbers and does not know what they should be; the lab's own solution runs the
//! other half in a process of ours. [`judge`] compares the two.

mod alike;
mod by_hand;
mod cut;
mod hidden;
mod judge;
mod own;
mod partial;
mod public;
mod random;
mod students;
mod told;
mod unused;

pub use by_hand::by_hand;
pub use judge::{Verdict, VerdictKind, judge};
pub use partial::partial;
pub use public::Public;
pub use told::Told;

use crate::{Error, Lab, Marks, Repaired};
use candlelab_notebook::{Cell, Kind, Notebook};
use cut::{Cut, Side, cut};
use own::Own;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use students::Students;

/// A lab whose checks can be cut in two.
#[derive(Clone, Debug)]
pub struct Halves<'a> {
    lab: &'a Lab,
    students: Students,
    own: Own,
}

/// A notebook with one half of each check.
#[derive(Clone, Debug)]
pub struct Half {
    /// The notebook.
    pub notebook: Notebook,
    /// The nonce of each check, by its name: only its own cell knows it.
    pub nonces: BTreeMap<String, String>,
    /// What of the student's had to be renamed, a sentence each.
    pub notes: Vec<String>,
}

impl<'a> Halves<'a> {
    /// The halves of a lab's checks.
    ///
    /// # Errors
    /// If one of the lab's code cells is no Rust.
    pub fn of(lab: &'a Lab) -> Result<Self, Error> {
        let students = Students::of(&lab.notebook)
            .map_err(|(cell, problem)| Error::cell(&lab.path, &cell, problem))?;
        Ok(Self { lab, students, own: Own::of(&lab.notebook) })
    }

    /// The lab with its solutions, whose checks tell what they expect. Both halves of a check draw
    /// from `seed`; `nonce` gives another text at each call.
    ///
    /// # Errors
    /// If a check cannot be cut in two.
    pub fn expecting(&self, seed: u64, nonce: impl Fn() -> String) -> Result<Half, Error> {
        self.with_checks(&self.lab.notebook, Side::Lab, seed, nonce)
    }

    /// A student's work, whose checks, hidden tests included, tell what its code gives.
    ///
    /// # Errors
    /// If a check cannot be cut in two.
    pub fn probing(
        &self,
        work: &Repaired,
        seed: u64,
        nonce: impl Fn() -> String,
    ) -> Result<Half, Error> {
        let (work, notes) = self.own.kept_apart(&work.notebook);
        let half = self.with_checks(&work, Side::Student, seed, nonce)?;
        Ok(Half { notes, ..half })
    }

    fn with_checks(
        &self,
        frame: &Notebook,
        side: Side,
        seed: u64,
        nonce: impl Fn() -> String,
    ) -> Result<Half, Error> {
        let mut root = frame.json().clone();
        let mut nonces = BTreeMap::new();
        let cells = root["cells"].as_array_mut().into_iter().flatten();
        for (json, cell) in cells.zip(frame.cells()) {
            let Some(marks) = Marks::of(cell).ok().flatten().filter(Marks::is_check) else {
                continue;
            };
            let own = |cell: &Cell| cell.id().is_some() && marks_are(*cell, &marks.grade_id);
            let Some(master) = self.lab.notebook.cells().find(own) else { continue };
            let elsewhere = names(&self.lab.notebook, master);
            let nonce = nonce();
            let half = Cut { side, seed, nonce: &nonce, students: &self.students };
            let source = cut(&master.source(), &half, &elsewhere)
                .map_err(|problem| Error::cell(&self.lab.path, &marks.grade_id, problem))?;
            json["source"] = Value::String(source);
            nonces.insert(marks.grade_id, nonce);
        }
        let notebook = Notebook::from_json(root, &self.lab.path)?;
        Ok(Half { notebook, nonces, notes: Vec::new() })
    }
}

impl Half {
    /// The check that a cell with this source is.
    pub fn check_in(&self, source: &str) -> Option<(&str, &str)> {
        let found = self.nonces.iter().find(|(_, nonce)| source.contains(nonce.as_str()))?;
        Some((found.0, found.1))
    }
}

/// Whether a cell does more than to define items, which outlive the process that runs it.
pub fn runs_something(source: &str) -> bool {
    let block = syn::parse_str::<syn::Block>(&format!("{{\n{source}\n}}"));
    block.map_or(true, |it| it.stmts.iter().any(|it| !matches!(it, syn::Stmt::Item(_))))
}

/// Every name in the lab's other code cells; not in the student's, which may name what they like.
fn names(lab: &Notebook, but: Cell) -> BTreeSet<String> {
    let others = lab.cells().filter(|cell| cell.kind() == Kind::Code && cell.id() != but.id());
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
