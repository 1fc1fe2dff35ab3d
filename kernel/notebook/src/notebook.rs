//! A notebook file, held as the JSON it is.

use crate::json::Layout;
use crate::{Cell, Error, json, save, widgets};
use serde_json::{Value, json};
use std::path::Path;

/// A notebook of nbformat 4.0 to 4.5.
///
/// Keys it does not know, their order, attachments, the form of multi-line strings and the layout of
/// the file all come out as they went in.
#[derive(Clone, Debug, PartialEq)]
pub struct Notebook {
    root: Value,
    layout: Layout,
}

impl Notebook {
    /// Reads a notebook; the file itself is never written.
    ///
    /// # Errors
    /// If there is no such file, or it is no notebook of format 4.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let bytes = save::read_file(path)?;
        Self::parse(&bytes, path)
    }

    /// Takes the content of a file; `path` is what errors call it.
    ///
    /// # Errors
    /// If the content is no notebook of format 4.
    pub fn parse(bytes: &[u8], path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let root: Value = serde_json::from_slice(bytes)
            .map_err(|source| Error::NotJson { path: path.into(), source })?;
        let notebook = Self::from_json(root, path)?;
        let layout = std::str::from_utf8(bytes).map(Layout::of).unwrap_or_default();
        Ok(Self { layout, ..notebook })
    }

    /// Takes the JSON of a notebook; `path` is what errors call it.
    ///
    /// # Errors
    /// If the JSON is no notebook of format 4.
    pub fn from_json(root: Value, path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let not_notebook = |problem| Error::NotNotebook { path: path.into(), problem };
        match &root["nbformat"] {
            Value::Null => return Err(not_notebook("it has no `nbformat`".into())),
            format if *format == 4 => {}
            format => return Err(Error::Format { path: path.into(), found: format.to_string() }),
        }
        let cells = root["cells"].as_array();
        let cells = cells.ok_or_else(|| not_notebook("it has no list of `cells`".into()))?;
        for (index, cell) in cells.iter().enumerate() {
            Cell::new(cell).map_err(|it| not_notebook(format!("cell {} {it}", index + 1)))?;
        }
        Ok(Self { root, layout: Layout::default() })
    }

    /// Reads a notebook's file that is for Rust.
    ///
    /// # Errors
    /// As [`read`](Self::read) and [`require_rust`](Self::require_rust).
    pub fn read_rust(path: impl AsRef<Path>) -> Result<Self, Error> {
        let notebook = Self::read(path.as_ref())?;
        notebook.require_rust(path)?;
        Ok(notebook)
    }

    /// Refuses a notebook that names another language than Rust; `path` is what the error calls it.
    ///
    /// # Errors
    /// If the notebook names another language, or no language and another kernel.
    pub fn require_rust(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let metadata = &self.root["metadata"];
        let kernel = metadata["kernelspec"]["name"].as_str();
        let languages = [&metadata["kernelspec"]["language"], &metadata["language_info"]["name"]];
        let language = languages.into_iter().find_map(Value::as_str);
        let (name, is_rust) = match (language, kernel) {
            (Some(language), _) => (language, language.eq_ignore_ascii_case("rust")),
            (None, Some(kernel)) => (kernel, ["candlelab", "rust"].contains(&kernel)),
            (None, None) => return Ok(()),
        };
        let found = match kernel {
            Some(kernel) if kernel != name => format!("{name} (kernel `{kernel}`)"),
            _ => name.to_owned(),
        };
        if is_rust { Ok(()) } else { Err(Error::OtherKernel { path: path.as_ref().into(), found }) }
    }

    /// The JSON of the notebook.
    pub fn json(&self) -> &Value {
        &self.root
    }

    /// The notebook's own metadata; null where it has none.
    pub fn metadata(&self) -> &Value {
        &self.root["metadata"]
    }

    /// The cells in order.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = Cell<'_>> {
        self.root["cells"].as_array().expect("checked when read").iter().map(checked)
    }

    /// The last line of text that any cell showed, without colours; empty where there is none.
    pub fn last_line(&self) -> String {
        let text = |output: &Value| {
            let data = output.get("text").or_else(|| output.get("data")?.get("text/plain"))?;
            let text = anstream::adapter::strip_str(&json::join(data)?).to_string();
            text.lines().rev().find(|line| !line.trim().is_empty()).map(str::to_owned)
        };
        let cells: Vec<Cell> = self.cells().collect();
        let outputs = cells.iter().rev().flat_map(|cell| cell.outputs().iter().rev());
        outputs.filter_map(text).next().unwrap_or_default()
    }

    /// Whether every cell may fail, by nbmake's word in the metadata.
    pub fn allows_errors(&self) -> bool {
        self.metadata()["execution"]["allow_errors"] == true
    }

    pub(crate) fn cells_mut(&mut self) -> &mut Vec<Value> {
        self.root["cells"].as_array_mut().expect("checked when read")
    }

    /// A cell id like this one that is not in use; `None` where the format knows no ids.
    pub(crate) fn new_id(&self, like: &str) -> Option<String> {
        let is_used = |id: &str| self.cells().any(|cell| cell.id() == Some(id));
        let minor = self.root["nbformat_minor"].as_u64().unwrap_or_default();
        let ids = (1..).map(|number| format!("{like}-{number}"));
        let mut ids = std::iter::once(like.to_owned()).chain(ids);
        if minor >= 5 { ids.find(|id| !is_used(id)) } else { None }
    }

    pub(crate) fn set_metadata(&mut self, key: &str, value: Value) {
        if let Some(metadata) = self.root["metadata"].as_object_mut() {
            metadata.insert(key.into(), value);
        }
    }

    pub(crate) fn set_cell_metadata(&mut self, index: usize, key: &str, value: Value) {
        if let Some(metadata) = self.root["cells"][index]["metadata"].as_object_mut() {
            metadata.insert(key.into(), value);
        }
    }

    /// Puts what a code cell gave in its place.
    pub(crate) fn set_outputs(&mut self, index: usize, count: Option<usize>, outputs: Vec<Value>) {
        let cell = self.root["cells"][index].as_object_mut().expect("checked when read");
        cell.insert("execution_count".into(), json!(count));
        cell.insert("outputs".into(), Value::Array(outputs));
    }

    /// Keeps the states of widgets; those of an earlier run go.
    pub(crate) fn set_widgets(&mut self, states: Option<Value>) {
        let Some(metadata) = self.root["metadata"].as_object_mut() else { return };
        match states {
            Some(states) => drop(metadata.insert("widgets".into(), json!({widgets::MIME: states}))),
            None => drop(metadata.shift_remove("widgets")),
        }
    }

    /// The content of the file, laid out as it was, or as Python's `nbformat` does.
    pub fn to_text(&self) -> String {
        json::to_text(&self.root, self.layout)
    }

    /// Writes the notebook: whole, or not at all. Makes the folders above it.
    ///
    /// # Errors
    /// If the folder or the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        save::write_file(path.as_ref(), self.to_text().as_bytes())
    }
}

