//! A lab packed for Gradescope, in the tree of folders that Gradescope makes.

use super::course::Course;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use zip::ZipArchive;

/// The folder that Gradescope calls `/autograder`, with the packed lab of a course in it.
fn tree(course: &Course) -> PathBuf {
    let root = course.path("autograder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_candlelab"));
    command.args(["export-autograder", "attacks", "-o", "lab.zip"]).current_dir(course.path(""));
    assert!(command.status().unwrap().success());
    let mut archive = ZipArchive::new(File::open(course.path("lab.zip")).unwrap()).unwrap();
    archive.extract(root.join("source")).unwrap();
    fs::create_dir_all(root.join("submission")).unwrap();
    let metadata = json!({"id": 7, "created_at": "2026-11-24T10:30:00.000000-08:00",
        "users": [{"email": "ada@uni.edu", "id": 1, "name": "Ada"}]});
    fs::write(root.join("submission_metadata.json"), metadata.to_string()).unwrap();
    root
}

/// Runs what Gradescope runs; gives `results.json`.
fn results(root: &Path) -> Value {
    let mut command = Command::new(root.join("source/run_autograder"));
    let output = command.env("AUTOGRADER_ROOT", root).output().unwrap();
    let text = fs::read_to_string(root.join("results/results.json"));
    let text = text.unwrap_or_else(|error| panic!("{error}\n{output:?}"));
    serde_json::from_str(&text).unwrap()
}

/// One test, since packing a lab takes a while.
#[test]
#[ignore = "slow"]
fn there_is_a_result_whatever_is_handed_in() {
    let course = Course::new();
    let root = tree(&course);
    points_where_it_can_be_graded(&course, &root);
    fs::remove_file(root.join("submission/my notebook.ipynb")).unwrap();
    words_where_it_cannot(&root);
}

fn points_where_it_can_be_graded(course: &Course, root: &Path) {
    course.hand_in("ada", |mut answers| {
        answers.double = "fn double(x: f64) -> f64 { x }".into();
        answers
    });
    fs::write(root.join("submission/my notebook.ipynb"), course.notebook("ada")).unwrap();
    let results = results(root);
    let tests = results["tests"].as_array().unwrap_or_else(|| panic!("{results}"));
    let summary: Vec<_> = tests
        .iter()
        .map(|it| (it["name"].as_str().unwrap(), it["score"].as_f64(), it["status"].as_str()))
        .collect();
    let expected =
        [("square-check", Some(2.0), Some("passed")), ("double-check", Some(0.0), Some("failed"))];
    assert_eq!(summary, expected);
    assert_eq!(tests[1]["output"], "twice the number\nyours: 4.0");
    assert_eq!(results["score"], 2.0);
}

fn words_where_it_cannot(root: &Path) {
    let empty = results(root);
    assert_eq!((empty["score"].as_f64(), empty["tests"].is_null()), (Some(0.0), true));
    assert_eq!(empty["output"], "There is no notebook (.ipynb) in this submission.");
    fs::write(root.join("submission/lab.ipynb"), "no notebook").unwrap();
    let broken = results(root);
    let told = "This submission could not be graded. Please tell your lecturer.";
    assert_eq!((broken["score"].as_f64(), broken["output"].as_str()), (Some(0.0), Some(told)));
    fs::remove_file(root.join("source/candlelab")).unwrap();
    let gone = results(root);
    assert!(gone["output"].as_str().unwrap().contains("exit code 127"), "{gone}");
}
