//! Notebooks that run, pass or fail.

use super::{Cmd, fixture_path};
use std::fs;

#[test]
fn a_notebook_runs_and_its_outputs_are_written() {
    let done = Cmd::with(&["passes"]).success("run passes.ipynb").wrote(&["passes.ipynb"]);
    let done = done.untouched("passes.ipynb", "passes").says("");
    assert!(done.stdout.starts_with("passes.ipynb    5 cells  "), "{}", done.stdout);
    assert!(done.stdout.ends_with(" s  ok\n"), "{}", done.stdout);
    assert_eq!(done.outputs("out/passes.ipynb", 1)[0]["text"][1], "again\n");
    assert_eq!(done.outputs("out/passes.ipynb", 2)[0]["execution_count"], 2);
}

#[test]
fn what_is_not_run_comes_out_as_it_went_in() {
    let done = Cmd::with(&["rich"]).success("run rich.ipynb");
    assert_eq!(
        fs::read(done.path("out/rich.ipynb")).unwrap(),
        fs::read(fixture_path("rich")).unwrap()
    );
}

#[test]
fn folders_are_searched_and_keep_their_paths() {
    let notebooks = [
        "labs/2/b.ipynb=passes",
        "labs/1/a.ipynb=passes",
        "labs/1/.ipynb_checkpoints/a.ipynb=fails",
        "out/old.ipynb=fails",
    ];
    let done = Cmd::with(&notebooks).success("run . -j 1").says("");
    let done = done.wrote(&["labs/1/a.ipynb", "labs/2/b.ipynb", "old.ipynb"]);
    let names: Vec<_> = done.stdout.lines().map(|line| line.split("  ").next().unwrap()).collect();
    assert_eq!(names[..2], ["./labs/1/a.ipynb", "./labs/2/b.ipynb"]);
    assert!(names[2].starts_with("2 of 2 notebooks passed in "), "{}", names[2]);
}

#[test]
fn paths_that_lead_elsewhere_stay_below_the_output_folder() {
    let cmd = Cmd::with(&["course/labs/1/a.ipynb=passes"]).after("mkdir course/x; cd course/x");
    cmd.success("run ../labs -o ../../out").wrote(&["labs/1/a.ipynb"]);
    let cmd = Cmd::with(&["labs/1/a.ipynb=passes"]);
    cmd.success("run \"$PWD/labs\"").wrote(&["labs/1/a.ipynb"]);
}

#[test]
fn a_notebook_given_twice_runs_once() {
    Cmd::with(&["labs/a.ipynb=passes"])
        .success("run labs labs/a.ipynb ./labs/../labs")
        .prints("ok\n");
}

#[test]
fn a_failing_cell_is_quoted_and_the_notebook_written() {
    let done = Cmd::with(&["fails"]).ends_with(1, "run fails.ipynb").says("");
    let done = done.wrote(&["fails.ipynb"]).untouched("fails.ipynb", "fails");
    let done = done.prints("  failed in In[2]\n\nIn[2] of `fails.ipynb`:\n  | print near\n");
    let done = done.prints("printed:\n  | near\nFailure: the exercise is not solved\n");
    let done = done.prints("\nexecuted notebook: out/fails.ipynb\n");
    assert_eq!(done.outputs("out/fails.ipynb", 1)[1]["ename"], "Failure");
    assert_eq!(done.outputs("out/fails.ipynb", 2), serde_json::json!([]));
}

#[test]
fn later_notebooks_run_after_a_failure_unless_told_otherwise() {
    let both = || Cmd::with(&["1.ipynb=fails", "2.ipynb=passes"]);
    both().ends_with(1, "run 1.ipynb 2.ipynb").prints("1 of 2 notebooks passed in ");
    both().ends_with(1, "run --keep-going 1.ipynb 2.ipynb").wrote(&["1.ipynb", "2.ipynb"]);
    both().ends_with(1, "run -j 1 --fail-fast 1.ipynb 2.ipynb").wrote(&["1.ipynb"]);
}

#[test]
fn an_endless_cell_ends_at_its_limit() {
    let done = Cmd::with(&["endless"]).ends_with(3, "run endless.ipynb --timeout 0.2");
    let done = done.prints("timed out in In[2]\n").wrote(&["endless.ipynb"]);
    let done = done.prints("Timeout: the cell ran longer than 0.2 s, its limit\n");
    assert_eq!(done.outputs("out/endless.ipynb", 1)[0]["text"][0], "working\n");
}

#[test]
fn the_highest_code_wins() {
    let cmd = Cmd::with(&["endless", "fails", "python"]);
    cmd.ends_with(3, "run --timeout 0.1 endless.ipynb fails.ipynb python.ipynb");
}

#[test]
fn a_reader_that_goes_away_does_not_stop_the_run() {
    let cmd = Cmd::with(&["fails"]).after("exec > >(true); sleep 0.2");
    cmd.ends_with(1, "run fails.ipynb").wrote(&["fails.ipynb"]);
}

/// A kernel that does not start the first time.
const FLAKY: &str = r#"
    export JUPYTER_PATH="$PWD/jupyter"
    mkdir -p jupyter/kernels/flaky
    cat > jupyter/kernels/flaky/kernel.json <<END
    {"argv": ["sh", "-c", "echo x >> '$PWD/starts'; [ \$(wc -l < '$PWD/starts') -gt 1 ] && exec '$CANDLELAB' kernel \$0", "{connection_file}"],
     "display_name": "Flaky", "language": "rust"}
END
"#;

#[test]
fn a_kernel_that_does_not_start_is_tried_again() {
    let starts =
        |done: &super::Done| fs::read_to_string(done.path("starts")).unwrap().lines().count();
    let run = "run passes.ipynb --kernel flaky";
    let done = Cmd::with(&["passes"]).after(FLAKY).success(run).wrote(&["passes.ipynb"]);
    assert_eq!(starts(&done), 2);
    let once = format!("{run} --retries 0");
    let done = Cmd::with(&["passes"]).after(FLAKY).ends_with(5, &once);
    assert_eq!(starts(&done), 1);
}
