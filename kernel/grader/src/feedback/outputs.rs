//! What a student's cells showed when they were handed in: text and pictures, and no more of them
//! than a page can hold.
//!
//! Outputs of the graded run are not given back, since hidden tests pass through the student's code.

use crate::Marks;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use candlelab_notebook::{Cell, Kind, Notebook};
use serde::Serialize;
use serde_json::Value;

/// How many characters of a cell's text are shown.
const TEXT: usize = 4_000;
/// How many bytes a picture may have.
const PICTURE: usize = 1 << 20;
/// How many bytes all outputs of a page may have.
const ALL: usize = 4 << 20;

/// What one cell showed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// The cell's name.
    pub cell: String,
    /// Its text.
    pub text: String,
    /// Its pictures, PNG in base64.
    pub pictures: Vec<String>,
}

/// What the cells of a notebook show that are the student's own.
pub fn outputs(notebook: &Notebook) -> Vec<Shown> {
    let is_check = |cell: Cell| Marks::of(cell).ok().flatten().is_some_and(|it| it.is_check());
    let own = notebook.cells().filter(|cell| cell.kind() == Kind::Code && !is_check(*cell));
    let mut left = ALL;
    let mut shown = Vec::new();
    for (index, cell) in own.enumerate() {
        let mut own = Shown { cell: name(cell, index), ..Shown::default() };
        for output in cell.outputs() {
            match picture(output).filter(|it| it.len() <= left) {
                Some(picture) => {
                    left -= picture.len();
                    own.pictures.push(picture);
                }
                None => own.text += &text(output),
            }
        }
        own.text = bounded(&own.text, TEXT.min(left));
        left -= own.text.len().min(left);
        if !own.text.is_empty() || !own.pictures.is_empty() {
            shown.push(own);
        }
    }
    shown
}

fn name(cell: Cell, index: usize) -> String {
    let own = cell.metadata()["nbgrader"]["grade_id"].as_str().or(cell.id());
    own.map_or_else(|| format!("cell {}", index + 1), |name| bounded(name, 64))
}

/// A picture whose bytes are those of a PNG; what else calls itself so is none.
fn picture(output: &Value) -> Option<String> {
    let text = joined(&output["data"]["image/png"])?;
    if text.len() > PICTURE * 4 / 3 {
        return None;
    }
    let bytes = STANDARD.decode(text.split_whitespace().collect::<String>()).ok()?;
    bytes.starts_with(b"\x89PNG\r\n\x1a\n").then(|| STANDARD.encode(bytes))
}

fn text(output: &Value) -> String {
    let error = || Some(format!("{}: {}", output["ename"].as_str()?, output["evalue"].as_str()?));
    let text = joined(&output["text"]).or_else(|| joined(&output["data"]["text/plain"]));
    let text = text.or_else(error).unwrap_or_default();
    if text.is_empty() || text.ends_with('\n') { text } else { text + "\n" }
}

fn joined(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(lines) => lines.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

/// Without colours and controls, and not longer than so many characters.
fn bounded(text: &str, most: usize) -> String {
    let plain = anstream::adapter::strip_str(text).to_string();
    let is_shown = |letter: &char| !letter.is_control() || "\n\t".contains(*letter);
    let mut letters = plain.chars().filter(is_shown);
    let mut text: String = letters.by_ref().take(most).collect();
    if letters.next().is_some() {
        text += "…\n";
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const DOT: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    fn shown(outputs: Value) -> Vec<Shown> {
        let root = json!({"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "source": "1",
            "execution_count": 1, "outputs": outputs}], "metadata": {}, "nbformat": 4,
            "nbformat_minor": 5});
        super::outputs(&Notebook::from_json(root, "a.ipynb").unwrap())
    }

    #[test]
    fn text_and_pictures_are_shown_and_nothing_that_runs() {
        let found = shown(json!([
            {"output_type": "stream", "name": "stdout", "text": ["a\u{1b}[31mb\u{7}\n", "c"]},
            {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<script>x</script>"}},
            {"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": "<svg/>"}},
            {"output_type": "display_data", "metadata": {}, "data": {"image/png": DOT, "text/plain": "p"}},
            {"output_type": "display_data", "metadata": {}, "data": {"image/png": "PHN2Zz4=", "text/plain": "no picture"}},
            {"output_type": "error", "ename": "Panic", "evalue": "oh", "traceback": []}
        ]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].text, "ab\nc\nno picture\nPanic: oh\n");
        assert_eq!(found[0].pictures, [DOT]);
    }

    #[test]
    fn a_page_has_an_end() {
        let line =
            json!({"output_type": "stream", "name": "stdout", "text": "x".repeat(9_000_000)});
        let found = shown(json!([line]));
        assert_eq!(found[0].text, "x".repeat(4_000) + "…\n");
        assert!(shown(json!([{"output_type": "odd"}])).is_empty());
    }
}
