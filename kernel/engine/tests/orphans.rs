//! What becomes of processes that others leave behind. On its own, since whoever adopts orphans takes
//! note of the end of any child.

#![cfg(target_os = "linux")]

use candlelab_engine::processes::{adopt_orphans, await_calm, children, reap};
use std::fs;
use std::process::{self, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The children of this process, those included that have ended.
fn all_children() -> Vec<u32> {
    let tasks = fs::read_dir("/proc/self/task").unwrap().flatten();
    let lists = tasks.flat_map(|task| fs::read_to_string(task.path().join("children")));
    let ids = |list: String| -> Vec<u32> {
        list.split_whitespace().map(|id| id.parse().unwrap()).collect()
    };
    lists.flat_map(ids).collect()
}

fn wait_until(is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < deadline, "it never was");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn orphans_that_have_ended_are_forgotten_and_own_children_are_not() {
    adopt_orphans();
    let mut own = Command::new("true").spawn().unwrap();
    let script = "for i in 1 2 3; do sleep 0.1 & done";
    assert!(Command::new("sh").args(["-c", script]).status().unwrap().success());
    wait_until(|| all_children().len() == 4);
    // Nobody has taken note of their end: they are there and do not run.
    wait_until(|| children(process::id()).is_empty());
    assert_eq!(all_children().len(), 4);
    reap(&[own.id()]);
    assert_eq!(all_children(), [own.id()]);
    assert!(own.wait().unwrap().success());

    // A process whose threads work is not copied.
    static WORKS: AtomicBool = AtomicBool::new(true);
    let worker = thread::spawn(|| {
        while WORKS.load(Ordering::Relaxed) {
            std::hint::spin_loop();
        }
    });
    assert!(!await_calm(Duration::from_millis(200)));
    WORKS.store(false, Ordering::Relaxed);
    worker.join().unwrap();
    assert!(await_calm(Duration::from_secs(20)));
}
