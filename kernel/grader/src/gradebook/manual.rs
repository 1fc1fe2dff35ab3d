//! Points that a person gives; they stand beside the grades and outlast them.

use super::{Grade, Gradebook};
use crate::{Error, VerdictKind};
use rusqlite::{Row, params};
use serde::Serialize;

/// A person's marks for a cell of a student's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Manual {
    /// Whose cell.
    pub student: String,
    /// Of which lab.
    pub lab: String,
    /// The cell's `grade_id`.
    pub cell: String,
    /// The points, in place of whatever a check gave.
    pub points: f64,
    /// For the student; may be empty.
    pub comment: String,
    /// Who gave them.
    pub by: String,
    /// When, in ISO 8601.
    pub at: String,
}

impl Gradebook {
    /// Keeps a person's marks, in place of earlier ones for the same cell.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn mark(&mut self, mark: &Manual) -> Result<(), Error> {
        let Manual { student, lab, cell, points, comment, by, at } = mark;
        let query = "INSERT OR REPLACE INTO manual (student, lab, cell, points, comment, by, at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let written =
            self.connection.execute(query, params![student, lab, cell, points, comment, by, at]);
        written.map(drop).map_err(|error| self.failed(error))
    }

    /// All marks by people.
    ///
    /// # Errors
    /// If the gradebook cannot be read.
    pub fn manual_marks(&self) -> Result<Vec<Manual>, Error> {
        let query = "SELECT student, lab, cell, points, comment, by, at FROM manual
                     ORDER BY student, lab, cell";
        self.all(query, params![], mark)
    }
}

fn mark(row: &Row) -> rusqlite::Result<Manual> {
    Ok(Manual {
        student: row.get(0)?,
        lab: row.get(1)?,
        cell: row.get(2)?,
        points: row.get(3)?,
        comment: row.get(4)?,
        by: row.get(5)?,
        at: row.get(6)?,
    })
}

/// The last of a student's grades for a lab, with the marks that people gave for its cells.
pub fn last(history: &[Grade], marks: &[Manual]) -> Option<Grade> {
    let mut grade = history.last()?.clone();
    let is_its = |mark: &&Manual| (&mark.student, &mark.lab) == (&grade.student, &grade.lab);
    let marks: Vec<&Manual> = marks.iter().filter(is_its).collect();
    let is_same = |it: &&Grade| it.submission == grade.submission;
    let first = history.iter().find(is_same).map(|it| it.graded_at.clone())?;
    let had_another = !history.iter().all(|it| is_same(&it));
    for verdict in &mut grade.verdicts {
        let Some(mark) = marks.iter().find(|mark| mark.cell == verdict.check) else { continue };
        verdict.points = mark.points;
        verdict.kind = VerdictKind::Manual;
        verdict.hidden = false;
        if !mark.comment.is_empty() {
            verdict.message.clone_from(&mark.comment);
        }
        if had_another && mark.at < first {
            let cell = &mark.cell;
            grade.notes.push(format!("`{cell}` was marked by hand for an earlier notebook"));
        }
    }
    Some(grade)
}
