//! Cells through the real engine, one after the other.

mod crates;
mod doctor;
mod errors;
mod isolated;
mod kept;
mod magics;
mod parameters;
mod prepare;
mod shown;
mod state;

use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// What one cell left: its outputs as text, in order.
struct Ran {
    code: String,
    /// The name of its error, if it failed.
    ename: Option<String>,
    /// Everything shown, the error's text included, without colours.
    text: String,
}

impl Ran {
    #[track_caller]
    fn shows(&self, expected: &str) -> &Self {
        assert!(self.text.contains(expected), "{}\n---\n{}", self.code, self.text);
        self
    }

    #[track_caller]
    fn is_ok(&self) -> &Self {
        assert_eq!(self.ename, None, "{}\n---\n{}", self.code, self.text);
        self
    }

    #[track_caller]
    fn fails_with(&self, ename: &str) -> &Self {
        assert_eq!(self.ename.as_deref(), Some(ename), "{}\n---\n{}", self.code, self.text);
        self
    }
}

/// A notebook of these cells, all with these tags.
fn notebook(cells: &[&str], tags: &[&str]) -> Value {
    let cell = |(at, source): (usize, &&str)| {
        json!({"cell_type": "code", "id": format!("c{at}"), "source": source, "outputs": [],
            "execution_count": null, "metadata": {"tags": tags}})
    };
    let cells: Vec<Value> = cells.iter().enumerate().map(cell).collect();
    json!({"cells": cells, "metadata": {"kernelspec": {"name": "candlelab",
        "display_name": "Rust (Candle)", "language": "rust"}}, "nbformat": 4, "nbformat_minor": 5})
}

/// Runs cells in one session; each may fail.
fn session(cells: &[&str]) -> Vec<Ran> {
    let folder = tempfile::tempdir().unwrap();
    let notebook = notebook(cells, &["raises-exception"]);
    std::fs::write(folder.path().join("a.ipynb"), notebook.to_string()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_candlelab"));
    let done = command.args(["run", "a.ipynb", "-o", "out"]).current_dir(folder.path());
    let done = done.output().unwrap();
    let written = folder.path().join("out/a.ipynb");
    assert!(written.exists(), "{}", String::from_utf8_lossy(&done.stderr));
    cells_of(&written)
}

/// The cells of an executed notebook.
fn cells_of(path: &Path) -> Vec<Ran> {
    let notebook: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    notebook["cells"].as_array().unwrap().iter().map(ran).collect()
}

fn ran(cell: &Value) -> Ran {
    let outputs = cell["outputs"].as_array().unwrap();
    let mut errors = outputs.iter().filter(|output| output["output_type"] == "error");
    let error = errors.next();
    assert!(errors.next().is_none(), "a cell has one error: {outputs:?}");
    let text: Vec<String> = outputs.iter().map(text_of).collect();
    Ran {
        code: join(&cell["source"]),
        ename: error.map(|error| error["ename"].as_str().unwrap().to_owned()),
        text: anstream::adapter::strip_str(&text.join("\n")).to_string(),
    }
}

fn text_of(output: &Value) -> String {
    match output["output_type"].as_str() {
        Some("stream") => join(&output["text"]),
        Some("error") => {
            let lines = output["traceback"].as_array().unwrap();
            lines.iter().map(join).collect::<Vec<_>>().join("\n")
        }
        _ => join(&output["data"]["text/plain"]),
    }
}

/// A notebook's text, which may come as a list of lines.
fn join(text: &Value) -> String {
    match text {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        text => text.as_str().unwrap_or_default().to_owned(),
    }
}
