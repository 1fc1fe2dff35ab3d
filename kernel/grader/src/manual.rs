//! Points that a person gives; they stand beside grades, so that grading again keeps them.

use crate::{Lab, Marks};
use candlelab_notebook::{Cell, Kind, Notebook};
use rusqlite::{Connection, params};
use std::path::Path;
use std::time::Duration;

/// What a person gave for a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Manual {
    /// Whose cell it is.
    pub student: String,
    /// Of which lab.
    pub lab: String,
    /// The `grade_id` of the cell.
    pub cell: String,
    /// The points.
    pub points: f64,
    /// What the student is told.
    pub comment: String,
    /// Who gave them.
    pub by: String,
    /// When, in ISO 8601.
    pub at: String,
}

/// The points given by hand in a gradebook, beside its grades.
pub struct ManualBook(Connection);

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS manual (
        student TEXT NOT NULL, lab TEXT NOT NULL, cell TEXT NOT NULL,
        points REAL NOT NULL, comment TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (student, lab, cell));";

impl ManualBook {
    /// Opens a gradebook.
    ///
    /// # Errors
    /// If it cannot be read or written; so below.
    pub fn open(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(30))?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(connection))
    }

    /// Keeps what was given for a cell, in place of what was there.
    pub fn keep(&self, manual: &Manual) -> rusqlite::Result<()> {
        let Manual { student, lab, cell, points, comment, by, at } = manual;
        self.0.execute(
            "INSERT OR REPLACE INTO manual (student, lab, cell, points, comment, by, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![student, lab, cell, points, comment, by, at],
        )?;
        Ok(())
    }

    /// All that was given.
    pub fn all(&self) -> rusqlite::Result<Vec<Manual>> {
        let query = "SELECT student, lab, cell, points, comment, by, at FROM manual
                     ORDER BY student, lab, cell";
        let mut statement = self.0.prepare(query)?;
        let rows = statement.query_map([], |row| {
            Ok(Manual {
                student: row.get(0)?,
                lab: row.get(1)?,
                cell: row.get(2)?,
                points: row.get(3)?,
                comment: row.get(4)?,
                by: row.get(5)?,
                at: row.get(6)?,
            })
        })?;
        rows.collect()
    }
}

/// The cells of a lab that wait for a person: graded answers without a check, and tasks.
pub fn manual_cells(lab: &Lab) -> impl Iterator<Item = (Cell<'_>, Marks)> {
    let marked = |cell| Some((cell, Marks::of(cell).ok().flatten()?));
    let by_hand = |marks: &Marks| marks.task || (marks.grade && marks.solution);
    lab.notebook.cells().filter_map(marked).filter(move |(_, marks)| by_hand(marks))
}

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
    fn the_last_points_count_and_grades_are_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gradebook.db");
        let mut book = crate::Gradebook::open(&path).unwrap();
        book.record(&crate::gradebook::tests::grade("ada", 2.0)).unwrap();
        let manual = |points: f64| Manual {
            student: "ada".into(),
            lab: "01-lines".into(),
            cell: "essay".into(),
            points,
            comment: "a line\nand another".into(),
            by: "grace".into(),
            at: "2026-11-24T01:02:03Z".into(),
        };
        let manuals = ManualBook::open(&path).unwrap();
        manuals.keep(&manual(1.0)).unwrap();
        manuals.keep(&manual(2.5)).unwrap();
        assert_eq!(manuals.all().unwrap(), [manual(2.5)]);
        assert_eq!(book.grades().unwrap().len(), 1);
    }

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
