//! Compares small notebooks, one rule a test.

use candlelab_notebook::{Difference, Notebook, Tolerance, accept, compare, has_outputs};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

#[path = "../../../tests/support/fuzz.rs"]
mod support;

fn notebook(cells: Value) -> Notebook {
    let root = json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4});
    Notebook::parse(root.to_string().as_bytes(), "test.ipynb").unwrap()
}

/// A notebook with one code cell that shows this.
fn showing(outputs: &Value, tags: &[&str]) -> Notebook {
    notebook(json!([
        {"cell_type": "markdown", "metadata": {}, "source": "# Prose"},
        {"cell_type": "code", "execution_count": 7, "metadata": {"tags": tags},
            "outputs": outputs, "source": "code"},
    ]))
}

fn stream(name: &str, text: &str) -> Value {
    json!({"output_type": "stream", "name": name, "text": text.split_inclusive('\n').collect::<Vec<_>>()})
}

fn print(text: &str) -> Value {
    stream("stdout", text)
}

fn display(data: Value) -> Value {
    json!({"output_type": "display_data", "data": data, "metadata": {}})
}

fn result(count: usize, text: &str) -> Value {
    json!({"output_type": "execute_result", "data": {"text/plain": text}, "metadata": {},
        "execution_count": count})
}

fn error(name: &str, message: &str, traceback: &str) -> Value {
    json!({"output_type": "error", "ename": name, "evalue": message, "traceback": [traceback]})
}

fn differences(stored: Value, new: Value, tolerance: &Tolerance) -> Vec<Difference> {
    compare(&showing(&stored, &[]), &showing(&new, &[]), tolerance)
}

#[track_caller]
fn check(stored: Value, new: Value, expected: &[&str]) {
    let found = differences(stored, new, &Tolerance::default());
    assert_eq!(found.iter().map(|it| &*it.what).collect::<Vec<_>>(), expected);
}

#[test]
fn streams_are_joined_and_compared_by_name() {
    check(json!([print("a\n"), print("b\n")]), json!([print("a\nb\n")]), &[]);
    check(json!([print(""), print("a")]), json!([print("a"), stream("stderr", "")]), &[]);
    check(
        json!([print("a"), stream("stderr", "loss 1.5")]),
        json!([print("b"), stream("stderr", "loss 1.6")]),
        &[
            "output 1 (stdout): line 1 was `a`, is `b`",
            "output 2 (stderr): line 1 was `loss 1.5`, is `loss 1.6`",
        ],
    );
}

#[test]
fn other_outputs_are_one_difference() {
    let result = || result(1, "6");
    check(json!([]), json!([result()]), &["stored outputs: none; new outputs: result"]);
    check(
        json!([print("a"), result()]),
        json!([result(), print("a")]),
        &["stored outputs: stdout, result; new outputs: result, stdout"],
    );
    let found = differences(
        json!([print("a\n"), result()]),
        json!([print("a\n"), error("Panic", "no", "")]),
        &Tolerance::default(),
    );
    assert_eq!(
        found[0].diff,
        "--- stored\n+++ new\n@@ -1,4 +1,4 @@\n [stdout]\n a\n-[result]\n-6\n+[error]\n+Panic: no\n"
    );
}

#[test]
fn a_difference_names_the_cell() {
    let found = &differences(json!([print("a")]), json!([print("b")]), &Tolerance::default())[0];
    assert_eq!((found.position, found.number), (1, Some(7)));
    assert_eq!(found.diff, "--- stored\n+++ new\n@@ -1 +1 @@\n-a\n+b\n");
}

#[test]
fn the_number_of_a_result_does_not_count() {
    check(json!([result(1, "6")]), json!([result(2, "6")]), &[]);
}

#[test]
fn data_is_compared_by_its_type() {
    let data = |text: &str, loss: f64, png: &str| {
        json!([display(
            json!({"text/plain": text, "application/json": {"loss": loss}, "image/png": png})
        )])
    };
    check(data("a", 0.5, "AA=="), data("a", 0.500_000_1, "AA==\n"), &[]);
    check(
        data("a", 0.5, "AA=="),
        data("b", 0.6, "??"),
        &[
            "display: application/json: /loss was `0.5`, is `0.6`",
            "display: image/png: the stored picture is unreadable: unexpected end of file",
            "display: text/plain: line 1 was `a`, is `b`",
        ],
    );
}

#[test]
fn svg_has_a_line_a_tag_and_numbers_in_its_paths() {
    let svg = |path: &str, between: &str| {
        let text = format!("<svg>{between}<path d=\"{path}\"/>{between}</svg>");
        json!([display(json!({"image/svg+xml": text}))])
    };
    check(svg("M1.0000001 2", ""), svg("M1 2", "\n "), &[]);
    check(
        svg("M1 2", ""),
        svg("M1 3", ""),
        &["display: image/svg+xml: line 2 was `<path d=\"M1 2\"/>`, is `<path d=\"M1 3\"/>`"],
    );
}

#[test]
fn a_type_on_one_side_only_counts_unless_it_is_ignored() {
    let (both, one) = (json!({"text/plain": "a", "text/html": "<b>"}), json!({"text/plain": "a"}));
    let (both, one) = (json!([display(both)]), json!([display(one)]));
    check(both.clone(), one.clone(), &["display: text/html: is in the stored output only"]);
    check(one.clone(), both.clone(), &["display: text/html: is in the new output only"]);
    let tolerance = Tolerance { ignore: vec!["text/h".into()], ..Tolerance::default() };
    assert_eq!(differences(both, one, &tolerance), []);
}