fn checked(cell: &Value) -> Cell<'_> {
    Cell::new(cell).expect("checked when read")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notebook(metadata: Value) -> Notebook {
        let root = json!({"cells": [], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5});
        Notebook::parse(root.to_string().as_bytes(), "a.ipynb").unwrap()
    }

    #[track_caller]
    fn rejects(text: &str, expected: &str) {
        let error = Notebook::parse(text.as_bytes(), "a.ipynb").unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn what_is_no_notebook_is_refused() {
        rejects("{", "`a.ipynb` is not JSON: EOF while parsing an object at line 1 column 1");
        rejects("[1]", "`a.ipynb` is JSON, but not a notebook: it has no `nbformat`");
        rejects(
            r#"{"nbformat": 4}"#,
            "`a.ipynb` is JSON, but not a notebook: it has no list of `cells`",
        );
        rejects(
            r#"{"nbformat": 4, "cells": [{"cell_type": "code"}]}"#,
            "`a.ipynb` is JSON, but not a notebook: cell 1 has no `source`",
        );
        rejects(
            r#"{"nbformat": 3, "worksheets": []}"#,
            "`a.ipynb` is in notebook format 3, but format 4 is needed",
        );
    }

    #[test]
    fn rust_is_known_by_language_or_kernel() {
        for metadata in [
            json!({}),
            json!({"kernelspec": {"name": "candlelab"}}),
            json!({"kernelspec": {"name": "x", "language": "Rust"}}),
            json!({"language_info": {"name": "rust"}}),
        ] {
            notebook(metadata).require_rust("a.ipynb").unwrap();
        }
    }

    #[track_caller]
    fn is_for(metadata: Value, expected: &str) {
        let error = notebook(metadata).require_rust("a.ipynb").unwrap_err();
        let expected = format!("`a.ipynb` is a notebook for {expected}, but Rust is needed");
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn other_languages_are_named() {
        let named = json!({"kernelspec": {"name": "python3", "language": "python"}});
        is_for(named, "python (kernel `python3`)");
        is_for(json!({"kernelspec": {"name": "ir"}}), "ir");
        is_for(json!({"language_info": {"name": "julia"}}), "julia");
    }
}
