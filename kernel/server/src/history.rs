use candlelab_protocol::{HistoryAccess, HistoryEntry, HistoryRequest, log};
use rusqlite::{Connection, Result, params};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS sessions (
        session INTEGER PRIMARY KEY AUTOINCREMENT,
        started TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS history (
        session INTEGER NOT NULL,
        line INTEGER NOT NULL,
        source TEXT NOT NULL,
        output TEXT,
        PRIMARY KEY (session, line)
    );";

/// Where kernels share their history: `CANDLELAB_HISTORY`, or a file in the user's data folder.
pub fn history_path() -> Option<PathBuf> {
    let chosen = std::env::var_os("CANDLELAB_HISTORY").map(PathBuf::from);
    chosen.or_else(|| Some(dirs::data_dir()?.join("candlelab").join("history.sqlite")))
}

/// The cells that were run, this session's and earlier ones'.
pub(crate) struct History {
    database: Connection,
    /// The main shell's session; subshells have others.
    pub(crate) session: i64,
}

impl History {
    /// Opens the database at `path`; keeps the history in memory where there is none.
    pub(crate) fn open(path: Option<&Path>) -> Self {
        let file = path.map(|path| Self::new(open_file(path)?));
        match file {
            Some(Ok(history)) => return history,
            Some(Err(error)) => log(format_args!("the history is kept in memory only: {error}")),
            None => {}
        }
        Connection::open_in_memory().and_then(Self::new).expect("SQLite works in memory")
    }

    fn new(database: Connection) -> Result<Self> {
        database.execute_batch(SCHEMA)?;
        let session = begin(&database)?;
        Ok(Self { database, session })
    }

    /// Begins another session and gives its number.
    pub(crate) fn begin(&self) -> Result<i64> {
        begin(&self.database)
    }

    /// Keeps a cell.
    pub(crate) fn add(&self, session: i64, line: usize, source: &str, output: Option<&str>) {
        let added = self.database.execute(
            "INSERT OR REPLACE INTO history VALUES (?1, ?2, ?3, ?4)",
            params![session, line as i64, source, output],
        );
        if let Err(error) = added {
            log(format_args!("a cell is missing from the history: {error}"));
        }
    }

    /// The cells that `request` from a session asks for, oldest first.
    pub(crate) fn get(&self, current: i64, request: &HistoryRequest) -> Vec<HistoryEntry> {
        let cells = match &request.access {
            HistoryAccess::Tail { n } => self.last("*", *n, false),
            HistoryAccess::Search { pattern, n, unique } => {
                self.last(pattern.as_deref().unwrap_or("*"), *n, *unique)
            }
            HistoryAccess::Range { session, start, stop } => {
                let session = if *session > 0 { *session } else { current + *session };
                self.range(session, *start, *stop)
            }
        };
        let cells = cells.unwrap_or_else(|error| {
            log(format_args!("the history cannot be read: {error}"));
            Vec::new()
        });
        cells.into_iter().map(|cell| cell.entry(request.output)).collect()
    }

    /// The last `n` cells that match a pattern of `*` and `?`.
    fn last(&self, pattern: &str, n: Option<i64>, unique: bool) -> Result<Vec<Cell>> {
        let mut statement = self.database.prepare_cached(
            "SELECT session, line, source, output FROM history WHERE source GLOB ?1
             ORDER BY session DESC, line DESC",
        )?;
        let glob = pattern.replace('[', "[[]");
        let cells = statement.query_map([glob], Cell::read)?;
        let limit = n.map_or(usize::MAX, |n| n.try_into().unwrap_or(0));
        let mut seen = HashSet::new();
        let new = |cell: &Result<Cell>| match cell {
            Ok(cell) if unique => seen.insert(cell.source.clone()),
            _ => true,
        };
        let mut last: Vec<Cell> = cells.filter(new).take(limit).collect::<Result<_>>()?;
        last.reverse();
        Ok(last)
    }

    /// The lines `start..stop` of a session.
    fn range(&self, session: i64, start: i64, stop: Option<i64>) -> Result<Vec<Cell>> {
        let mut statement = self.database.prepare_cached(
            "SELECT session, line, source, output FROM history
             WHERE session = ?1 AND line >= ?2 AND line < ?3 ORDER BY line",
        )?;
        let stop = stop.unwrap_or(i64::MAX);
        statement.query_map(params![session, start, stop], Cell::read)?.collect()
    }
}

fn begin(database: &Connection) -> Result<i64> {
    let now = jiff::Timestamp::now().to_string();
    database.execute("INSERT INTO sessions (started) VALUES (?1)", [now])?;
    Ok(database.last_insert_rowid())
}

fn open_file(path: &Path) -> Result<Connection> {
    if let Some(folder) = path.parent() {
        // Opening says what is wrong if this did not work.
        let _ = std::fs::create_dir_all(folder);
    }
    let database = Connection::open(path)?;
    database.busy_timeout(Duration::from_secs(1))?;
    database.pragma_update(None, "journal_mode", "WAL")?;
    // The newest cells may be lost with the power, but running one never waits for the disk.
    database.pragma_update(None, "synchronous", "OFF")?;
    Ok(database)
}

struct Cell {
    session: i64,
    line: i64,
    source: String,
    output: Option<String>,
}

impl Cell {
    fn read(row: &rusqlite::Row) -> Result<Self> {
        Ok(Self {
            session: row.get(0)?,
            line: row.get(1)?,
            source: row.get(2)?,
            output: row.get(3)?,
        })
    }

    fn entry(self, output: bool) -> HistoryEntry {
        if output {
            HistoryEntry::InputOutput(self.session, self.line, (self.source, self.output))
        } else {
            HistoryEntry::Input(self.session, self.line, self.source)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(cells: Result<Vec<Cell>>) -> Vec<String> {
        cells.expect("readable").into_iter().map(|cell| cell.source).collect()
    }

    fn filled() -> History {
        let history = History::open(None);
        for (line, source) in ["a[0]", "ab", "a[0]", "b?"].into_iter().enumerate() {
            history.add(history.session, line + 1, source, None);
        }
        history
    }

    #[test]
    fn patterns_know_only_stars_and_question_marks() {
        let history = filled();
        assert_eq!(sources(history.last("a*", None, false)), ["a[0]", "ab", "a[0]"]);
        assert_eq!(sources(history.last("a[0]", None, true)), ["a[0]"]);
        assert_eq!(sources(history.last("?b", None, false)), ["ab"]);
        assert_eq!(sources(history.last("a*", None, true)), ["ab", "a[0]"]);
        assert_eq!(sources(history.last("*", Some(2), false)), ["a[0]", "b?"]);
        assert!(sources(history.last("*", Some(-1), false)).is_empty());
    }

    #[track_caller]
    fn check(history: &History, (session, start, stop): (i64, i64, Option<i64>), source: &str) {
        let access = HistoryAccess::Range { session, start, stop };
        let request = HistoryRequest { output: false, raw: false, access };
        let cells = history.get(history.session, &request);
        assert!(matches!(&cells[..], [HistoryEntry::Input(_, _, it)] if it == source), "{cells:?}");
    }

    #[test]
    fn sessions_are_counted_from_this_one_backwards() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep").join("history.sqlite");
        let before = History::open(Some(&path));
        before.add(before.session, 1, "before", None);
        let history = History::open(Some(&path));
        history.add(history.session, 1, "now", None);
        history.add(history.session, 2, "later", None);
        check(&history, (0, 1, Some(2)), "now");
        check(&history, (0, 2, None), "later");
        check(&history, (-1, 0, None), "before");
        check(&history, (before.session, 0, None), "before");
    }

    #[test]
    fn an_unusable_file_means_memory() {
        let history = History::open(Some(Path::new("/dev/null/history.sqlite")));
        history.add(history.session, 1, "kept", None);
        assert_eq!(sources(history.last("*", None, false)), ["kept"]);
    }
}
