//! A class graded in parts, which are put together.

use super::course::Course;
use serde_json::Value;
use std::fs;
use std::process::Command;

fn class() -> Course {
    let course = Course::new();
    for student in ["ada", "bob", "eve", "joe"] {
        course.hand_in(student, |mut answers| {
            if student == "bob" {
                answers.double = "fn double(x: f64) -> f64 { x }".into();
            }
            answers
        });
    }
    course
}

/// Merges the parts in `parts`; gives the exit code and all that was said.
fn merge(course: &Course, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_candlelab"));
    command.args(["gradebook", "merge", "parts"]).args(arguments).current_dir(course.path(""));
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

/// Marks without when and how long.
fn marks(course: &Course, folder: &str) -> Value {
    let text = fs::read_to_string(course.path(folder).join("grades.json")).unwrap();
    let mut grades: Value = serde_json::from_str(&text).unwrap();
    for grade in grades.as_array_mut().unwrap() {
        for name in ["graded_at", "seconds"] {
            grade.as_object_mut().unwrap().remove(name);
        }
    }
    grades
}

#[test]
#[ignore = "slow"]
fn parts_come_to_what_one_run_does() {
    let course = class();
    course.grade("").ends_with(0).gives("bob", [2.0, 0.0]);
    course.grade("--out parts --shard 1/2").ends_with(0);
    let (code, said) = merge(&course, &[]);
    assert_eq!(code, Some(7), "{said}");
    assert!(said.contains("shard-2-of-2 is missing: it has no gradebook"), "{said}");
    course.grade("--out parts --shard 2/2").ends_with(0);
    let (code, said) = merge(&course, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(marks(&course, "parts"), marks(&course, "grades"));
    assert!(course.path("parts/feedback/bob/00-attacks.html").is_file());
    let (code, said) = merge(&course, &[]);
    assert!(code == Some(0) && said.starts_with("0 new grades, 4 grades in"), "{said}");
    fs::remove_file(course.path("parts/shard-1-of-2/finished")).unwrap();
    let (code, said) = merge(&course, &[]);
    assert!(code == Some(7) && said.contains("shard-1-of-2 did not come to its end"), "{said}");
}

#[test]
fn parts_of_different_runs_are_not_mixed() {
    let course = Course::new();
    let (code, said) = merge(&course, &[]);
    assert!(code == Some(2) && said.contains("no shards in `parts`"), "{said}");
    for name in ["shard-1-of-2", "shard-1-of-3"] {
        fs::create_dir_all(course.path("parts").join(name)).unwrap();
    }
    let (code, said) = merge(&course, &[]);
    assert!(code == Some(2) && said.contains("shards of runs in 2, 3 parts"), "{said}");
    fs::write(course.path("parts/shard-1-of-2/gradebook.db"), "ada;2\n".repeat(900)).unwrap();
    let (code, said) = merge(&course, &["--shards", "2", "--wait", "0.1"]);
    assert!(code == Some(7) && said.contains("2 of 2 shards not whole"), "{said}");
    assert!(said.contains("shard-1-of-2 is missing: "), "{said}");
    assert!(said.contains("is no gradebook: it is no database"), "{said}");
}

#[test]
fn slurm_is_told_what_a_shell_reads_as_it_was_meant() {
    let course = Course::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_candlelab"));
    command.args(["grade", "--slurm", "3", "--dry-run", "--labs", "a b", "--out", "it's 100%"]);
    command.args(["--slurm-options", "--partition=course --comment 'x y'", "-j", "2"]);
    let output = command.current_dir(course.path("")).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    let expected = [
        "grade --shard \"$SLURM_ARRAY_TASK_ID/3\" --run-id ",
        " --labs 'a b' --out \"it's 100%\" -j 2\n",
        "sbatch --parsable '--job-name=candlelab-grade' '--array=1-3' --requeue ",
        "/slurm/shard-%a.log",
        "it's 100%%/slurm",
        "'--cpus-per-task=2' '--mem=8192M' '--partition=course' --comment 'x y'",
        "gradebook merge --shards 3 --run-id ",
        "'--dependency=afterany:GRADING' '--partition=course'",
    ];
    for part in expected {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
    assert!(!course.path("it's 100%").exists());
}
