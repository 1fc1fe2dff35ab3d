//! Notebooks as Rust scripts in the percent format, and back.
//!
//! A script has the cells' sources, kinds, IDs and metadata, and the notebook's metadata; outputs,
//! counts, attachments and the states of widgets stay behind. jupytext reads it, and this reads what
//! jupytext writes.

mod header;
mod line;
mod marker;

use crate::magic::magics;
use crate::{Error, Kind, Notebook};
use marker::Marker;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// A notebook as a script.
pub fn to_script(notebook: &Notebook) -> String {
    let mut script = header::write(notebook.metadata());
    for cell in notebook.cells() {
        script += &format!("\n{}\n", Marker::of(cell));
        let source = cell.source();
        let magics = if cell.kind() == Kind::Code { magics(&source) } else { Vec::new() };
        let mut at = 0;
        for line in source.split('\n').filter(|_| !source.is_empty()) {
            let range = at..at + line.len();
            let is_magic = magics.iter().any(|magic| range.contains(&magic.start));
            script += &line::write(line, cell.kind(), is_magic);
            script.push('\n');
            at += line.len() + 1;
        }
    }
    script
}

/// The notebook in a script; `path` is what errors call it. Cells without an ID get one.
///
/// # Errors
/// If its header is not YAML, or the line above a cell cannot be read.
pub fn from_script(text: &str, path: impl AsRef<Path>) -> Result<Notebook, Error> {
    let path = path.as_ref();
    let not_script = |problem| Error::NotScript { path: path.into(), problem };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<&str> = text.strip_suffix('\n').unwrap_or(text).split('\n').collect();
    let (metadata, first) = header::read(&lines).map_err(not_script)?;
    let mut cells = cells(&lines, first).map_err(not_script)?;
    name(&mut cells);
    let root = json!({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5});
    Notebook::from_json(root, path)
}

fn cells(lines: &[&str], first: usize) -> Result<Vec<Value>, String> {
    let is_start = |at: &usize| Marker::is_in(lines[*at]);
    let starts: Vec<usize> = (first..lines.len()).filter(is_start).collect();
    let mut cells = Vec::new();
    let above = &lines[first..starts.first().copied().unwrap_or(lines.len())];
    if above.iter().any(|line| !line.trim().is_empty()) {
        cells.push(cell(&Marker::default(), trimmed(above)));
    }
    for (index, start) in starts.iter().enumerate() {
        let marker =
            Marker::read(lines[*start]).map_err(|it| format!("line {}: {it}", start + 1))?;
        let content = match starts.get(index + 1) {
            // A blank line stands between cells.
            Some(next) => without_last_blank(&lines[start + 1..*next]),
            None => &lines[start + 1..],
        };
        cells.push(cell(&marker, content));
    }
    Ok(cells)
}

fn without_last_blank<'a, 'b>(lines: &'a [&'b str]) -> &'a [&'b str] {
    match lines {
        [rest @ .., last] if last.trim().is_empty() => rest,
        lines => lines,
    }
}

fn trimmed<'a, 'b>(mut lines: &'a [&'b str]) -> &'a [&'b str] {
    while let [first, rest @ ..] = lines
        && first.trim().is_empty()
    {
        lines = rest;
    }
    while let [.., last] = lines
        && last.trim().is_empty()
    {
        lines = without_last_blank(lines);
    }
    lines
}

/// A cell with its keys in the order of Python's `nbformat`.
fn cell(marker: &Marker, lines: &[&str]) -> Value {
    let source: Vec<String> = lines.iter().map(|line| line::read(line, marker.kind)).collect();
    let mut cell = Map::new();
    cell.insert("cell_type".into(), marker.kind_name().into());
    if marker.kind == Kind::Code {
        cell.insert("execution_count".into(), Value::Null);
    }
    cell.insert("id".into(), marker.id.clone().into());
    cell.insert("metadata".into(), marker.metadata.clone().into());
    if marker.kind == Kind::Code {
        cell.insert("outputs".into(), json!([]));
    }
    cell.insert("source".into(), crate::json::split(&source.join("\n")));
    cell.into()
}

/// Gives each cell without an ID one that is free.
fn name(cells: &mut [Value]) {
    let ids = cells.iter().filter_map(|cell| cell["id"].as_str());
    let mut taken: BTreeSet<String> = ids.map(ToOwned::to_owned).collect();
    for (index, cell) in cells.iter_mut().enumerate().filter(|(_, cell)| cell["id"].is_null()) {
        let mut id = format!("cell-{}", index + 1);
        while !taken.insert(id.clone()) {
            id.push('x');
        }
        cell["id"] = id.into();
    }
}
