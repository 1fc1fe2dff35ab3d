//! Ctrl-C.

use super::Cmd;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Output};
use std::time::{Duration, Instant};

/// Starts a run whose second notebook never ends, and waits until that has begun.
fn begin_endless() -> (Cmd, Child) {
    let cmd = Cmd::with(&["a/a.ipynb=passes", "b/b.ipynb=endless", "c/c.ipynb=passes"]);
    let child = cmd.command("run -j 1 a b c").spawn().unwrap();
    wait_for(&cmd, "out/b");
    (cmd, child)
}

fn wait_for(cmd: &Cmd, path: &str) {
    let path = cmd.folder.path().join(path);
    let started = Instant::now();
    while !path.exists() {
        assert!(started.elapsed() < Duration::from_secs(60), "the run does not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn press_ctrl_c(child: &Child) {
    send(child, libc::SIGINT);
}

fn send(child: &Child, signal: i32) {
    // SAFETY: the process is our own child, which has not been waited for.
    assert_eq!(unsafe { libc::kill(child.id() as i32, signal) }, 0);
}

#[test]
fn ctrl_c_lets_the_running_cell_end() {
    let cmd = Cmd::with(&["a/a.ipynb=slow", "b.ipynb=passes"]);
    let child = cmd.command("run -j 1 a b.ipynb --json lines").spawn().unwrap();
    wait_for(&cmd, "out/a");
    // The first cell runs for 2.5 s.
    std::thread::sleep(Duration::from_secs(1));
    press_ctrl_c(&child);
    let done = cmd.check(130, &child.wait_with_output().unwrap());
    let done = done.prints("interrupted").prints("0 of 2 notebooks passed").wrote(&["a/a.ipynb"]);
    assert_eq!(done.outputs("out/a/a.ipynb", 0)[0]["text"][0], "slept\n");
    assert_eq!(done.outputs("out/a/a.ipynb", 1), serde_json::json!([]));
    assert!(fs::read_to_string(done.path("lines")).unwrap().contains("\"interrupted\""));
    done.says("ending after the running cells; press Ctrl-C again to interrupt them\n");
}

#[test]
fn a_second_ctrl_c_writes_what_there_is() {
    let (cmd, mut child) = begin_endless();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut text = String::new();
    press_ctrl_c(&child);
    // Two that come before the first is seen are one.
    stderr.read_line(&mut text).unwrap();
    press_ctrl_c(&child);
    stderr.read_to_string(&mut text).unwrap();
    let output = Output { stderr: text.into(), ..child.wait_with_output().unwrap() };
    let done = cmd.check(130, &output);
    let done = done.prints("executed notebook: out/b/b.ipynb\n").prints("1 of 3 notebooks passed");
    let said = "ending after the running cells; press Ctrl-C again to interrupt them\n\
                interrupting the running cells\n";
    done.wrote(&["a/a.ipynb", "b/b.ipynb"]).says(said);
}

#[test]
fn a_request_to_end_is_obeyed_at_once() {
    let (cmd, child) = begin_endless();
    send(&child, libc::SIGTERM);
    let done = cmd.check(130, &child.wait_with_output().unwrap());
    done.wrote(&["a/a.ipynb", "b/b.ipynb"]).says("interrupting the running cells\n");
}

#[test]
fn a_third_ctrl_c_leaves_no_half_written_file() {
    let (cmd, child) = begin_endless();
    for _ in 0..3 {
        press_ctrl_c(&child);
        std::thread::sleep(Duration::from_millis(50));
    }
    let done = cmd.check(130, &child.wait_with_output().unwrap()).untouched("b/b.ipynb", "endless");
    if done.path("out/b/b.ipynb").exists() {
        done.outputs("out/b/b.ipynb", 0);
    }
}

#[test]
fn a_killed_run_has_written_what_was_done() {
    let cmd = Cmd::with(&["a.ipynb=endless"]);
    let mut child = cmd.command("run a.ipynb").spawn().unwrap();
    wait_for(&cmd, "out/a.ipynb");
    let shown = || Cmd::outputs_in(&cmd.folder.path().join("out/a.ipynb"), 1);
    let started = Instant::now();
    // Of the cell that still runs as well.
    while shown()[0]["text"][0] != "working\n" {
        assert!(started.elapsed() < Duration::from_secs(60), "nothing is kept");
        std::thread::sleep(Duration::from_millis(20));
    }
    send(&child, libc::SIGKILL);
    child.wait().unwrap();
    assert_eq!(shown()[0]["text"][0], "working\n");
    // The engine's process does not outlive it for long; its working directory tells whose it is.
    let of_this_run = || {
        let folders = fs::read_dir("/proc").unwrap().flatten();
        let mut folders = folders.filter_map(|entry| fs::read_link(entry.path().join("cwd")).ok());
        folders.any(|folder| folder == cmd.folder.path())
    };
    let killed = Instant::now();
    while of_this_run() {
        assert!(killed.elapsed() < Duration::from_secs(20), "the engine is still there");
        std::thread::sleep(Duration::from_millis(20));
    }
}
