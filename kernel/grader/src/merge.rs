//! Several gradebooks put into one.

use crate::gradebook::schema::failed;
use crate::{Error, Gradebook};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Transaction, params_from_iter};
use std::collections::BTreeMap;
use std::path::Path;

/// What makes a grade the same grade, in whichever gradebook it stands.
const IDENTITY: [&str; 6] = ["student", "lab", "submission", "version", "graded_at", "seconds"];
/// Whether a grade is there already, or the student and lab have a later one, which must stay the
/// last.
const IS_KNOWN: &str = "
    SELECT 1 FROM grade WHERE student = ?1 AND lab = ?2 AND (graded_at > ?5
        OR (submission = ?3 AND version = ?4 AND graded_at = ?5 AND seconds = ?6))";

/// All that a gradebook holds, whatever columns its tables have.
pub struct Rows {
    grades: Table,
    verdicts: Table,
    /// What people gave, and the course's rules.
    others: [(&'static str, Table); 2],
}

/// How a mark or a rule takes the place of another: the newer mark counts, and any rule.
const MARK: &str = "ON CONFLICT (student, lab, cell) DO UPDATE SET points = excluded.points,
    comment = excluded.comment, by = excluded.by, at = excluded.at WHERE excluded.at > manual.at";
const RULE: &str = "ON CONFLICT (name) DO UPDATE SET value = excluded.value";

struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

impl Rows {
    /// Reads a gradebook.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(path: &Path) -> Result<Self, Error> {
        // Gives an older gradebook the columns of today.
        drop(Gradebook::open(path)?);
        let read = || {
            let connection = Connection::open(path)?;
            let table = |query| Table::read(&connection, query);
            Ok(Self {
                grades: table("SELECT * FROM grade ORDER BY id")?,
                verdicts: table("SELECT * FROM verdict ORDER BY grade, place")?,
                others: [
                    ("manual", table("SELECT * FROM manual")?),
                    ("setting", table("SELECT * FROM setting")?),
                ],
            })
        };
        read().map_err(|error| failed(path, error))
    }
}

impl Table {
    fn read(connection: &Connection, query: &str) -> rusqlite::Result<Self> {
        let mut statement = connection.prepare(query)?;
        let columns: Vec<String> = statement.column_names().map(ToOwned::to_owned).collect();
        let width = columns.len();
        let rows = statement.query_map([], |row| (0..width).map(|place| row.get(place)).collect());
        let rows = rows?.collect::<rusqlite::Result<_>>()?;
        Ok(Self { columns, rows })
    }

    fn place(&self, column: &str) -> rusqlite::Result<usize> {
        let found = self.columns.iter().position(|name| name == column);
        found.ok_or_else(|| rusqlite::Error::InvalidColumnName(column.into()))
    }
}

/// Adds to a gradebook all grades that it does not have, the oldest first and none that is older than
/// what it has, so that the last grade of a student and lab is still the one that counts; all in one
/// transaction. Gives their number.
///
/// # Errors
/// If the gradebook cannot be written; it is as it was then.
pub fn merge(into: &Path, books: &[Rows]) -> Result<usize, Error> {
    drop(Gradebook::open(into)?);
    add_all(into, books).map_err(|error| failed(into, error))
}

fn add_all(into: &Path, books: &[Rows]) -> rusqlite::Result<usize> {
    let mut connection = Connection::open(into)?;
    connection.busy_timeout(std::time::Duration::from_secs(30))?;
    let transaction = connection.transaction()?;
    let mut new = Vec::new();
    for book in books {
        new.extend(unknown(&transaction, book)?);
    }
    new.sort_by(|one, other| one.0.cmp(&other.0));
    for (_, grade, verdicts) in &new {
        insert(&transaction, grade, verdicts)?;
    }
    for (name, table) in books.iter().flat_map(|book| &book.others) {
        let instead = if *name == "manual" { MARK } else { RULE };
        for row in &table.rows {
            add(&transaction, name, &named(&table.columns, row, ""), instead)?;
        }
    }
    transaction.commit()?;
    Ok(new.len())
}

/// Names and values of a row.
type Row<'a> = Vec<(&'a str, Value)>;

/// The grades that are new, each with the time at which it was given and its verdicts.
fn unknown<'a>(
    transaction: &Transaction,
    book: &'a Rows,
) -> rusqlite::Result<Vec<(String, Row<'a>, Vec<Row<'a>>)>> {
    let mut known = transaction.prepare(IS_KNOWN)?;
    let (id, at) = (book.grades.place("id")?, book.grades.place("graded_at")?);
    let mut verdicts = verdicts(&book.verdicts)?;
    let mut new = Vec::new();
    for row in &book.grades.rows {
        let identity: rusqlite::Result<Vec<&Value>> =
            IDENTITY.iter().map(|name| Ok(&row[book.grades.place(name)?])).collect();
        let found = known.query_row(params_from_iter(identity?), |_| Ok(())).optional()?;
        if found.is_some() {
            continue;
        }
        let Value::Integer(number) = row[id] else { continue };
        let Value::Text(at) = &row[at] else { continue };
        let own = named(&book.grades.columns, row, "id");
        new.push((at.clone(), own, verdicts.remove(&number).unwrap_or_default()));
    }
    Ok(new)
}

