//! What is not the student's fault costs no mark.

use super::attacks::running;
use super::course::Course;
use std::fs;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

#[test]
#[ignore = "slow"]
fn a_run_that_was_broken_off_is_tried_again() {
    let course = Course::new();
    course.hand_in("ada", |mut answers| {
        answers.before = "std::process::Command::new(\"sleep\").arg(\"6.4321\").status()?;".into();
        answers
    });
    let mut command = course.grader("");
    let grader = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let engine = engine(grader.id());
    while running("6.4321") == 0 {
        thread::sleep(Duration::from_millis(20));
    }
    end(engine);
    is_graded(&course, grader);
}

#[test]
#[ignore = "slow"]
fn so_is_one_that_did_not_begin() {
    let course = Course::new();
    course.hand_in("ada", |answers| answers);
    let mut command = course.grader("");
    let grader = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    end(engine(grader.id()));
    is_graded(&course, grader);
}

fn end(process: i32) {
    // SAFETY: ends a process that this test has started.
    unsafe { libc::kill(process, libc::SIGKILL) };
}

#[track_caller]
fn is_graded(course: &Course, grader: Child) {
    let graded = course.graded(grader.wait_with_output().unwrap()).ends_with(0);
    graded.gives("ada", [2.0, 1.0]);
    assert!(graded.text.contains("1 graded now, 1 grades"), "{}", graded.text);
}

/// Waits for the grader's engine.
fn engine(grader: u32) -> i32 {
    let deadline = Instant::now() + Duration::from_secs(120);
    while Instant::now() < deadline {
        let children = fs::read_to_string(format!("/proc/{grader}/task/{grader}/children"));
        let threads = fs::read_dir(format!("/proc/{grader}/task")).into_iter().flatten().flatten();
        let all = threads.flat_map(|it| fs::read_to_string(it.path().join("children")));
        let all: String = all.chain(children).collect();
        let is_engine = |id: &i32| {
            let command = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            command.split(|byte| *byte == 0).any(|word| word == b"engine")
        };
        let mut ids = all.split_whitespace().filter_map(|id| id.parse().ok());
        if let Some(id) = ids.find(is_engine) {
            return id;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("there is no engine")
}
