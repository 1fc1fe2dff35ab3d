//! Ctrl-C.

use super::Cmd;
use std::process::Child;
use std::time::{Duration, Instant};

/// Starts a run whose second notebook never ends, and waits until that has begun.
fn begin_endless() -> (Cmd, Child) {
    let cmd = Cmd::with(&["a/a.ipynb=passes", "b/b.ipynb=endless", "c/c.ipynb=passes"]);
    let child = cmd.command("run a b c").spawn().unwrap();
    let begun = cmd.folder.path().join("out/b");
    let started = Instant::now();
    while !begun.exists() {
        assert!(started.elapsed() < Duration::from_secs(60), "the run does not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
    (cmd, child)
}

fn press_ctrl_c(child: &Child) {
    // SAFETY: the process is our own child, which has not been waited for.
    assert_eq!(unsafe { libc::kill(child.id() as i32, libc::SIGINT) }, 0);
}

#[test]
fn ctrl_c_writes_what_there_is() {
    let (cmd, child) = begin_endless();
    press_ctrl_c(&child);
    let done = cmd.check(130, &child.wait_with_output().unwrap());
    let done = done.prints("executed notebook: out/b/b.ipynb\n").prints("1 of 3 notebooks passed");
    done.wrote(&["a/a.ipynb", "b/b.ipynb"])
        .says("interrupting the running cell; press Ctrl-C again to stop at once\n");
}

#[test]
fn a_second_ctrl_c_leaves_no_half_written_file() {
    let (cmd, child) = begin_endless();
    press_ctrl_c(&child);
    press_ctrl_c(&child);
    let done = cmd.check(130, &child.wait_with_output().unwrap()).untouched("b/b.ipynb", "endless");
    if done.path("out/b/b.ipynb").exists() {
        done.outputs("out/b/b.ipynb", 0);
    }
}
