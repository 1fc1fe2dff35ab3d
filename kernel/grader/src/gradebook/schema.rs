//! The tables of a gradebook, and what else a file may be.

use crate::Error;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use std::path::Path;
use std::time::Duration;

/// Tells a gradebook from other databases: `clab` in ASCII.
const APPLICATION: i32 = 0x636c_6162;

/// How long another program may keep the file to itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// What made each version of the tables of the one before; `user_version` counts them.
const STEPS: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS grade (
        id INTEGER PRIMARY KEY,
        student TEXT NOT NULL, lab TEXT NOT NULL,
        submission TEXT NOT NULL, version TEXT NOT NULL,
        graded_at TEXT NOT NULL, seconds REAL NOT NULL, notes TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS grade_of ON grade (student, lab);
    CREATE TABLE IF NOT EXISTS verdict (
        grade INTEGER NOT NULL REFERENCES grade (id), place INTEGER NOT NULL,
        name TEXT NOT NULL, points REAL NOT NULL, max REAL NOT NULL,
        message TEXT NOT NULL, yours TEXT,
        PRIMARY KEY (grade, place));",
    "ALTER TABLE grade ADD COLUMN submitted_at TEXT;
    ALTER TABLE grade ADD COLUMN weakness TEXT;
    ALTER TABLE verdict ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE verdict ADD COLUMN kind TEXT NOT NULL DEFAULT 'automatic';
    CREATE TABLE IF NOT EXISTS manual (
        student TEXT NOT NULL, lab TEXT NOT NULL, cell TEXT NOT NULL,
        points REAL NOT NULL, comment TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (student, lab, cell));
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);",
];

/// Opens a gradebook, makes one where there is no file, and brings an older one up to date.
pub fn open(path: &Path) -> Result<Connection, Error> {
    let failed = |error| failed(path, error);
    let mut connection = Connection::open(path).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    let version = version(&connection, path)?;
    check(&connection, path)?;
    // No write-ahead log: its shared memory does not work on network file systems, where class
    // folders lie, and there is one writer. `EXTRA` also waits for the folder's entry.
    connection
        .execute_batch(
            "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; PRAGMA foreign_keys = ON;",
        )
        .map_err(failed)?;
    if version < STEPS.len() {
        update(&mut connection).map_err(failed)?;
    }
    Ok(connection)
}

/// How many steps have been taken.
fn version(connection: &Connection, path: &Path) -> Result<usize, Error> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let number = |name| number(name).map_err(|error| failed(path, error));
    let tables = "SELECT group_concat(name) FROM sqlite_schema WHERE type = 'table'";
    let tables: Option<String> =
        connection.query_row(tables, [], |row| row.get(0)).map_err(|error| failed(path, error))?;
    let foreign = |problem: String| Err(Error::NoBook { path: path.into(), problem });
    match (number("application_id")?, usize::try_from(number("user_version")?), tables) {
        (APPLICATION, Ok(version), _) if version <= STEPS.len() => Ok(version),
        (APPLICATION, _, _) => foreign("it was made by a newer candlelab".into()),
        // A new file, or one from before the tables were numbered.
        (0, Ok(0), None) => Ok(0),
        (0, Ok(0), Some(tables)) if is_ours(&tables) => Ok(0),
        (_, _, tables) => foreign(format!(
            "it is another program's database, with the tables {}",
            tables.unwrap_or_default().split(',').take(3).collect::<Vec<_>>().join(", ")
        )),
    }
}

/// nbgrader's gradebook has grades as well, but no verdicts.
fn is_ours(tables: &str) -> bool {
    ["grade", "verdict"].iter().all(|own| tables.split(',').any(|name| name == *own))
}

fn check(connection: &Connection, path: &Path) -> Result<(), Error> {
    let said: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|error| failed(path, error))?;
    match said.as_str() {
        "ok" => Ok(()),
        problem => Err(Error::BookDamaged { path: path.into(), problem: problem.into() }),
    }
}

fn update(connection: &mut Connection) -> rusqlite::Result<()> {
    // Two programs may begin the same file; the second one finds it done.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for step in STEPS.iter().skip(done as usize) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", STEPS.len() as i64)?;
    transaction.commit()
}

/// What SQLite's errors mean for a gradebook.
pub fn failed(path: &Path, error: rusqlite::Error) -> Error {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::BookInUse { path },
        Some(ErrorCode::NotADatabase) => {
            Error::NoBook { path, problem: "it is no database".into() }
        }
        Some(ErrorCode::DatabaseCorrupt) => Error::BookDamaged { path, problem: error.to_string() },
        _ => Error::Book { path, source: error },
    }
}
