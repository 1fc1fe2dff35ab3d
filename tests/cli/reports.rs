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
    done.prints(
        "::error file=b.ipynb,line=16,title=In[2] failed::Failure: the exercise is not solved\n",
    );
}

#[test]
fn a_kernel_that_does_not_start_is_in_every_report() {
    let cmd = Cmd::with(&["a.ipynb=passes", "b.ipynb=not-json"]);
    let cmd = cmd.after("export CANDLELAB_ENGINE=none");
    let done = cmd.ends_with(5, "run . --junit j.xml --json l.jsonl");
    let junit = fs::read_to_string(done.path("j.xml")).unwrap();
    assert!(junit.contains(r#"<error message="there is no engine `none`"/>"#), "{junit}");
    assert!(junit.contains("is not JSON"), "{junit}");
    assert_eq!(fs::read_to_string(done.path("l.jsonl")).unwrap().lines().count(), 2);
}

#[test]
fn what_did_not_begin_is_told_as_not_run() {
    let cmd = Cmd::with(&["a.ipynb=fails", "b.ipynb=passes"]);
    let done = cmd.ends_with(1, "run . -j 1 --fail-fast --markdown s.md --junit j.xml");
    let summary = fs::read_to_string(done.path("s.md")).unwrap();
    assert!(summary.contains("| `./b.ipynb` | 0 | 0.0 s |  | ❌ not run |"), "{summary}");
    let junit = fs::read_to_string(done.path("j.xml")).unwrap();
    assert!(junit.contains(r#"failures="1" errors="0""#), "{junit}");
}

#[test]
fn one_report_that_cannot_be_written_keeps_no_other_from_being_so() {
    let cmd = Cmd::with(&["fails"]).after("touch file");
    let done = cmd.ends_with(2, "run fails.ipynb --junit file/j.xml --markdown s.md");
    assert!(done.stderr.contains("cannot write `file/j.xml`"), "{}", done.stderr);
    assert!(done.path("s.md").exists());
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
