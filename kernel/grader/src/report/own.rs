//! What of a submission is the student's own.

use super::Work;
use crate::{Error, Lab, Marks, release, repair};
use candlelab_notebook::{Cell, Kind, Notebook};

/// The code that a student wrote for a lab: answers, and cells that they added.
///
/// # Errors
/// If the lab itself is broken.
pub fn work_of(lab: &Lab, student: &str, notebook: &Notebook) -> Result<Work, Error> {
    let repaired = repair(lab, notebook)?.notebook;
    // An added cell has no name in the lab's frame.
    let is_own = |cell: &Cell| {
        let is_answer = Marks::of(*cell).ok().flatten().is_some_and(|marks| marks.solution);
        cell.kind() == Kind::Code && (is_answer || cell.id().is_none())
    };
    let cells = repaired.cells().filter(is_own).map(Cell::source).collect();
    Ok(Work { student: student.into(), cells })
}

/// All code that students are given.
///
/// # Errors
/// If the lab itself is broken.
pub fn given(lab: &Lab) -> Result<Vec<String>, Error> {
    let released = release(lab)?;
    Ok(released.cells().filter(|cell| cell.kind() == Kind::Code).map(Cell::source).collect())
}
