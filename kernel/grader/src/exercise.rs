//! What a student does in a lab.

use crate::Marks;
use candlelab_notebook::{Kind, Notebook};

/// One exercise: one or more gaps to fill, with a check and a hint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exercise {
    /// The `grade_id`s of its solution cells; the first names the exercise.
    pub solutions: Vec<String>,
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
    for cell in notebook.cells() {
        let source = cell.source();
        if cell.kind() == Kind::Markdown {
            if source.contains("**Exercise") {
                exercises.push(Exercise::default());
            }
            if let (Some(exercise), Some(hint)) = (exercises.last_mut(), folded(&source)) {
                exercise.hint = hint;
            }
        }
        let name = || cell.id().unwrap_or("?").to_owned();
        match (Marks::of(cell).map_err(|problem| (name(), problem))?, exercises.last_mut()) {
            (Some(marks), Some(exercise)) if marks.solution => {
                // A person who marks it is its check.
                if marks.grade {
                    exercise.checks.push(marks.grade_id.clone());
                }
                exercise.solutions.push(marks.grade_id);
            }
            (Some(marks), Some(exercise)) if marks.grade => exercise.checks.push(marks.grade_id),
            _ => {}
        }
    }
    exercises.retain(|exercise| !exercise.solutions.is_empty());
    Ok(exercises)
}

/// The paragraphs of a cell's `<details>`, without its summary.
fn folded(source: &str) -> Option<Vec<String>> {
    let (_, rest) = source.split_once("<details>")?;
    let (inside, _) = rest.split_once("</details>")?;
    let text = inside.split_once("</summary>").map_or(inside, |(_, text)| text);
    let paragraphs = text.split("\n\n").map(str::trim).filter(|text| !text.is_empty());
    Some(paragraphs.map(ToOwned::to_owned).collect())
}
