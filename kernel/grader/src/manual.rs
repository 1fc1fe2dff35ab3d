//! What a student wrote in the cells that wait for a person.

use crate::Marks;
use candlelab_notebook::{Cell, Kind, Notebook};

/// What a student wrote in a cell of the lab or, where it is a task, below it.
pub fn answer_to(student: &Notebook, marks: &Marks) -> Option<String> {
    let name = |cell: &Cell| {
        let named = cell.metadata()["nbgrader"]["grade_id"].as_str();
        named.map(ToOwned::to_owned)
    };
    let mut cells = student.cells().skip_while(|it| name(it).as_ref() != Some(&marks.grade_id));
    let own = cells.next()?;
    if !marks.task {
        return Some(own.source());
    }
    let below = cells.take_while(|it| name(it).is_none() && it.kind() != Kind::Raw);
    Some(below.map(Cell::source).collect::<Vec<_>>().join("\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_task_is_answered_by_the_cells_below_it() {
        let cell = |id: &str, source: &str| {
            let metadata = if id.is_empty() {
                json!({})
            } else {
                json!({"nbgrader": {"grade_id": id, "schema_version": 3, "grade": false,
                    "solution": false, "locked": true, "task": true, "points": 3}})
            };
            json!({"cell_type": "markdown", "metadata": metadata, "source": source})
        };
        let cells = [cell("task", "Do it"), cell("", "one"), cell("", "two"), cell("next", "x")];
        let root = json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4});
        let notebook = Notebook::from_json(root, "lab.ipynb").unwrap();
        let marks =
            |place: usize| Marks::of(notebook.cells().nth(place).unwrap()).unwrap().unwrap();
        assert_eq!(answer_to(&notebook, &marks(0)).unwrap(), "one\n\ntwo");
        let mut answer = marks(3);
        answer.task = false;
        assert_eq!(answer_to(&notebook, &answer).unwrap(), "x");
        answer.grade_id = "gone".into();
        assert_eq!(answer_to(&notebook, &answer), None);
    }
}
