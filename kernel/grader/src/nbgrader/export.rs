//! Marks for nbgrader.

use crate::marks::hex;
use crate::{Grade, Lab, Manual, Marks, release};
use candlelab_notebook::{Cell, Kind};
use jiff::Timestamp;
use md5::{Digest, Md5};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Transaction, params, params_from_iter};
use std::path::Path;

/// Names and values of a row.
type Row<'a> = &'a [(&'a str, Value)];

/// Puts labs, grades and points given by hand into a gradebook of nbgrader, which is begun where
/// it is missing; all in one transaction. What a person has entered there stays, unless it was given
/// here too. Gives the number of submissions.
///
/// # Errors
/// If the file is no gradebook of nbgrader, or cannot be written; it is as it was then.
pub fn to_nbgrader(
    path: &Path,
    labs: &[Lab],
    grades: &[Grade],
    manual: &[Manual],
) -> rusqlite::Result<usize> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(std::time::Duration::from_secs(30))?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(include_str!("schema.sql"))?;
    let mut count = 0;
    for lab in labs {
        let book = Book { transaction: &transaction };
        let place = book.lab(lab)?;
        for grade in grades.iter().filter(|grade| grade.lab == lab.about.lab) {
            let own = |it: &&Manual| it.student == grade.student && it.lab == grade.lab;
            let manual: Vec<&Manual> = manual.iter().filter(own).collect();
            book.submission(&place, grade, &manual)?;
            count += 1;
        }
    }
    transaction.commit()?;
    Ok(count)
}

struct Book<'a> {
    transaction: &'a Transaction<'a>,
}

/// A lab's rows.
struct Place {
    assignment: String,
    notebook: String,
    /// The graded cells by name, and whether a person marks them.
    graded: Vec<(String, String, bool)>,
    solutions: Vec<String>,
}

