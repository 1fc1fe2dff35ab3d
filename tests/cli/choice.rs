//! Which notebooks are run, and how many at once.

use super::{Cmd, Done};
use std::fs;
use std::time::{Duration, Instant};

fn three() -> Cmd {
    Cmd::with(&["1/a.ipynb=passes", "2/a.ipynb=passes", "3/a.ipynb=passes"])
}

#[test]
fn shards_share_the_notebooks() {
    three().success("run . --shard 1/2").wrote(&["1/a.ipynb", "3/a.ipynb"]);
    let done = three().success("run . --shard 2/2").wrote(&["2/a.ipynb"]);
    done.says("1 of 3 notebooks are to be run\n");
    three().ends_with(2, "run . --shard 3/2");
}

#[test]
fn patterns_find_notebooks() {
    three().success("run '[12]/*.ipynb'").wrote(&["1/a.ipynb", "2/a.ipynb"]);
    let done = three().ends_with(2, "run '*/none.ipynb'").wrote(&[]);
    assert!(done.stderr.contains("nothing matches `*/none.ipynb`"), "{}", done.stderr);
}

#[test]
fn only_what_has_changed_since_a_commit_runs() {
    const COMMIT: &str = "git init -q && git add . && \
        git -c user.name=a -c user.email=a@b.c commit -qm first && echo 1 > 2/data.csv";
    let done = three().after(COMMIT).success("run . --since HEAD").wrote(&["2/a.ipynb"]);
    let done = done.then().ends_with(2, "run . --since nothing");
    assert!(done.stderr.contains("git cannot tell what has changed"), "{}", done.stderr);
}

#[test]
fn a_resumed_run_leaves_out_what_has_passed() {
    let cmd = Cmd::with(&["a.ipynb=passes", "b.ipynb=fails", "c.ipynb=passes"]);
    let done = cmd.ends_with(1, "run . --fail-fast -j 1").wrote(&["a.ipynb", "b.ipynb"]);
    let again = |done: Done| done.then().ends_with(1, "run . --resume");
    let done = again(done).prints("1 of 2 notebooks passed");
    let done = again(done).prints("./b.ipynb").says("1 of 3 notebooks are to be run\n");
    let changed = fs::read_to_string(done.path("a.ipynb")).unwrap().replace("hello", "bye");
    fs::write(done.path("a.ipynb"), changed).unwrap();
    again(done).prints("./a.ipynb");
}

#[test]
fn what_passed_in_another_way_is_run_again() {
    let done = Cmd::with(&["passes"]).success("run passes.ipynb --fast");
    let left_out = "0 of 1 notebooks are to be run\n";
    let done = done.then().success("run passes.ipynb --fast --resume").says(left_out);
    done.then().success("run passes.ipynb --resume").says("").prints("  ok\n");
}

#[test]
fn what_differed_does_not_count_as_passed() {
    let cmd = Cmd::with(&["passes"]).success("run --accept passes.ipynb").then();
    let cmd = cmd.after("sed -i 's/\"again/\"once more/' passes.ipynb");
    let done = cmd.ends_with(6, "run --check passes.ipynb");
    done.then().ends_with(6, "run --check --resume passes.ipynb");
}

#[test]
fn patterns_leave_the_output_folder_and_hidden_ones_alone() {
    let cmd = Cmd::with(&["a/1.ipynb=passes", "a/.ipynb_checkpoints/1.ipynb=fails"]);
    let done = cmd.success("run '**/*.ipynb'").wrote(&["a/1.ipynb"]);
    done.then().success("run '**/*.ipynb'").wrote(&["a/1.ipynb"]);
    Cmd::with(&["a/1.ipynb=passes"]).success("run '*'").wrote(&["a/1.ipynb"]);
}

#[test]
fn notebooks_run_side_by_side() {
    let names = ["1.ipynb=steady", "2.ipynb=steady", "3.ipynb=steady", "4.ipynb=steady"];
    let time = |jobs: &str| {
        let started = Instant::now();
        let done = Cmd::with(&names).success(&format!("run . -j {jobs}"));
        for name in 1..=4 {
            assert_eq!(done.outputs(&format!("out/{name}.ipynb"), 3)[0]["text"][0], "3\n");
        }
        started.elapsed()
    };
    // Each sleeps for 0.6 s: one after the other takes 2.4 s at least.
    assert!(time("1") >= Duration::from_millis(2400));
    assert!(time("4") < Duration::from_millis(2400));
}

#[test]
fn two_runs_do_not_write_to_one_folder() {
    let cmd = Cmd::with(&["a/a.ipynb=steady"]);
    let mut first = cmd.command("run a").spawn().unwrap();
    while !cmd.folder.path().join("out/a").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let lines = cmd.folder.path().join("lines");
    fs::write(&lines, "of the first run\n").unwrap();
    let output = cmd.command("run a --json lines").output().unwrap();
    assert_eq!(fs::read_to_string(&lines).unwrap(), "of the first run\n");
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("another run is writing to `out`"), "{text}");
    assert!(first.wait().unwrap().success());
}
