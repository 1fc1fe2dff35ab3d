//! Builds of the store, several at once and interrupted. The toolchain is played by scripts.

use super::doctor::{program, toolchain};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::yield_now;
use tempfile::TempDir;

/// Notes each build, which goes on until there is a file `go`.
const CARGO: &str = r#"#!/bin/sh
case "$1" in
build)
    echo build >> "$CANDLELAB_STORE/builds"
    until [ -e "$CANDLELAB_STORE/go" ]; do :; done ;;
metadata) echo '{"packages": []}' ;;
esac
"#;

/// A machine on which the store can be built, as far as it is looked at.
fn machine() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    toolchain(folder.path(), "1.95.0");
    program(folder.path(), "cc", "#!/bin/sh\necho cc 1.0\n");
    program(folder.path(), "cargo", CARGO);
    for name in ["core", "alloc", "std", "proc_macro"] {
        let source = folder.path().join("lib/rustlib/src/rust/library").join(name).join("src");
        fs::create_dir_all(&source).unwrap();
        fs::write(source.join("lib.rs"), "").unwrap();
    }
    folder
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_candlelab"));
    command.arg("prepare").env("PATH", folder.join("bin")).stdout(Stdio::piped());
    for name in ["HOME", "CARGO_HOME", "CANDLELAB_STORE"] {
        command.env(name, folder);
    }
    command.stderr(Stdio::piped());
    command
}

fn prepare(folder: &Path) -> Child {
    command(folder).spawn().unwrap()
}

/// How many builds have begun.
fn builds(folder: &Path) -> usize {
    fs::read_to_string(folder.join("builds")).unwrap_or_default().lines().count()
}

/// How many stores there are.
fn stores(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().flatten();
    entries.filter(|entry| entry.path().join("mirror/metadata.json").exists()).count()
}

#[track_caller]
fn succeeds(child: Child) {
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn two_at_once_build_one_store() {
    let machine = machine();
    let first = prepare(machine.path());
    while builds(machine.path()) == 0 {
        yield_now();
    }
    let mut second = prepare(machine.path());
    let mut lines = BufReader::new(second.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("another process")), "the second waits");
    fs::write(machine.path().join("go"), "").unwrap();
    succeeds(first);
    assert!(second.wait().unwrap().success());
    assert_eq!((builds(machine.path()), stores(machine.path())), (1, 1));
}

#[test]
fn a_killed_build_leaves_no_store_and_nothing_in_the_way() {
    let machine = machine();
    let mut killed = prepare(machine.path());
    while builds(machine.path()) == 0 {
        yield_now();
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(stores(machine.path()), 0);
    fs::write(machine.path().join("go"), "").unwrap();
    succeeds(prepare(machine.path()));
    succeeds(prepare(machine.path()));
    assert_eq!((builds(machine.path()), stores(machine.path())), (2, 1));
}

#[test]
fn the_key_for_caches_is_the_stores_folder() {
    let machine = machine();
    let key = || {
        let output = command(machine.path()).arg("--print-key").output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let before = key();
    assert_eq!((builds(machine.path()), stores(machine.path())), (0, 0), "nothing is built for it");
    fs::write(machine.path().join("go"), "").unwrap();
    succeeds(prepare(machine.path()));
    assert!(machine.path().join(&before).join("mirror/metadata.json").exists(), "{before}");
    assert_eq!(key(), before);
}