impl Book<'_> {
    fn lab(&self, lab: &Lab) -> rusqlite::Result<Place> {
        let course: String =
            self.transaction.query_row("SELECT id FROM course LIMIT 1", [], |row| row.get(0))?;
        let name = |text: &str| ("name", Value::from(text.to_owned()));
        let about = [name(&lab.about.lab)];
        let assignment = self.row("assignment", &about, &[("course_id", course.into())])?;
        let file = lab.path.file_stem().unwrap_or_default().to_string_lossy();
        let key = [name(&file), ("assignment_id", assignment.clone().into())];
        let kernel = lab.notebook.metadata()["kernelspec"].to_string();
        let notebook = self.row("notebook", &key, &[("kernelspec", kernel.into())])?;
        let mut place = Place { assignment, notebook, graded: Vec::new(), solutions: Vec::new() };
        let released = release(lab).ok();
        for (position, cell) in lab.notebook.cells().enumerate() {
            if let Some(marks) = Marks::of(cell).ok().flatten() {
                let released = released.as_ref().and_then(|it| it.cells().nth(position));
                self.cell(&mut place, cell, &marks, released)?;
            }
        }
        Ok(place)
    }

    /// nbgrader keeps a cell's source with its tests but without its solution.
    fn cell(
        &self,
        place: &mut Place,
        cell: Cell,
        marks: &Marks,
        released: Option<Cell>,
    ) -> rusqlite::Result<()> {
        let kind = if cell.kind() == Kind::Code { "code" } else { "markdown" };
        let worth = [("max_score", marks.points().into()), ("cell_type", kind.to_owned().into())];
        if marks.task {
            let id = self.base_cell(place, marks, "TaskCell", "task_cells", &worth)?;
            place.graded.push((marks.grade_id.clone(), id, true));
        } else if marks.grade {
            let id = self.base_cell(place, marks, "GradeCell", "grade_cells", &worth)?;
            place.graded.push((marks.grade_id.clone(), id, marks.solution));
        }
        if marks.solution {
            let id = self.base_cell(place, marks, "SolutionCell", "solution_cells", &[])?;
            place.solutions.push(id);
        }
        let own = released.filter(|_| marks.solution).unwrap_or(cell).source();
        let is_locked = !marks.solution && (marks.grade || marks.locked);
        let key = [
            ("name", marks.grade_id.clone().into()),
            ("notebook_id", place.notebook.clone().into()),
        ];
        let checksum = marks.checksum_of(&own, cell.kind());
        self.row(
            "source_cell",
            &key,
            &[
                ("cell_type", kind.to_owned().into()),
                ("locked", is_locked.into()),
                ("source", own.into()),
                ("checksum", checksum.into()),
            ],
        )?;
        Ok(())
    }

    /// A cell is a row in two tables.
    fn base_cell(
        &self,
        place: &Place,
        marks: &Marks,
        kind: &str,
        table: &str,
        worth: Row,
    ) -> rusqlite::Result<String> {
        let key = [
            ("name", marks.grade_id.clone().into()),
            ("notebook_id", place.notebook.clone().into()),
            ("type", kind.to_owned().into()),
        ];
        let id = self.row("base_cell", &key, &[])?;
        self.row(table, &[("id", id.clone().into())], worth)?;
        Ok(id)
    }

    fn submission(&self, place: &Place, grade: &Grade, manual: &[&Manual]) -> rusqlite::Result<()> {
        self.row("student", &[("id", grade.student.clone().into())], &[])?;
        let at = grade.submitted_at.as_ref().unwrap_or(&grade.graded_at);
        let key = [
            ("assignment_id", place.assignment.clone().into()),
            ("student_id", grade.student.clone().into()),
        ];
        let submitted =
            self.row("submitted_assignment", &key, &[("timestamp", time(at).into())])?;
        let key =
            [("assignment_id", submitted.into()), ("notebook_id", place.notebook.clone().into())];
        let notebook = self.row("submitted_notebook", &key, &[("flagged", false.into())])?;
        let of = |cell: &str| {
            [("cell_id", cell.to_owned().into()), ("notebook_id", notebook.clone().into())]
        };
        for (name, cell, by_hand) in &place.graded {
            let verdict = grade.verdicts.iter().find(|it| it.check == *name);
            let given = manual.iter().find(|it| it.cell == *name);
            let auto = verdict.filter(|_| !by_hand).map(|it| it.points);
            let mut values = vec![("auto_score", auto.into())];
            if let Some(given) = given {
                values.push(("manual_score", given.points.into()));
            }
            let id = self.row("grade", &of(cell), &[&values[..], &[WAITS]].concat())?;
            self.transaction.execute(
                "UPDATE grade SET needs_manual_grade = auto_score IS NULL AND manual_score IS NULL
                 WHERE id = ?1",
                [id],
            )?;
        }
        for cell in &place.solutions {
            let given = manual.iter().find(|it| self.is_named(cell, &it.cell));
            let said = given.map(|it| ("manual_comment", it.comment.clone().into()));
            self.row("comment", &of(cell), said.as_slice())?;
        }
        Ok(())
    }

    fn is_named(&self, cell: &str, name: &str) -> bool {
        let query = "SELECT 1 FROM base_cell WHERE id = ?1 AND name = ?2";
        let found = self.transaction.query_row(query, params![cell, name], |_| Ok(())).optional();
        found.is_ok_and(|found| found.is_some())
    }

    /// The ID of the row with this key, which has these values from now on.
    fn row(&self, table: &str, key: Row, values: Row) -> rusqlite::Result<String> {
        let names = |row: Row, between: &str| {
            row.iter().map(|(name, _)| format!("{name} = ?")).collect::<Vec<_>>().join(between)
        };
        let content = |row: Row| row.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>();
        let query = format!("SELECT id FROM {table} WHERE {}", names(key, " AND "));
        let mut statement = self.transaction.prepare_cached(&query)?;
        let found: Option<String> =
            statement.query_row(params_from_iter(content(key)), |row| row.get(0)).optional()?;
        if let Some(id) = found {
            if !values.is_empty() {
                let change = format!("UPDATE {table} SET {} WHERE id = ?", names(values, ", "));
                let values = content(values).into_iter().chain([id.clone().into()]);
                self.transaction.prepare_cached(&change)?.execute(params_from_iter(values))?;
            }
            return Ok(id);
        }
        let id = match key {
            [("id", Value::Text(id))] => id.clone(),
            _ => new_id(table, key),
        };
        let given = key.iter().filter(|(name, _)| *name != "id").chain(values);
        let row: Vec<_> = [("id", id.clone().into())].iter().chain(given).cloned().collect();
        let columns: Vec<&str> = row.iter().map(|(name, _)| *name).collect();
        let marks = vec!["?"; row.len()].join(", ");
        let add = format!("INSERT INTO {table} ({}) VALUES ({marks})", columns.join(", "));
        self.transaction.prepare_cached(&add)?.execute(params_from_iter(content(&row)))?;
        Ok(id)
    }
}

/// A row cannot be without this; what it is follows from the others.
const WAITS: (&str, Value) = ("needs_manual_grade", Value::Integer(0));

/// A time as nbgrader writes it, in UTC; one of another form as it is.
fn time(text: &str) -> String {
    let at = text.parse::<Timestamp>();
    at.map_or_else(|_| text.to_owned(), |at| at.strftime("%Y-%m-%d %H:%M:%S.%6f").to_string())
}

/// 32 hexadecimal digits, the same for the same row.
fn new_id(table: &str, key: Row) -> String {
    let mut hash = Md5::new();
    hash.update(table);
    for (_, value) in key {
        hash.update(format!("\0{value:?}"));
    }
    hex(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradebook::tests::grade;
    use crate::submissions::tests::lab;

    #[test]
    fn the_time_is_when_it_was_handed_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gradebook.db");
        let lab = lab("01-lines");
        let mut grade = grade("ada", 2.0);
        grade.lab.clone_from(&lab.about.lab);
        grade.submitted_at = Some("2026-01-02T03:04:05.5Z".into());
        to_nbgrader(&path, &[lab], &[grade], &[]).unwrap();
        let query = "SELECT timestamp FROM submitted_assignment";
        let time: String =
            Connection::open(path).unwrap().query_row(query, [], |row| row.get(0)).unwrap();
        assert_eq!(time, "2026-01-02 03:04:05.500000");
    }
}
