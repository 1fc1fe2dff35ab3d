//! The sandbox by itself, for root and for an ordinary user.

use std::fs;
use std::process::{Command, Output};

/// The number of the user without rights.
const NOBODY: &str = "65534";

#[track_caller]
fn is_sound(output: &Output) {
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && !text.contains('✗'), "{text}");
    for name in ["system", "limits", "files", "calls", "cells", "chmod", "sockets", "processes"] {
        assert!(text.contains(&format!("✓ {name} ")), "{name} is not in:\n{text}");
    }
    let has_group = text.contains("✓ group ") && text.contains("✓ together ");
    assert!(has_group || text.contains("- group "), "{text}");
}

fn check(program: &str, arguments: &[&str]) -> Output {
    // The toy engine needs no toolchain, which may lie where only its owner looks.
    Command::new(program).args(arguments).env("CANDLELAB_ENGINE", "echo").output().unwrap()
}

#[test]
fn it_holds_for_whoever_starts_it() {
    let program = env!("CARGO_BIN_EXE_candlelab");
    is_sound(&check(program, &["sandbox-check"]));
    // SAFETY: asks who runs this.
    if unsafe { libc::getuid() } == 0 {
        let copy = tempfile::tempdir().unwrap();
        let own = copy.path().join("candlelab");
        fs::copy(program, &own).unwrap();
        let open = |path| Command::new("chmod").args(["755", path]).status().unwrap();
        assert!(open(copy.path().to_str().unwrap()).success());
        let user = [&format!("--reuid={NOBODY}"), "--regid=65534", "--clear-groups"];
        let own = own.to_str().unwrap();
        is_sound(&check("setpriv", &[&user[..], &[own, "sandbox-check"]].concat()));
    }
}

#[test]
fn it_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_candlelab"));
    command.arg("sandbox-check").env("CANDLELAB_ENGINE", "echo").env("TMPDIR", folder.path());
    is_sound(&command.output().unwrap());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
