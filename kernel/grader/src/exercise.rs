//! What a student does in a lab.

use crate::Marks;
use candlelab_notebook::{Cell, Kind, Notebook};

/// One exercise: a gap to fill, its check and its hint.
#[derive(Clone, Debug, PartialEq)]
pub struct Exercise {
    /// The solution cell's `grade_id`.
    pub solution: String,
    /// The `grade_id`s of the checks below it.
    pub checks: Vec<String>,
    /// The folded hint above it, by paragraphs: first a question, then a pointer.
    pub hint: Vec<String>,
}

/// The exercises of a lab, or of a student's version of it, in order.
///
/// # Errors
/// If nbgrader's marks of a cell are wrong: that cell, and what is wrong with it.
pub fn exercises(notebook: &Notebook) -> Result<Vec<Exercise>, (String, String)> {
    let mut exercises: Vec<Exercise> = Vec::new();
    let mut hint = Vec::new();
    for cell in notebook.cells() {
        let name = cell.id().unwrap_or("?").to_owned();
        if cell.kind() == Kind::Markdown {
            hint = folded(&cell).unwrap_or(hint);
        }
        match Marks::of(cell).map_err(|problem| (name, problem))? {
            Some(marks) if marks.solution => {
                let hint = std::mem::take(&mut hint);
                exercises.push(Exercise { solution: marks.grade_id, checks: Vec::new(), hint });
            }
            Some(marks) if marks.grade => {
                if let Some(exercise) = exercises.last_mut() {
                    exercise.checks.push(marks.grade_id);
                }
            }
            _ => {}
        }
    }
    Ok(exercises)
}

/// The paragraphs of a cell's `<details>`, without its summary.
fn folded(cell: &Cell) -> Option<Vec<String>> {
    let source = cell.source();
    let (_, rest) = source.split_once("<details>")?;
    let (inside, _) = rest.split_once("</details>")?;
    let text = inside.split_once("</summary>").map_or(inside, |(_, text)| text);
    let paragraphs = text.split("\n\n").map(str::trim).filter(|text| !text.is_empty());
    Some(paragraphs.map(ToOwned::to_owned).collect())
}
