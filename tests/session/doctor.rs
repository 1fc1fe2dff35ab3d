//! Machines that lack something.

use super::notebook;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// A toolchain of this release in `folder`, of which only what is looked at is there.
pub fn toolchain(folder: &Path, release: &str) {
    let rustc = format!(
        "#!/bin/sh\ncase \"$1\" in\n-vV) echo 'rustc {release}'; echo 'host: none'; echo 'release: {release}' ;;\n\
         *) echo '{}' ;;\nesac\n",
        folder.display()
    );
    program(folder, "rustc", &rustc);
    program(folder, "cargo", "#!/bin/sh\nexit 1\n");
}

/// An executable script below `bin`.
pub fn program(folder: &Path, name: &str, script: &str) {
    let path = folder.join("bin").join(name);
    fs::create_dir_all(folder.join("bin")).unwrap();
    fs::write(&path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// What a command prints and its exit code, on a machine that has only the programs of `folder`.
fn candlelab(folder: &Path, arguments: &[&str]) -> (String, i32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_candlelab"));
    command.args(arguments).current_dir(folder).env("PATH", folder.join("bin"));
    for name in ["HOME", "CARGO_HOME", "CANDLELAB_STORE"] {
        command.env(name, folder);
    }
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8_lossy(&text).into_owned(), output.status.code().unwrap())
}

/// `doctor` and `run` say this problem and this hint.
#[track_caller]
fn check(folder: &Path, problem: &str, hint: &str) {
    fs::write(folder.join("a.ipynb"), notebook(&["1"], &[]).to_string()).unwrap();
    for arguments in [&["doctor"][..], &["run", "a.ipynb"]] {
        let (text, code) = candlelab(folder, arguments);
        assert_eq!(code, 5, "{arguments:?}:\n{text}");
        for words in [problem, hint] {
            assert!(text.contains(words), "{arguments:?}: {words} is not in:\n{text}");
        }
    }
}

#[test]
fn what_is_missing_is_said_by_doctor_and_by_run() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    check(folder, "rustc was not found", "rustup toolchain install");
    toolchain(folder, "1.80.0");
    check(folder, "rustc 1.80.0 was found, but 1.95 or newer is needed", "rustup toolchain");
    toolchain(folder, "1.95.0");
    check(folder, "rust-src: not in", "rustup component add rust-src");
    let sources = folder.join("lib/rustlib/src/rust/library/std/src");
    fs::create_dir_all(&sources).unwrap();
    fs::write(sources.join("lib.rs"), "").unwrap();
    check(folder, "linker: `cc` was not found", "apt install gcc");
    program(folder, "cc", "#!/bin/sh\necho cc 1.0\n");
    let (text, code) = candlelab(folder, &["doctor"]);
    assert_eq!(code, 0, "{text}");
}
