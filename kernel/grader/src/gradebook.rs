//! Where marks are kept: SQLite, each submission in one transaction.

mod changes;
mod grade;
mod manual;
pub(crate) mod schema;

pub use changes::changes;
pub use grade::Grade;
pub use manual::Manual;

use crate::{Error, Verdict, VerdictKind};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};
use std::path::{Path, PathBuf};

/// The marks of a course; grades are added and never changed.
pub struct Gradebook {
    connection: Connection,
    path: PathBuf,
}

const COLUMNS: &str = "id, student, lab, submission, version, graded_at, seconds, notes,
                       submitted_at, weakness";

impl Gradebook {
    /// Opens a gradebook, or begins one.
    ///
    /// # Errors
    /// If the file is no gradebook, is damaged, in use or cannot be written; it is left as it was.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self { connection: schema::open(path)?, path: path.into() })
    }

    /// Keeps a grade: whole, or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn record(&mut self, grade: &Grade) -> Result<(), Error> {
        let path = self.path.clone();
        self.add(grade).map_err(|error| schema::failed(&path, error))
    }

    fn add(&mut self, grade: &Grade) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        let Grade { student, lab, submission, version, submitted_at, graded_at, seconds, .. } =
            grade;
        transaction.execute(
            "INSERT INTO grade (student, lab, submission, version, graded_at, seconds, notes,
                                submitted_at, weakness)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                student,
                lab,
                submission,
                version,
                graded_at,
                seconds,
                grade.notes.join("\n"),
                submitted_at,
                grade.weakness
            ],
        )?;
        let id = transaction.last_insert_rowid();
        for (place, it) in (0_i64..).zip(&grade.verdicts) {
            let (message, yours, kind) = (&it.message, &it.yours, word(it.kind));
            transaction.execute(
                "INSERT INTO verdict (grade, place, name, points, max, message, yours, hidden, kind)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![id, place, it.check, it.points, it.max, message, yours, it.hidden, kind],
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
    ) -> Result<Option<Grade>, Error> {
        let last = self.history(student, lab)?.pop();
        Ok(last.filter(|it| it.submission == submission && it.version == version))
    }

    /// Every grade that a student had for a lab, the last one last, without marks by hand.
    pub fn history(&self, student: &str, lab: &str) -> Result<Vec<Grade>, Error> {
        let query =
            format!("SELECT {COLUMNS} FROM grade WHERE student = ?1 AND lab = ?2 ORDER BY id");
        self.all(&query, params![student, lab], |row| self.grade(row))
    }

    /// A student's last grade for a lab, with the marks that people gave.
    pub fn last(&self, student: &str, lab: &str) -> Result<Option<Grade>, Error> {
        let marks = self.manual_marks()?;
        Ok(manual::last(&self.history(student, lab)?, &marks))
    }

    /// The last grade of every student and lab, with the marks that people gave.
    pub fn grades(&self) -> Result<Vec<Grade>, Error> {
        let query = format!("SELECT {COLUMNS} FROM grade ORDER BY student, lab, id");
        let grades = self.all(&query, params![], |row| self.grade(row))?;
        let marks = self.manual_marks()?;
        let histories = grades.chunk_by(|a, b| (&a.student, &a.lab) == (&b.student, &b.lab));
        Ok(histories.filter_map(|history| manual::last(history, &marks)).collect())
    }

    /// Keeps a text of the course beside its marks, such as its policy.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn keep(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let query = "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)";
        let written = self.connection.execute(query, params![name, text]);
        written.map(drop).map_err(|error| self.failed(error))
    }

    /// A text that was kept.
    ///
    /// # Errors
    /// If the gradebook cannot be read.
    pub fn kept(&self, name: &str) -> Result<Option<String>, Error> {
        let query = "SELECT value FROM setting WHERE name = ?1";
        let found = self.connection.query_row(query, params![name], |row| row.get(0)).optional();
        found.map_err(|error| self.failed(error))
    }

    fn grade(&self, row: &Row) -> rusqlite::Result<Grade> {
        let query = "SELECT name, points, max, message, yours, hidden, kind FROM verdict
                     WHERE grade = ?1 ORDER BY place";
        let mut statement = self.connection.prepare_cached(query)?;
        let verdicts = statement.query_map([row.get::<_, i64>(0)?], verdict)?;
        let notes: String = row.get(7)?;
        Ok(Grade {
            student: row.get(1)?,
            lab: row.get(2)?,
            submission: row.get(3)?,
            version: row.get(4)?,
            graded_at: row.get(5)?,
            seconds: row.get(6)?,
            notes: notes.lines().map(ToOwned::to_owned).collect(),
            submitted_at: row.get(8)?,
            weakness: row.get(9)?,
            verdicts: verdicts.collect::<rusqlite::Result<_>>()?,
        })
    }

    fn all<T>(
        &self,
        query: &str,
        values: impl Params,
        read: impl FnMut(&Row) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Error> {
        let rows = self.connection.prepare(query).and_then(|mut statement| {
            let rows = statement.query_map(values, read)?;
            rows.collect()
        });
        rows.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: rusqlite::Error) -> Error {
        schema::failed(&self.path, error)
    }
}

fn verdict(row: &Row) -> rusqlite::Result<Verdict> {
    let kind: String = row.get(6)?;
    let kinds = [VerdictKind::Automatic, VerdictKind::Waiting, VerdictKind::Manual];
    Ok(Verdict {
        check: row.get(0)?,
        points: row.get(1)?,
        max: row.get(2)?,
        message: row.get(3)?,
        yours: row.get(4)?,
        hidden: row.get(5)?,
        kind: kinds.into_iter().find(|it| word(*it) == kind).unwrap_or_default(),
    })
}

fn word(kind: VerdictKind) -> &'static str {
    match kind {
        VerdictKind::Automatic => "automatic",
        VerdictKind::Waiting => "waiting",
        VerdictKind::Manual => "manual",
    }
}

#[cfg(test)]
pub(crate) mod tests;
