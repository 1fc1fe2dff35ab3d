//! Whatever happened to a student's notebook, the answers in it are found.

use candlelab_grader::{Lab, release, repair};
use candlelab_notebook::{Cell, Kind, Notebook};
use serde_json::{Value, json};
use std::fs;

const SQUARE: &str =
    "fn square(x: f64) -> f64 {\n    // BEGIN SOLUTION\n    x * x\n    // END SOLUTION\n}";
const CUBE: &str =
    "fn cube(x: f64) -> f64 {\n    // BEGIN SOLUTION\n    x * x * x\n    // END SOLUTION\n}";
const CHECK: &str = "check(\"square-check\", 1, |c| {\n    c.close(square(2.0), 4.0, 1e-9, \"itself times itself\")?;\n    // BEGIN HIDDEN TESTS\n    c.close(square(-3.0), 9.0, 1e-9, \"also below zero\")?;\n    // END HIDDEN TESTS\n    Ok(\"squares\")\n})?;";

fn marks(id: &str, solution: bool) -> Value {
    let points = if solution { Value::Null } else { json!(1) };
    let mut marks = json!({"cell_type": "code", "checksum": "", "grade": !solution, "grade_id": id,
        "locked": !solution, "schema_version": 3, "solution": solution, "task": false});
    if !solution {
        marks["points"] = points;
    }
    json!({"nbgrader": marks})
}

fn cell(id: &str, kind: &str, source: &str, metadata: Value) -> Value {
    let mut cell = json!({"cell_type": kind, "id": id, "metadata": metadata, "source": source});
    if kind == "code" {
        cell["outputs"] = json!([]);
        cell["execution_count"] = Value::Null;
    }
    cell
}

/// A lab of two exercises, the first with a check.
fn lab() -> Lab {
    let about = json!({"lab": "00-squares", "title": "Squares", "question": "?", "lecture": "none",
        "goals": ["square"], "minutes": 1, "data": [], "seconds": {"full": 1, "fast": 1}});
    let root = json!({"nbformat": 4, "nbformat_minor": 5,
    "metadata": {"candlelab": about, "kernelspec": {"name": "candlelab", "language": "rust"}},
    "cells": [
        cell("intro", "markdown", "# Squares", json!({})),
        cell("square", "code", SQUARE, marks("square", true)),
        cell("square-check", "code", CHECK, marks("square-check", false)),
        cell("cube", "code", CUBE, marks("cube", true)),
    ]});
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lab.ipynb");
    fs::write(&path, root.to_string()).unwrap();
    Lab::read(path).unwrap()
}

/// The student version after a student's changes.
fn student(change: impl FnOnce(&mut Vec<Value>)) -> Notebook {
    let mut root = release(&lab()).unwrap().json().clone();
    let cells = root["cells"].as_array_mut().unwrap();
    cells[1]["source"] = json!("fn square(x: f64) -> f64 {\n    x.powi(2)\n}");
    change(cells);
    Notebook::from_json(root, "student.ipynb").unwrap()
}

#[track_caller]
fn mends(change: impl FnOnce(&mut Vec<Value>), notes: &[&str]) -> Vec<String> {
    let repaired = repair(&lab(), &student(change)).unwrap();
    assert_eq!(repaired.notes, notes);
    let code = repaired.notebook.cells().filter(|cell| cell.kind() == Kind::Code);
    code.map(Cell::source).collect()
}

#[test]
fn the_student_version_has_stubs_locks_and_no_hidden_tests() {
    let released = release(&lab()).unwrap();
    let cells = released.json()["cells"].as_array().unwrap();
    assert_eq!(
        released.cells().nth(1).unwrap().source(),
        "fn square(x: f64) -> f64 {\n    // YOUR CODE HERE\n    todo!()\n}"
    );
    assert!(!released.to_text().contains("below zero"));
    assert_eq!(cells[2]["metadata"]["editable"], false);
    assert_eq!(cells[1]["metadata"]["editable"], Value::Null);
    assert_eq!(cells[1]["metadata"]["deletable"], false);
}

#[test]
fn an_untouched_frame_needs_no_notes() {
    let code = mends(|_| {}, &[]);
    assert!(code[0].contains("powi(2)"));
    assert_eq!(code.len(), 3);
}

#[test]
fn a_deleted_answer_counts_as_not_written() {
    let code =
        mends(|cells| drop(cells.remove(3)), &["`cube` is missing and counts as not written"]);
    assert!(code[2].contains("todo!()"));
}

