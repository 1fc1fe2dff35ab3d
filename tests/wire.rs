//! Other kernels over the wire: Python's.

use crate::python::PYTHON;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// What a run of Python cells came to.
struct Done {
    folder: TempDir,
    code: Option<i32>,
    text: String,
}

impl Done {
    fn outputs(&self, cell: usize) -> Vec<Value> {
        let text = fs::read_to_string(self.folder.path().join("out/a.ipynb")).unwrap();
        let notebook: Value = serde_json::from_str(&text).unwrap();
        notebook["cells"][cell]["outputs"].as_array().unwrap().clone()
    }

    #[track_caller]
    fn ends_with(self, code: i32, said: &str) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.text);
        assert!(self.text.contains(said), "{said:?} is not in:\n{}", self.text);
        self
    }
}

fn run(cells: &[&str], arguments: &str) -> Done {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("a.ipynb"), cells);
    run_in(folder, &format!("a.ipynb {arguments}"))
}

fn write(path: &Path, cells: &[&str]) {
    let cell = |source: &&str| json!({"cell_type": "code", "metadata": {}, "source": source});
    let cells: Vec<Value> = cells.iter().map(cell).collect();
    let notebook = json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4});
    fs::write(path, notebook.to_string()).unwrap();
}

fn run_in(folder: TempDir, arguments: &str) -> Done {
    let mut command = Command::new(env!("CARGO_BIN_EXE_candlelab"));
    command.arg("run").args(arguments.split_whitespace()).current_dir(folder.path());
    // As in a shell in which the environment is active.
    let path = format!("{}:{}", PYTHON.programs().display(), std::env::var("PATH").unwrap());
    let output = command.env("PATH", path).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    Done { folder, code: output.status.code(), text }
}

#[test]
fn outputs_are_those_of_the_kernel() {
    let cells = [
        "import sys\nprint('out', end='')\nprint('err', file=sys.stderr)\n6 * 7",
        "from IPython.display import HTML, clear_output, display\n\
         shown = display(HTML('<b>1</b>'), display_id='x')",
        "shown.update(HTML('<b>2</b>'))",
        "print('a')\nclear_output()\nprint('b')",
        "1 / 0",
    ];
    let done = run(&cells, "--kernel python3").ends_with(1, "failed in In[5]");
    let stream =
        |name: &str, text: &str| json!({"name": name, "output_type": "stream", "text": [text]});
    let result = json!({"data": {"text/plain": ["42"]}, "execution_count": 1, "metadata": {},
        "output_type": "execute_result"});
    assert_eq!(done.outputs(0), [stream("stdout", "out"), stream("stderr", "err\n"), result]);
    assert_eq!(done.outputs(1)[0]["data"]["text/html"], json!(["<b>2</b>"]));
    assert_eq!(done.outputs(3), [stream("stdout", "b\n")]);
    assert_eq!(done.outputs(4)[0]["ename"], "ZeroDivisionError");
}

#[test]
fn every_notebook_has_a_kernel_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("1.ipynb"), &["x = 1"]);
    write(&folder.path().join("2.ipynb"), &["assert 'x' not in globals()"]);
    run_in(folder, "1.ipynb 2.ipynb -j 1 --kernel python3").ends_with(0, "2 of 2 notebooks passed");
}

#[test]
fn an_endless_cell_is_interrupted() {
    run(&["while True: pass"], "--kernel python3 --timeout 1").ends_with(3, "KeyboardInterrupt");
}

#[test]
fn a_kernel_that_dies_is_told_from_a_cell_that_fails() {
    let done = run(&["import os\nos._exit(3)"], "--kernel python3");
    done.ends_with(4, "WorkerDied: the kernel ended: exit code 3");
}

#[test]
fn offline_a_kernel_is_reached_and_nothing_else() {
    let cells = ["import socket\nsocket.create_connection(('192.0.2.1', 80), 5)"];
    run(&cells, "--kernel python3 --offline").ends_with(1, "Network is unreachable");
}

#[test]
fn a_kernel_that_is_not_installed_is_named() {
    let done = run(&["1"], "--kernel nothing");
    done.ends_with(5, "error: the kernel `nothing` does not start: there are only ");
}
