use super::*;
use std::path::PathBuf;
use tempfile::TempDir;

pub fn verdict(check: &str, points: f64) -> Verdict {
    Verdict {
        check: check.into(),
        points,
        max: 2.0,
        message: "a line, \"quoted\"".into(),
        yours: (points == 0.0).then(|| "3.5".into()),
        hidden: false,
        kind: VerdictKind::Automatic,
    }
}

pub fn grade(student: &str, points: f64) -> Grade {
    Grade {
        student: student.into(),
        lab: "01-lines".into(),
        submission: "abc".into(),
        version: "v1".into(),
        submitted_at: Some("2026-11-20T10:00:00Z".into()),
        graded_at: "2026-11-24T01:02:03Z".into(),
        seconds: 1.5,
        weakness: None,
        verdicts: vec![verdict("slope-check", points), verdict("area-check", 0.0)],
        notes: vec!["`slope` was split".into(), "late".into()],
    }
}

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gradebook.db");
    (folder, path)
}

#[test]
fn the_last_grade_counts_and_all_are_kept() {
    let (_folder, path) = place();
    let mut book = Gradebook::open(&path).unwrap();
    let mut other = Grade {
        submission: "def".into(),
        submitted_at: None,
        weakness: Some("no namespaces".into()),
        ..grade("ada", 2.0)
    };
    other.verdicts[1].hidden = true;
    other.verdicts[1].kind = VerdictKind::Waiting;
    for grade in [&grade("ada", 0.0), &grade("bob", 2.0), &other] {
        book.record(grade).unwrap();
    }
    let book = Gradebook::open(&path).unwrap();
    assert_eq!(book.grades().unwrap(), [other.clone(), grade("bob", 2.0)]);
    assert_eq!(book.history("ada", "01-lines").unwrap(), [grade("ada", 0.0), other]);
    let found = |hash| book.find("ada", "01-lines", hash, "v1").unwrap().is_some();
    assert_eq!((found("abc"), found("def")), (false, true));
}

#[test]
fn marks_by_hand_outlast_a_regrade() {
    let (_folder, path) = place();
    let mut book = Gradebook::open(&path).unwrap();
    book.record(&grade("ada", 2.0)).unwrap();
    let mark = |at: &str| Manual {
        student: "ada".into(),
        lab: "01-lines".into(),
        cell: "area-check".into(),
        points: 1.5,
        comment: "the idea is right".into(),
        by: "lecturer".into(),
        at: at.into(),
    };
    book.mark(&Manual { points: 0.5, ..mark("2026-11-25T00:00:00Z") }).unwrap();
    book.mark(&mark("2026-11-25T00:00:00Z")).unwrap();
    let again = Grade { graded_at: "2026-11-26T00:00:00Z".into(), ..grade("ada", 2.0) };
    book.record(&again).unwrap();
    let marked = book.grades().unwrap().remove(0);
    assert_eq!((marked.points(), marked.notes.len()), (3.5, 2));
    assert_eq!(marked.verdicts[1].message, "the idea is right");
    assert_eq!(marked.verdicts[1].kind, VerdictKind::Manual);
    // A new notebook keeps them as well, and says so.
    let new = Grade { submission: "def".into(), ..again };
    book.record(&new).unwrap();
    let marked = book.grades().unwrap().remove(0);
    assert_eq!(marked.points(), 3.5);
    assert_eq!(marked.notes[2], "`area-check` was marked by hand for an earlier notebook");
}

