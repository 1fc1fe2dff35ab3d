//! Where marks are kept: SQLite, each submission in one transaction.

mod table;

pub use table::csv;

use crate::Verdict;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;
use std::path::Path;

/// What a submission came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Grade {
    /// Whose it is.
    pub student: String,
    /// Which lab.
    pub lab: String,
    /// A hash of the notebook handed in.
    pub submission: String,
    /// A hash of the lab that it was graded by.
    pub version: String,
    /// When, in ISO 8601.
    pub graded_at: String,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// The checks, in the lab's order.
    pub verdicts: Vec<Verdict>,
    /// What had to be mended or is worth knowing, a sentence each.
    pub notes: Vec<String>,
}

impl Grade {
    /// All points.
    pub fn points(&self) -> f64 {
        self.verdicts.iter().map(|it| it.points).sum()
    }

    /// All points that there could be.
    pub fn max(&self) -> f64 {
        self.verdicts.iter().map(|it| it.max).sum()
    }
}

/// The marks of a course; grades are added and never changed.
pub struct Gradebook(Connection);

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    CREATE TABLE IF NOT EXISTS grade (
        id INTEGER PRIMARY KEY,
        student TEXT NOT NULL, lab TEXT NOT NULL,
        submission TEXT NOT NULL, version TEXT NOT NULL,
        graded_at TEXT NOT NULL, seconds REAL NOT NULL, notes TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS grade_of ON grade (student, lab);
    CREATE TABLE IF NOT EXISTS verdict (
        grade INTEGER NOT NULL REFERENCES grade (id), place INTEGER NOT NULL,
        name TEXT NOT NULL, points REAL NOT NULL, max REAL NOT NULL,
        message TEXT NOT NULL, yours TEXT,
        PRIMARY KEY (grade, place));";
const COLUMNS: &str = "id, student, lab, submission, version, graded_at, seconds, notes";

impl Gradebook {
    /// Opens a gradebook, or begins one.
    ///
    /// # Errors
    /// If the file is no gradebook, or cannot be written.
    pub fn open(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(std::time::Duration::from_secs(30))?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(connection))
    }

    /// Keeps a grade: whole, or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn record(&mut self, grade: &Grade) -> rusqlite::Result<()> {
        let transaction = self.0.transaction()?;
        transaction.execute(
            "INSERT INTO grade (student, lab, submission, version, graded_at, seconds, notes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                grade.student,
                grade.lab,
                grade.submission,
                grade.version,
                grade.graded_at,
                grade.seconds,
                grade.notes.join("\n")
            ],
        )?;
        let id = transaction.last_insert_rowid();
        for (place, it) in (0_i64..).zip(&grade.verdicts) {
            transaction.execute(
                "INSERT INTO verdict VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![id, place, it.check, it.points, it.max, it.message, it.yours],
            )?;
        }
        transaction.commit()
    }

    /// The grade of a notebook by a version of its lab, if it is the student's last one.
    ///
    /// # Errors
    /// If the gradebook cannot be read; so below.
    pub fn find(
        &self,
        student: &str,
        lab: &str,
        submission: &str,
        version: &str,
    ) -> rusqlite::Result<Option<Grade>> {
        let last = self.history(student, lab)?.pop();
        Ok(last.filter(|it| it.submission == submission && it.version == version))
    }

    /// Every grade that a student had for a lab, the last one last.
    pub fn history(&self, student: &str, lab: &str) -> rusqlite::Result<Vec<Grade>> {
        let query =
            format!("SELECT {COLUMNS} FROM grade WHERE student = ?1 AND lab = ?2 ORDER BY id");
        let mut statement = self.0.prepare(&query)?;
        let rows = statement.query_map(params![student, lab], |row| self.grade(row))?;
        rows.collect()
    }

    /// The last grade of every student and lab.
    pub fn grades(&self) -> rusqlite::Result<Vec<Grade>> {
        let query = format!(
            "SELECT {COLUMNS} FROM grade
             WHERE id IN (SELECT max(id) FROM grade GROUP BY student, lab) ORDER BY student, lab"
        );
        let mut statement = self.0.prepare(&query)?;
        let rows = statement.query_map([], |row| self.grade(row))?;
        rows.collect()
    }

    /// Whether the file is whole.
    pub fn is_sound(&self) -> rusqlite::Result<bool> {
        let said = self.0.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
        Ok(said.optional()?.as_deref() == Some("ok"))
    }

    fn grade(&self, row: &Row) -> rusqlite::Result<Grade> {
        let query = "SELECT name, points, max, message, yours FROM verdict WHERE grade = ?1
                     ORDER BY place";
        let mut statement = self.0.prepare(query)?;
        let verdicts = statement.query_map([row.get::<_, i64>(0)?], |row| {
            Ok(Verdict {
                check: row.get(0)?,
                points: row.get(1)?,
                max: row.get(2)?,
                message: row.get(3)?,
                yours: row.get(4)?,
            })
        })?;
        let notes: String = row.get(7)?;
        Ok(Grade {
            student: row.get(1)?,
            lab: row.get(2)?,
            submission: row.get(3)?,
            version: row.get(4)?,
            graded_at: row.get(5)?,
            seconds: row.get(6)?,
            verdicts: verdicts.collect::<rusqlite::Result<_>>()?,
            notes: notes.lines().map(ToOwned::to_owned).collect(),
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub fn grade(student: &str, points: f64) -> Grade {
        let verdict = |check: &str, points| Verdict {
            check: check.into(),
            points,
            max: 2.0,
            message: "a line, \"quoted\"".into(),
            yours: (points == 0.0).then(|| "3.5".into()),
        };
        Grade {
            student: student.into(),
            lab: "01-lines".into(),
            submission: "abc".into(),
            version: "v1".into(),
            graded_at: "2026-11-24T01:02:03Z".into(),
            seconds: 1.5,
            verdicts: vec![verdict("slope-check", points), verdict("area-check", 0.0)],
            notes: vec!["`slope` was split".into(), "late".into()],
        }
    }

    #[test]
    fn the_last_grade_counts_and_all_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gradebook.db");
        let mut book = Gradebook::open(&path).unwrap();
        let other = Grade { submission: "def".into(), ..grade("ada", 2.0) };
        for grade in [&grade("ada", 0.0), &grade("bob", 2.0), &other] {
            book.record(grade).unwrap();
        }
        let book = Gradebook::open(&path).unwrap();
        assert_eq!(book.grades().unwrap(), [other.clone(), grade("bob", 2.0)]);
        assert_eq!(book.history("ada", "01-lines").unwrap(), [grade("ada", 0.0), other]);
        let found = |hash| book.find("ada", "01-lines", hash, "v1").unwrap().is_some();
        assert_eq!((found("abc"), found("def")), (false, true));
        assert!(book.is_sound().unwrap());
    }

    #[test]
    fn another_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gradebook.db");
        std::fs::write(&path, "student,points\n".repeat(100)).unwrap();
        assert!(Gradebook::open(&path).is_err());
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("student,points"));
    }
}
