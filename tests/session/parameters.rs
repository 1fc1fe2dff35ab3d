//! Notebooks are given values, one or several.

use super::{cells_of, notebook};
use serde_json::json;
use std::fs;
use std::process::Command;
use tempfile::TempDir;

const CELL: &str = "let rate: f64 = 0.5; // learning rate\nlet rounds = 2;";

/// Runs a notebook with parameters; gives its folder, the exit code and what was printed.
fn run(arguments: &str) -> (TempDir, i32, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut notebook = notebook(&[CELL, "rate * rounds as f64"], &[]);
    notebook["cells"][0]["metadata"] = json!({"tags": ["parameters"]});
    fs::write(folder.path().join("a.ipynb"), notebook.to_string()).unwrap();
    fs::write(folder.path().join("values.yaml"), "rate: 4\nrounds: 5\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_candlelab"));
    command.args(["run", "a.ipynb"]).args(arguments.split_whitespace());
    let output = command.current_dir(folder.path()).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (folder, output.status.code().unwrap(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
#[ignore = "slow"]
fn a_value_takes_the_place_of_the_notebooks_own() {
    let (folder, code, text) = run("-f values.yaml -p rounds=3");
    assert_eq!(code, 0, "{text}");
    cells_of(&folder.path().join("out/a.ipynb"))[2].is_ok().shows("12.0");
}

#[test]
fn several_values_are_several_runs_and_a_table() {
    let (folder, code, text) = run("-p rate=0.1,10 -p rounds=1,2 -j 1");
    assert_eq!(code, 0, "{text}");
    for line in ["rate=10  rounds=2   20.0", "rate=0.1  rounds=1  0.1", "4 of 4 notebooks passed"] {
        assert!(text.contains(line), "{line} is not in:\n{text}");
    }
    cells_of(&folder.path().join("out/a.rate=10,rounds=1.ipynb"))[2].shows("10.0");
}

#[test]
fn wrong_values_are_refused_before_anything_runs() {
    for (arguments, said) in [
        ("-p rounds=1.5", "parameter `rounds` is a i32, but was given `1.5`"),
        ("-p round=1", "hint: did you mean `rounds`?"),
        ("-p rounds", "`rounds` gives no parameter a value"),
        ("-f none.yaml", "cannot read `none.yaml`"),
    ] {
        let (folder, code, text) = run(arguments);
        assert_eq!(code, 2, "{text}");
        assert!(text.contains(said), "{said} is not in:\n{text}");
        assert!(!folder.path().join("out/a.ipynb").exists());
    }
}

#[test]
fn parameters_can_be_listed() {
    let (_, code, text) = run("--help-notebook");
    assert_eq!(code, 0);
    assert_eq!(text, "a.ipynb\n  rate: f64 = 0.5  // learning rate\n  rounds: i32 = 2\n");
}
