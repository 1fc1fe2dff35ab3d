//! What is wrong with notebooks, without running them.

use super::Cmd;
use serde_json::{Value, json};

#[test]
fn a_clean_notebook_gives_no_output() {
    let done = Cmd::with(&["lint/clean"]).success("lint lint").says("");
    assert_eq!(done.stdout, "");
}

#[test]
fn problems_are_listed_and_may_be_allowed() {
    let done = Cmd::with(&["lint/messy"]).ends_with(1, "lint lint/messy.ipynb").says("");
    let expected = "\
lint/messy.ipynb: cell 1 [one]: the function `double` is never used [unused-definition]
lint/messy.ipynb: cell 2 [two]: its count is 7, not 1: restart and run all cells [execution-order]
lint/messy.ipynb: cell 2 [two]: `/home/me/data.csv` is a path of one machine [absolute-path]
";
    assert_eq!(done.stdout, expected);
    let rules = "--allow unused-definition --allow execution-order --allow absolute-path";
    let done = done.then().success(&format!("lint lint {rules}"));
    done.then()
        .ends_with(1, &format!("lint lint {rules} --no-outputs"))
        .prints("it has outputs [committed-outputs]");
}

#[test]
fn problems_are_json_for_tools() {
    let done = Cmd::with(&["lint/messy"]).ends_with(1, "lint lint --json");
    let lines: Vec<Value> =
        done.stdout.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    let first = json!({"path": "lint/messy.ipynb", "cell": 1, "id": "one", "rule": "unused-definition",
        "message": "the function `double` is never used"});
    assert_eq!(lines[0], first);
}

#[test]
fn bad_input_weighs_more_than_problems() {
    let cmd = Cmd::with(&["lint/messy", "not-json"]);
    let done = cmd.ends_with(2, "lint lint not-json.ipynb").prints("[unused-definition]");
    assert!(done.stderr.contains("is not JSON"), "{}", done.stderr);
    Cmd::with(&[]).ends_with(2, "lint none.ipynb");
    let done = Cmd::with(&["lint/clean"]).ends_with(2, "lint lint --allow unused");
    assert!(
        done.stderr.contains("there is no such rule; there are execution-order, "),
        "{}",
        done.stderr
    );
}

#[test]
fn the_labs_are_clean() {
    let labs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../labs");
    let done = Cmd::with(&[]).success(&format!("lint {labs}")).says("");
    assert_eq!(done.stdout, "");
}