/// Verdicts by the number of their grade.
fn verdicts(table: &Table) -> rusqlite::Result<BTreeMap<i64, Vec<Row<'_>>>> {
    let grade = table.place("grade")?;
    let mut found: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
    for row in &table.rows {
        if let Value::Integer(number) = row[grade] {
            found.entry(number).or_default().push(named(&table.columns, row, "grade"));
        }
    }
    Ok(found)
}

fn named<'a>(columns: &'a [String], row: &[Value], without: &str) -> Row<'a> {
    let cells = columns.iter().zip(row).filter(|(name, _)| *name != without);
    cells.map(|(name, value)| (name.as_str(), value.clone())).collect()
}

fn insert(transaction: &Transaction, grade: &Row, verdicts: &[Row]) -> rusqlite::Result<()> {
    add(transaction, "grade", grade, "")?;
    let number = transaction.last_insert_rowid();
    for verdict in verdicts {
        let mut row = verdict.clone();
        row.push(("grade", Value::Integer(number)));
        add(transaction, "verdict", &row, "")?;
    }
    Ok(())
}

fn add(transaction: &Transaction, table: &str, row: &Row, or: &str) -> rusqlite::Result<usize> {
    let names: Vec<&str> = row.iter().map(|(name, _)| *name).collect();
    let marks = vec!["?"; row.len()].join(", ");
    let text = format!("INSERT INTO {table} ({}) VALUES ({marks}) {or}", names.join(", "));
    let mut statement = transaction.prepare_cached(&text)?;
    statement.execute(params_from_iter(row.iter().map(|(_, value)| value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradebook::tests::grade;
    use crate::{Grade, Manual, Verdict};

    /// A class: 500 students, ten checks each.
    fn class() -> Vec<Grade> {
        let student = |number: usize| {
            let verdict = |check: usize| Verdict {
                check: format!("check-{check}"),
                points: ((number * 7 + check * 3) % 5) as f64 / 2.0,
                ..grade("", 2.0).verdicts[0].clone()
            };
            Grade {
                verdicts: (0..10).map(verdict).collect(),
                graded_at: format!("2026-11-24T01:{:02}:{:02}Z", number / 60, number % 60),
                ..grade(&format!("student-{number:03}"), 0.0)
            }
        };
        (0..500).map(student).collect()
    }

    #[test]
    fn eight_shards_come_to_what_one_run_does_and_a_second_merge_adds_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let class = class();
        let mut single = Gradebook::open(&path("single.db")).unwrap();
        class.iter().for_each(|grade| single.record(grade).unwrap());
        for shard in 0..8 {
            let mut book = Gradebook::open(&path(&format!("{shard}.db"))).unwrap();
            let own = class.iter().skip(shard).step_by(8);
            own.for_each(|grade| book.record(grade).unwrap());
        }
        let read = || (0..8).map(|shard| Rows::read(&path(&format!("{shard}.db"))).unwrap());
        assert_eq!(merge(&path("all.db"), &read().collect::<Vec<_>>()).unwrap(), 500);
        let all = Gradebook::open(&path("all.db")).unwrap();
        assert_eq!(all.grades().unwrap(), single.grades().unwrap());
        assert_eq!(merge(&path("all.db"), &read().collect::<Vec<_>>()).unwrap(), 0);
        assert_eq!(all.grades().unwrap(), single.grades().unwrap());
    }

    #[test]
    fn the_latest_grade_counts_whichever_gradebook_it_comes_from() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let later = Grade { graded_at: "2026-11-25T00:00:00Z".into(), ..grade("ada", 2.0) };
        for (name, grade) in [("a.db", &later), ("b.db", &grade("ada", 0.0))] {
            Gradebook::open(&path(name)).unwrap().record(grade).unwrap();
        }
        let books = ["a.db", "b.db"].map(|name| Rows::read(&path(name)).unwrap());
        merge(&path("all.db"), &books).unwrap();
        let all = Gradebook::open(&path("all.db")).unwrap();
        assert_eq!(all.grades().unwrap(), std::slice::from_ref(&later));
        assert_eq!(all.history("ada", "01-lines").unwrap(), [grade("ada", 0.0), later.clone()]);
        let older = [Rows::read(&path("b.db")).unwrap()];
        assert_eq!(merge(&path("a.db"), &older).unwrap(), 0);
        let kept = Gradebook::open(&path("a.db")).unwrap();
        assert_eq!(kept.history("ada", "01-lines").unwrap(), [later]);
    }

    #[test]
    fn the_newer_of_two_marks_counts_and_rules_come_along() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let mark = |points, at: &str| Manual {
            student: "ada".into(),
            lab: "01-lines".into(),
            cell: "essay".into(),
            points,
            comment: String::new(),
            by: "grace".into(),
            at: at.into(),
        };
        let (old, new) = (mark(1.0, "2026-11-24T00:00:00Z"), mark(2.0, "2026-11-25T00:00:00Z"));
        for (name, mark) in [("a.db", &new), ("b.db", &old)] {
            let mut book = Gradebook::open(&path(name)).unwrap();
            book.mark(mark).unwrap();
            book.keep("policy", "grace = \"1 h\"").unwrap();
        }
        let books = ["a.db", "b.db"].map(|name| Rows::read(&path(name)).unwrap());
        merge(&path("all.db"), &books).unwrap();
        let all = Gradebook::open(&path("all.db")).unwrap();
        assert_eq!(all.manual_marks().unwrap(), [new]);
        assert_eq!(all.kept("policy").unwrap().as_deref(), Some("grace = \"1 h\""));
    }
}
