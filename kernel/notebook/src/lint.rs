//! What can be told to be wrong with a notebook without running it.

mod definitions;
mod leaks;
mod rule;
mod state;

pub use leaks::absolute_path;
pub use rule::Rule;

use crate::rust::with_stack;
use crate::{Cell, Kind, Notebook};

/// Something that is wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The cell's position among all cells, from 1.
    pub cell: usize,
    /// The cell's ID, where it has one.
    pub id: Option<String>,
    /// What finds it.
    pub rule: Rule,
    /// What is wrong, as a sentence.
    pub message: String,
}

/// Everything that is wrong with a notebook for Rust, in the order of its cells.
pub fn lint(notebook: &Notebook) -> Vec<Problem> {
    let checked: Vec<Checked> = notebook.cells().enumerate().map(Checked::new).collect();
    let mut found = Found { cells: &checked, problems: Vec::new() };
    state::find(notebook, &mut found);
    leaks::find(&mut found);
    with_stack(|| definitions::find(&mut found));
    let mut problems = found.problems;
    problems.sort_by_key(|problem| problem.cell);
    problems
}

/// A cell, and where it stands.
struct Checked<'a> {
    position: usize,
    cell: Cell<'a>,
    source: String,
}

impl<'a> Checked<'a> {
    fn new((index, cell): (usize, Cell<'a>)) -> Self {
        Self { position: index + 1, cell, source: cell.source() }
    }

    fn is_code(&self) -> bool {
        self.cell.kind() == Kind::Code
    }
}

/// What has been found so far.
struct Found<'a> {
    cells: &'a [Checked<'a>],
    problems: Vec<Problem>,
}

impl<'a> Found<'a> {
    fn push(&mut self, cell: &Checked, rule: Rule, message: impl Into<String>) {
        let id = cell.cell.id().map(ToOwned::to_owned);
        self.problems.push(Problem { cell: cell.position, id, rule, message: message.into() });
    }

    fn code(&self) -> impl Iterator<Item = &'a Checked<'a>> + use<'a> {
        self.cells.iter().filter(|cell| cell.is_code())
    }
}
