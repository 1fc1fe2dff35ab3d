//! The kernel in the folders that Jupyter searches.

use super::{Cmd, Done, files};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

const KERNEL: &str = "env/share/jupyter/kernels/candlelab";

#[test]
fn the_kernel_is_installed_whole_and_removed_whole() {
    let done = Cmd::with(&[]).success("install --prefix env").says("");
    let text = fs::read_to_string(done.path(KERNEL).join("kernel.json")).unwrap();
    let expected = json!({
        "argv": [env!("CARGO_BIN_EXE_candlelab"), "kernel", "{connection_file}"],
        "display_name": "Rust (Candle)",
        "language": "rust",
        "interrupt_mode": "message",
        "metadata": {"debugger": true},
    });
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
    let expected = ["kernel.json", "logo-32x32.png", "logo-64x64.png", "logo-svg.svg"];
    assert_eq!(kernel_files(&done), expected);
    let done = done.then().success("install --prefix env");
    assert_eq!(kernel_files(&done), expected);
    let done = done.then().success("uninstall --prefix env");
    assert!(!done.path(KERNEL).exists());
}

fn kernel_files(done: &Done) -> Vec<String> {
    let mut paths = Vec::new();
    files(&done.path("env"), &mut paths);
    let name = |path: &PathBuf| path.strip_prefix(done.path(KERNEL)).unwrap().display().to_string();
    paths.iter().map(name).collect()
}

/// Installs after these words of the shell; the kernelspec must lie there.
#[track_caller]
fn goes_to(shell: &'static str, arguments: &str, expected: &str) {
    let done = Cmd::with(&[]).after(shell).success(arguments);
    let path = done.path(expected).join("kernel.json");
    assert!(path.exists(), "{}", done.stdout);
}

#[test]
fn the_kernel_goes_where_jupyter_looks() {
    goes_to("", "install --user --name Rust-2", "jupyter/kernels/rust-2");
    let xdg = "unset JUPYTER_DATA_DIR; export XDG_DATA_HOME=$PWD/data";
    goes_to(xdg, "install", "data/jupyter/kernels/candlelab");
    let home = "unset JUPYTER_DATA_DIR XDG_DATA_HOME; export HOME=$PWD";
    goes_to(home, "install", ".local/share/jupyter/kernels/candlelab");
    let python =
        "printf '#!/bin/sh\\necho $PWD/env\\n' >python3; chmod +x python3; PATH=$PWD:$PATH";
    goes_to(python, "install --sys-prefix", KERNEL);
}

#[test]
fn other_programs_kernels_are_left_alone() {
    let theirs = "p/share/jupyter/kernels/python3/kernel.json";
    let spec = r#"{"argv": ["/usr/bin/python3", "kernel", "{connection_file}"]}"#;
    let cmd = Cmd::with(&[&format!("{theirs}=python")]);
    fs::write(cmd.folder.path().join(theirs), spec).unwrap();
    let done = cmd.ends_with(2, "install --prefix p --name python3");
    assert!(done.stderr.contains("is another program's\nhint: choose another name"));
    let done = done.then().ends_with(2, "uninstall --prefix p --name python3");
    assert_eq!(fs::read_to_string(done.path(theirs)).unwrap(), spec);
}

#[test]
fn what_is_not_installed_cannot_be_removed() {
    let done = Cmd::with(&[]).ends_with(2, "uninstall --prefix p");
    assert!(
        done.stderr.starts_with("error: no kernel is installed in `p/share/"),
        "{}",
        done.stderr
    );
}

#[test]
fn without_python_there_is_no_environment_to_install_to() {
    let done = Cmd::with(&[]).after("PATH=$PWD/empty").ends_with(2, "install --sys-prefix");
    assert!(
        done.stderr.starts_with("error: cannot ask `python3` for its prefix: "),
        "{}",
        done.stderr
    );
}