#[test]
fn what_is_wholly_ignored_is_not_there() {
    let view =
        |id: &str| display(json!({"application/vnd.jupyter.widget-view+json": {"model_id": id}}));
    check(json!([view("a")]), json!([view("b")]), &[]);
    check(json!([print("a"), view("a"), print("b")]), json!([print("ab")]), &[]);
}

#[test]
fn other_types_are_compared_exactly() {
    let pdf = |content: &str| json!([display(json!({"application/pdf": content}))]);
    check(pdf("1.0"), pdf("1.00"), &["display: application/pdf: was `1.0`, is `1.00`"]);
}

#[test]
fn errors_are_compared_without_their_traceback() {
    let stored = || json!([error("ShapeMismatch", "expected 2, got 3", "at 1")]);
    check(stored(), json!([error("ShapeMismatch", "expected 2, got 3", "at 2")]), &[]);
    check(
        stored(),
        json!([error("ShapeMismatch", "expected 2, got 4", "at 1")]),
        &["error: line 1 was `expected 2, got 3`, is `expected 2, got 4`"],
    );
    check(
        stored(),
        json!([error("Panic", "expected 2, got 3", "at 1")]),
        &["error: was `ShapeMismatch`, is `Panic`"],
    );
}

#[test]
fn tags_leave_cells_out() {
    #[track_caller]
    fn compared(tags: &[&str], expected: bool) {
        let notebook = |text| showing(&json!([print(text)]), tags);
        let found = compare(&notebook("a"), &notebook("b"), &Tolerance::default());
        assert_eq!(!found.is_empty(), expected, "{tags:?}");
    }
    compared(&["nbval-ignore-output"], false);
    compared(&["nbval-skip"], false);
    compared(&["skip-execution"], false);
    compared(&["nbval-check-output"], true);
    compared(&["nbval-check-output", "nbval-ignore-output"], true);
    compared(&["raises-exception"], true);
}

#[test]
fn a_notebook_that_was_never_run_has_nothing_to_compare_with() {
    let cell = |count: Value, outputs: Value| {
        notebook(json!([{"cell_type": "code", "execution_count": count, "metadata": {},
            "outputs": outputs, "source": ""}]))
    };
    assert!(!has_outputs(&cell(Value::Null, json!([]))));
    assert!(has_outputs(&cell(json!(1), json!([]))));
    assert!(has_outputs(&cell(Value::Null, json!([print("a")]))));
}

#[test]
fn accepting_takes_outputs_and_numbers_and_nothing_else() {
    let cells = |count: usize, text: &str, source: &str| {
        notebook(json!([
            {"cell_type": "markdown", "metadata": {}, "source": source},
            {"cell_type": "code", "execution_count": count, "metadata": {"a": source},
                "outputs": [print(text)], "source": source},
        ]))
    };
    let mut stored = cells(1, "old", "stored");
    accept(&mut stored, &cells(2, "new", "new"));
    assert_eq!(stored, cells(2, "new", "stored"));
}

/// Lines of words and numbers, as a table of results has them.
fn table() -> impl Strategy<Value = Vec<(String, f64)>> {
    vec(("[a-z]{1,8} ?", -1e6..1e6), 1..20)
}

fn printed(table: &[(String, f64)]) -> Value {
    let line = |(name, value): &(String, f64)| format!("{name}: {value}\n");
    json!([print(&table.iter().map(line).collect::<String>())])
}

#[test]
fn what_changes_beyond_the_tolerance_is_one_difference() {
    support::fuzz((table(), any::<prop::sample::Index>(), 0.0..1.0), |(table, index, by)| {
        let mut other = table.clone();
        let row = index.index(table.len());
        let compare =
            |other: &[_]| differences(printed(&table), printed(other), &Tolerance::default());
        prop_assert_eq!(compare(&table), []);
        let limit = (1e-5 * table[row].1.abs()).max(1e-6);
        other[row].1 += 0.9 * limit * by;
        prop_assert_eq!(compare(&other), []);
        other[row].1 = table[row].1 + (1.1 + by) * limit;
        let found = compare(&other);
        prop_assert_eq!(found.len(), 1);
        let line = format!("stdout: line {} was ", row + 1);
        prop_assert!(found[0].what.starts_with(&line), "{}", found[0].what);
        Ok(())
    });
}

/// Outputs of which any part may be anything.
fn outputs() -> impl Strategy<Value = Value> {
    let content = prop_oneof![
        any::<String>().prop_map(Value::from),
        "[-+.eE0-9a-fx_ \r\n]{0,30}".prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        vec(any::<String>(), 0..3).prop_map(Value::from),
    ];
    let types = ["text/plain", "image/png", "image/jpeg", "image/svg+xml", "application/json", "x"];
    let mime = prop::sample::select(types.to_vec());
    let kinds = ["stream", "display_data", "execute_result", "error", "?"];
    let kind = prop::sample::select(kinds.to_vec());
    let output = (kind, mime, content).prop_map(|(kind, mime, content)| {
        json!({"output_type": kind, "data": {mime: content}, "text": content, "ename": content,
            "evalue": content, "name": content})
    });
    vec(output, 0..3).prop_map(Value::from)
}

#[test]
fn odd_outputs_equal_themselves_and_are_compared_without_panic() {
    support::fuzz((outputs(), outputs()), |(stored, new)| {
        let tolerance = Tolerance::default();
        prop_assert_eq!(differences(stored.clone(), stored.clone(), &tolerance), []);
        let there = differences(stored.clone(), new.clone(), &tolerance).is_empty();
        let back = differences(new, stored, &tolerance).is_empty();
        prop_assert_eq!(there, back);
        Ok(())
    });
}