#[test]
fn of_two_answers_the_last_written_one_counts() {
    let copy = |cells: &mut Vec<Value>| {
        let mut copy = cells[1].clone();
        copy["id"] = json!("other");
        copy["source"] = json!("fn square(x: f64) -> f64 {\n    x * x * 1.0\n}");
        cells.insert(2, copy);
    };
    let code = mends(copy, &["`square` stands there 2 times"]);
    assert!(code[0].contains("x * x * 1.0"));
    assert_eq!(code.len(), 3);
}

#[test]
fn an_answer_without_its_name_is_found_by_its_function() {
    let lose = |cells: &mut Vec<Value>| {
        cells[1]["metadata"] = json!({});
        cells[1]["id"] = json!("lost");
    };
    let code = mends(lose, &["`square` had lost its name and was found by its content"]);
    assert!(code[0].contains("powi(2)"));
    assert_eq!(code.len(), 3);
}

#[test]
fn a_split_answer_is_joined() {
    let split = |cells: &mut Vec<Value>| {
        cells[1]["source"] = json!("fn square(x: f64) -> f64 {");
        cells.insert(2, cell("half", "code", "    x.powi(2)\n}", json!({})));
    };
    let code = mends(split, &["`square` was split into 2 cells"]);
    assert_eq!(code[0], "fn square(x: f64) -> f64 {\n    x.powi(2)\n}");
}

/// What a front end does that copies a cell's metadata to both halves.
fn split(cells: &mut Vec<Value>, halves: [&str; 2]) {
    let mut second = cells[1].clone();
    second["id"] = json!("second-half");
    (cells[1]["source"], second["source"]) = (json!(halves[0]), json!(halves[1]));
    cells.insert(2, second);
}

#[test]
fn halves_that_both_carry_the_name_are_joined() {
    let inside = ["fn square(x: f64) -> f64 {\n    let y = x;", "    x * y\n}"];
    let code = mends(|cells| split(cells, inside), &["`square` was split into 2 cells"]);
    assert_eq!(code[0], inside.join("\n"));
    assert_eq!(code.len(), 3);
}

#[test]
fn whole_halves_of_one_name_are_joined_if_they_define_different_functions() {
    let between = ["fn same(x: f64) -> f64 { x }", "fn square(x: f64) -> f64 { x * same(x) }"];
    let code = mends(|cells| split(cells, between), &["`square` was split into 2 cells"]);
    assert_eq!(code[0], between.join("\n"));
    assert_eq!(code.len(), 3);
}

#[test]
fn an_open_try_does_not_swallow_the_next_one() {
    let tries = ["fn square(x: f64) -> f64 {", "fn square(x: f64) -> f64 { x * x }"];
    let code = mends(|cells| split(cells, tries), &["`square` stands there 2 times"]);
    assert_eq!(code[0], tries[1]);
}

#[test]
fn brackets_that_stay_open_swallow_nothing() {
    // Each would be read again with every one below it.
    let open = |cells: &mut Vec<Value>| {
        cells[1]["source"] = json!("fn square(x: f64) -> f64 {");
        let others = (0..20_000).map(|i| cell(&format!("own-{i}"), "code", "{ {", json!({})));
        cells.splice(2..2, others);
    };
    let code = mends(open, &[]);
    assert_eq!((code[0].as_str(), code.len()), ("fn square(x: f64) -> f64 {", 20_003));
}

#[test]
fn order_kind_and_checks_are_the_labs_own() {
    let code = mends(
        |cells| cells.swap(1, 3),
        &["the cells came in another order; the lab's own order counts"],
    );
    assert!(code[0].contains("powi(2)") && code[1].contains("check("));
    let retyped = |cells: &mut Vec<Value>| {
        cells[1]["cell_type"] = json!("markdown");
    };
    mends(retyped, &["`square` had become another kind of cell"]);
    let cheat = |cells: &mut Vec<Value>| {
        cells[2]["source"] = json!("check(\"square-check\", 1, |_| Ok(\"\"))?;")
    };
    let code = mends(cheat, &["`square-check` was changed; the lab's own stands in its place"]);
    assert!(code[1].contains("itself times itself"));
}

#[test]
fn cells_that_the_student_added_stay() {
    let helper = cell("helper", "code", "fn twice(x: f64) -> f64 { 2.0 * x }", json!({}));
    let code = mends(|cells| cells.insert(1, helper), &[]);
    assert!(code[0].contains("fn twice"));
    assert_eq!(code.len(), 4);
}