#[test]
fn a_gradebook_from_before_its_tables_were_numbered_is_brought_up_to_date() {
    let (_folder, path) = place();
    let old = Connection::open(&path).unwrap();
    old.execute_batch(
        "PRAGMA journal_mode = WAL;
         CREATE TABLE grade (id INTEGER PRIMARY KEY, student TEXT NOT NULL, lab TEXT NOT NULL,
            submission TEXT NOT NULL, version TEXT NOT NULL, graded_at TEXT NOT NULL,
            seconds REAL NOT NULL, notes TEXT NOT NULL);
         CREATE TABLE verdict (grade INTEGER NOT NULL REFERENCES grade (id),
            place INTEGER NOT NULL, name TEXT NOT NULL, points REAL NOT NULL, max REAL NOT NULL,
            message TEXT NOT NULL, yours TEXT, PRIMARY KEY (grade, place));
         CREATE TABLE manual (student TEXT NOT NULL, lab TEXT NOT NULL, cell TEXT NOT NULL,
            points REAL NOT NULL, comment TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL,
            PRIMARY KEY (student, lab, cell));
         INSERT INTO manual VALUES ('ada', '01', 'a', 1, 'half', 'me', '2026-11-25T00:00:00Z');
         INSERT INTO grade VALUES (1, 'ada', '01', 'abc', 'v1', '2026-11-24T01:02:03Z', 1.5, '');
         INSERT INTO verdict VALUES (1, 0, 'a', 2, 3, 'well', NULL);",
    )
    .unwrap();
    drop(old);
    let grades = Gradebook::open(&path).unwrap().grades().unwrap();
    assert_eq!((grades[0].points(), grades[0].max()), (1.0, 3.0));
    assert_eq!(Gradebook::open(&path).unwrap().history("ada", "01").unwrap()[0].points(), 2.0);
    assert!(!path.with_extension("db-wal").exists());
}

#[track_caller]
fn refuses(path: &Path, expected: &str) {
    let before = std::fs::read(path).unwrap();
    let error = Gradebook::open(path).err().expect("it should be refused").to_string();
    assert!(error.contains(expected), "{error}");
    assert_eq!(std::fs::read(path).unwrap(), before);
}

#[test]
fn files_that_are_no_gradebooks_are_refused_and_left_alone() {
    let (_folder, path) = place();
    std::fs::write(&path, "student,points\n".repeat(100)).unwrap();
    refuses(&path, "is no gradebook: it is no database");
    std::fs::remove_file(&path).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE student (id TEXT); CREATE TABLE grade (id TEXT);").unwrap();
    drop(other);
    refuses(&path, "it is another program's database, with the tables student, grade");
    std::fs::remove_file(&path).unwrap();
    drop(Gradebook::open(&path).unwrap());
    let newer = Connection::open(&path).unwrap();
    newer.pragma_update(None, "user_version", 1000).unwrap();
    drop(newer);
    refuses(&path, "it was made by a newer candlelab");
}

#[test]
fn a_damaged_gradebook_is_named() {
    let (_folder, path) = place();
    let mut book = Gradebook::open(&path).unwrap();
    for i in 0..100 {
        book.record(&grade(&format!("student-{i}"), 1.0)).unwrap();
    }
    drop(book);
    let mut bytes = std::fs::read(&path).unwrap();
    let end = bytes.len();
    bytes[4096..end - 4096].fill(0x5a);
    std::fs::write(&path, bytes).unwrap();
    refuses(&path, "is damaged: ");
}

#[test]
fn a_gradebook_in_use_is_named() {
    let (_folder, path) = place();
    let mut book = Gradebook::open(&path).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    book.connection.busy_timeout(std::time::Duration::ZERO).unwrap();
    let error = book.record(&grade("ada", 1.0)).unwrap_err();
    assert!(matches!(error, Error::BookInUse { .. }), "{error}");
    other.execute_batch("COMMIT").unwrap();
    book.record(&grade("ada", 1.0)).unwrap();
}

#[test]
fn a_full_disk_loses_nothing_that_was_recorded() {
    let (_folder, path) = place();
    let mut book = Gradebook::open(&path).unwrap();
    book.connection.execute_batch("PRAGMA max_page_count = 30").unwrap();
    let students = (0..10_000).map(|i| grade(&format!("student-{i:05}"), 1.0));
    let mut recorded = 0;
    let error = students.map(|grade| book.record(&grade)).find_map(|result| {
        recorded += usize::from(result.is_ok());
        result.err()
    });
    assert!(error.unwrap().to_string().ends_with("database or disk is full"));
    drop(book);
    assert_eq!(Gradebook::open(&path).unwrap().grades().unwrap().len(), recorded);
}
