//! What a run writes beside the executed notebooks.

use super::Cmd;
use serde_json::Value;
use std::fs;

#[test]
fn every_report_tells_of_every_notebook() {
    let cmd = Cmd::with(&["a.ipynb=passes", "b.ipynb=fails", "c.ipynb=not-json"]);
    let done = cmd.ends_with(
        2,
        "run . --junit r/j.xml --html r/p.html --markdown r/s.md --json r/l.jsonl --annotations",
    );
    let read = |name: &str| fs::read_to_string(done.path(name)).unwrap();
    let junit = read("r/j.xml");
    assert!(junit.contains(r#"tests="10" skipped="2" failures="1" errors="1""#), "{junit}");
    assert!(junit.contains(r#"<testcase name="In[2] [cell-2]" classname="./b""#), "{junit}");
    let page = read("r/p.html");
    assert!(page.contains("A notebook that passes") && page.contains("the exercise is not solved"));
    assert!(read("r/s.md").starts_with("## 1 of 3 notebooks passed\n"));
    let lines: Vec<Value> =
        read("r/l.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let notebooks = lines.iter().filter(|line| line["event"] == "notebook");
    assert_eq!(notebooks.map(|line| &line["outcome"]).filter(|it| *it == "passed").count(), 1);
    done.prints("::error file=./b.ipynb,title=In[2] failed::Failure: the exercise is not solved\n");
}

#[test]
fn within_github_the_summary_is_appended() {
    let cmd = Cmd::with(&["fails"]);
    let cmd =
        cmd.after("export GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=summary; echo old > summary");
    let done = cmd.ends_with(1, "run fails.ipynb").prints("::error file=fails.ipynb,");
    let summary = fs::read_to_string(done.path("summary")).unwrap();
    assert!(summary.starts_with("old\n## 0 of 1 notebooks passed\n"), "{summary}");
}

#[test]
fn a_report_that_cannot_be_written_is_told_before_anything_runs() {
    let done =
        Cmd::with(&["passes"]).after("touch file").ends_with(2, "run passes.ipynb --json file/x");
    assert!(done.stderr.contains("cannot write `file/x`"), "{}", done.stderr);
    done.wrote(&[]);
}
