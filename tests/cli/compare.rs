//! Outputs compared with those stored.

use super::{Cmd, fixture_path};
use std::fs;

#[test]
fn what_was_accepted_passes() {
    let done = Cmd::with(&["passes"]).success("run --accept passes.ipynb").says("");
    assert_eq!(
        fs::read(done.path("passes.ipynb")).unwrap(),
        fs::read(done.path("out/passes.ipynb")).unwrap()
    );
    done.then().success("run --check passes.ipynb").says("").prints("  ok\n");
}

#[test]
fn what_differs_is_shown_and_reported() {
    let cmd = Cmd::with(&["passes"]).success("run --accept passes.ipynb").then();
    let cmd =
        cmd.after("sed -i 's/\"again/\"once more/' passes.ipynb; cp passes.ipynb before.ipynb");
    let done = cmd.ends_with(6, "run --check passes.ipynb --junit out/junit.xml").says("");
    let done = done.prints("  different in In[1]\n\nIn[1] of `passes.ipynb`: ");
    let done = done.prints("was `once more`, is `again`\n").prints("-once more\n+again\n");
    let junit = fs::read_to_string(done.path("out/junit.xml")).unwrap();
    assert!(junit.contains("failures=\"1\" errors=\"0\""), "{junit}");
    assert_eq!(
        fs::read(done.path("passes.ipynb")).unwrap(),
        fs::read(done.path("before.ipynb")).unwrap()
    );
    let masked = "run --check --mask 'once more|again' passes.ipynb";
    done.then().success(masked).says("");
}

#[test]
fn there_must_be_something_to_compare_with() {
    let done = Cmd::with(&["passes"]).ends_with(2, "run --check passes.ipynb");
    let error = "error: `passes.ipynb` has no outputs to compare with\n";
    done.says(&format!("{error}hint: `--accept` stores those of a run\n")).wrote(&[]);
}

#[test]
fn what_failed_is_not_accepted() {
    let done = Cmd::with(&["fails"]).ends_with(1, "run --accept fails.ipynb");
    assert_eq!(
        fs::read(done.path("fails.ipynb")).unwrap(),
        fs::read(fixture_path("fails")).unwrap()
    );
}
