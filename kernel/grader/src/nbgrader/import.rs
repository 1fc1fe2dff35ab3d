//! Marks from nbgrader.

use crate::marks::hex;
use crate::{Grade, Manual, Verdict, VerdictKind};
use md5::{Digest, Md5};
use rusqlite::{Connection, OpenFlags, Row};
use std::path::Path;

/// What stands in place of a hash of the lab.
const VERSION: &str = "nbgrader";

const QUERY: &str = "
    SELECT submitted_assignment.student_id, assignment.name, submitted_assignment.timestamp,
        notebook.name, base_cell.name, grade.auto_score, grade.manual_score, grade.extra_credit,
        coalesce(grade_cells.max_score, task_cells.max_score, 0.0), grade.needs_manual_grade,
        coalesce(submitted_notebook.late_submission_penalty, 0.0),
        (SELECT count(*) FROM notebook WHERE assignment_id = assignment.id),
        (SELECT coalesce(manual_comment, '') FROM comment
            JOIN base_cell AS answer ON answer.id = comment.cell_id
            WHERE comment.notebook_id = grade.notebook_id AND answer.name = base_cell.name)
    FROM grade
    JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
    JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
    JOIN assignment ON assignment.id = submitted_assignment.assignment_id
    JOIN notebook ON notebook.id = submitted_notebook.notebook_id
    JOIN base_cell ON base_cell.id = grade.cell_id
    LEFT JOIN grade_cells ON grade_cells.id = base_cell.id
    LEFT JOIN task_cells ON task_cells.id = base_cell.id
    ORDER BY submitted_assignment.student_id, assignment.name, notebook.name, base_cell.rowid";

/// The grades in a gradebook of nbgrader, one for each student and assignment, with the points that
/// were given by hand; `now` is the time of those without one.
///
/// # Errors
/// If it is no such gradebook.
pub fn from_nbgrader(path: &Path, now: &str) -> rusqlite::Result<Vec<(Grade, Vec<Manual>)>> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = connection.prepare(QUERY)?;
    let mut rows = statement.query([])?;
    let mut grades: Vec<(Grade, Vec<Manual>)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (student, lab): (String, String) = (row.get(0)?, row.get(1)?);
        let is_next = |(last, _): &(Grade, _)| last.student != student || last.lab != lab;
        if grades.last().is_none_or(is_next) {
            grades.push((begun(row, student, lab, now)?, Vec::new()));
        }
        let Some((grade, by_hand)) = grades.last_mut() else { continue };
        let verdict = verdict(row)?;
        by_hand.extend(manual(row, grade, &verdict.check)?);
        grade.verdicts.push(verdict);
        let penalty: f64 = row.get(10)?;
        let note = format!(
            "nbgrader takes {penalty} points off for lateness; they are not taken off here"
        );
        if penalty > 0.0 && !grade.notes.contains(&note) {
            grade.notes.push(note);
        }
    }
    for (grade, _) in &mut grades {
        grade.submission = hash(&grade.verdicts);
    }
    Ok(grades)
}

fn begun(row: &Row, student: String, lab: String, now: &str) -> rusqlite::Result<Grade> {
    let at: Option<String> = row.get(2)?;
    // 2026-01-02 03:04:05.000000
    let at = at.and_then(|at| Some(format!("{}T{}Z", at.get(..10)?, at.get(11..19)?)));
    Ok(Grade {
        student,
        lab,
        submission: String::new(),
        version: VERSION.into(),
        graded_at: at.clone().unwrap_or_else(|| now.to_owned()),
        submitted_at: at,
        seconds: 0.0,
        weakness: None,
        verdicts: Vec::new(),
        notes: vec!["the marks come from nbgrader".into()],
    })
}

/// Points that stand beside a grade with us too.
fn manual(row: &Row, grade: &Grade, cell: &str) -> rusqlite::Result<Option<Manual>> {
    let points: Option<f64> = row.get(6)?;
    let comment: Option<String> = row.get(12)?;
    Ok(points.map(|points| Manual {
        student: grade.student.clone(),
        lab: grade.lab.clone(),
        cell: cell.into(),
        points,
        comment: comment.unwrap_or_default(),
        by: "nbgrader".into(),
        at: grade.graded_at.clone(),
    }))
}

fn verdict(row: &Row) -> rusqlite::Result<Verdict> {
    let (notebook, cell): (String, String) = (row.get(3)?, row.get(4)?);
    let (auto, manual): (Option<f64>, Option<f64>) = (row.get(5)?, row.get(6)?);
    let extra: Option<f64> = row.get(7)?;
    let waits = row.get(9)? && manual.is_none();
    let message = match manual {
        Some(_) => "marked by hand",
        None if waits => "it waits for a person",
        None => "",
    };
    // Two notebooks of an assignment may have cells of one name.
    let is_only = row.get::<_, i64>(11)? < 2;
    let kind = match manual {
        Some(_) => VerdictKind::Manual,
        None if waits => VerdictKind::Waiting,
        None => VerdictKind::Automatic,
    };
    Ok(Verdict {
        kind,
        hidden: false,
        check: if is_only { cell } else { format!("{notebook}/{cell}") },
        points: manual.or(auto).unwrap_or(0.0) + extra.unwrap_or(0.0),
        max: row.get(8)?,
        message: message.into(),
        yours: None,
    })
}

/// Stands for the marks, so that they are taken over again when they have changed.
fn hash(verdicts: &[Verdict]) -> String {
    let mut hash = Md5::new();
    for it in verdicts {
        hash.update(format!("{}\0{:?}\0{:?}\0", it.check, it.points, it.max));
    }
    hex(hash)
}
