//! What can be read of a notebook file that is broken.

use crate::Error;
use candlelab_notebook::{Error as NotebookError, Notebook, read_file};
use serde_json::{Deserializer, Value, json};
use std::path::Path;

/// Reads a notebook; where its JSON is broken, the cells that are whole, and a note.
///
/// # Errors
/// If the file cannot be read, or there is no cell in it.
pub fn salvage(path: &Path) -> Result<(Notebook, Option<String>), Error> {
    from_bytes(&read_file(path)?, path)
}

/// As [`salvage`], of a file's content; `path` is what notes call it.
pub(crate) fn from_bytes(bytes: &[u8], path: &Path) -> Result<(Notebook, Option<String>), Error> {
    match Notebook::parse(bytes, path) {
        Err(error @ (NotebookError::NotJson { .. } | NotebookError::NotNotebook { .. })) => {
            let cells = whole_cells(&String::from_utf8_lossy(bytes));
            if cells.is_empty() {
                return Err(error.into());
            }
            let note = format!("{error}; {} cells could be read", cells.len());
            let root = json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5});
            Ok((Notebook::from_json(root, path)?, Some(note)))
        }
        result => Ok((result?, None)),
    }
}

/// Everything in a text that is a JSON object with a cell's type and source.
fn whole_cells(text: &str) -> Vec<Value> {
    let (mut cells, mut at) = (Vec::new(), 0);
    while let Some(start) = text[at..].find('{').map(|found| at + found) {
        let mut values = Deserializer::from_str(&text[start..]).into_iter::<Value>();
        at = match values.next() {
            Some(Ok(value)) if is_cell(&value) => {
                cells.push(value);
                start + values.byte_offset()
            }
            _ => start + 1,
        };
    }
    cells
}

fn is_cell(value: &Value) -> bool {
    value["cell_type"].is_string() && (value["source"].is_string() || value["source"].is_array())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_cells_are_found_in_a_broken_file() {
        let text = r#"{"cells": [{"cell_type": "code", "source": "1"},
            <<<<<<< HEAD
            {"cell_type": "code", "source": ["2\n", "3"]}, {"cell_type": "code", "sou"#;
        let cells = whole_cells(text);
        assert_eq!(cells.len(), 2);
        assert_eq!(cells[1]["source"][1], "3");
    }
}
