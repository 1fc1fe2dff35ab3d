//! A gradebook whose writer is killed, again and again.

use candlelab_grader::{Grade, Gradebook, Verdict, VerdictKind};
use std::io::{BufRead, BufReader, Write, stdout};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const CHECKS: usize = 10;

/// Where a process that is started by the test below should record; without it there is nothing to do.
const BOOK: &str = "CANDLELAB_TEST_BOOK";

fn grade(number: usize) -> Grade {
    let verdict = |check: usize| Verdict {
        check: format!("check-{check}"),
        points: 1.0,
        max: 2.0,
        message: "a message as long as messages are".repeat(10),
        yours: None,
        hidden: false,
        kind: VerdictKind::Automatic,
    };
    Grade {
        student: format!("student-{number}"),
        lab: "01-lines".into(),
        submission: "abc".into(),
        version: "v1".into(),
        submitted_at: None,
        graded_at: "2026-11-24T01:02:03Z".into(),
        seconds: 1.5,
        weakness: None,
        verdicts: (0..CHECKS).map(verdict).collect(),
        notes: Vec::new(),
    }
}

#[test]
fn records_until_it_is_killed() {
    let Some(path) = std::env::var_os(BOOK) else { return };
    let mut book = Gradebook::open(Path::new(&path)).unwrap();
    for number in book.grades().unwrap().len().. {
        book.record(&grade(number)).unwrap();
        writeln!(stdout(), "recorded {number}").unwrap();
    }
}

#[test]
fn a_kill_at_any_moment_loses_no_finished_grade() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gradebook.db");
    let mut finished = 0;
    for round in 0..20 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "records_until_it_is_killed", "--nocapture"])
            .env(BOOK, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let last = |line: String| line.rsplit_once("recorded ")?.1.parse::<usize>().ok();
        let told: Vec<usize> = lines.by_ref().filter_map(last).take(3).collect();
        // Somewhere within the next ones.
        std::thread::sleep(Duration::from_micros(round * 731 % 5000));
        child.kill().unwrap();
        child.wait().unwrap();
        let told = lines.filter_map(last).last().or(told.last().copied()).unwrap() + 1;
        assert!(told >= finished + 3, "round {round} told of {told}, after {finished}");
        let grades = Gradebook::open(&path).unwrap().grades().unwrap();
        // One more may have reached the disk than could be told of.
        assert!((told..=told + 1).contains(&grades.len()), "{} of {told}", grades.len());
        assert!(grades.iter().all(|it| it.verdicts.len() == CHECKS));
        finished = grades.len();
    }
}
