//! The labs of the course, graded: who solves them gets all points, who does nothing gets none.

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Set to grade every lab, which takes long; otherwise one that draws random numbers and
/// defines operators for a type of its own.
const ALL_VAR: &str = "CANDLELAB_ALL_LABS";
const SOME: [&str; 1] = ["06-"];

#[test]
#[ignore = "slow"]
fn solutions_get_all_points_and_stubs_none() {
    let folder = tempfile::tempdir().unwrap();
    let labs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../labs");
    let all = std::env::var_os(ALL_VAR).is_some();
    let chosen = if all { &[][..] } else { &SOME[..] };
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_candlelab"));
        command.args(arguments).args(chosen).current_dir(folder.path()).output().unwrap()
    };
    let path = labs.to_str().unwrap();
    let released = run(&["release", "--output", "release", path]);
    assert!(released.status.success(), "{released:?}");
    for released in fs::read_dir(folder.path().join("release")).unwrap().flatten() {
        let name = released.file_name();
        if released.path().join("lab.ipynb").exists() {
            hand_in(folder.path(), "sleeper", &released.path());
            hand_in(folder.path(), "solver", &labs.join(name));
        }
    }
    let output = run(&["grade", "--fast", "--timeout", "600", "--labs", path]);
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert_eq!(output.status.code(), Some(0), "{text}");
    let grades = fs::read(folder.path().join("grades/grades.json")).unwrap();
    let grades: Vec<Value> = serde_json::from_slice(&grades).unwrap();
    let wrong: Vec<String> = grades.iter().flat_map(wrong).collect();
    assert!(wrong.is_empty() && grades.len() >= 2 * SOME.len(), "{}\n{text}", wrong.join("\n"));
}

fn hand_in(folder: &Path, student: &str, from: &Path) {
    let to = folder.join("submitted").join(student).join(from.file_name().unwrap());
    fs::create_dir_all(&to).unwrap();
    fs::copy(from.join("lab.ipynb"), to.join("lab.ipynb")).unwrap();
}

/// The checks of a grade that gave another mark than they should.
fn wrong(grade: &Value) -> Vec<String> {
    let is_solved = grade["student"] == "solver";
    let verdicts = grade["verdicts"].as_array().unwrap().iter();
    let is_wrong = |verdict: &&Value| {
        let (points, max) = (verdict["points"].as_f64().unwrap(), verdict["max"].as_f64().unwrap());
        points != if is_solved { max } else { 0.0 }
    };
    verdicts
        .filter(is_wrong)
        .map(|it| format!("{}/{}: {it}", grade["student"], grade["lab"]))
        .collect()
}
