//! From a notebook to a script and back, and scripts of others.

#[path = "../../../tests/support/fuzz.rs"]
mod support;

use candlelab_notebook::{Notebook, from_script, to_script};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use support::fuzz;

/// A line of a cell: Rust, prose, magics, and what looks like them.
fn line() -> impl Strategy<Value = String> {
    let start = select(vec!["", "  ", "// ", "//", "// // ", "\t// "]);
    let rest = select(vec![
        "",
        "%%",
        "%% a=1",
        "%%time",
        "%vars",
        ":dep a",
        "!ls",
        "?Vec",
        "let x = 1;",
        "# A",
        "---",
        "\r",
    ]);
    prop_oneof![3 => (start, rest).prop_map(|(start, rest)| format!("{start}{rest}")), 1 => "[^\n]*"]
}

fn any_cell(id: usize) -> impl Strategy<Value = Value> {
    let kind = select(vec!["code", "markdown", "raw"]);
    let tags = vec(any::<String>(), 0..3);
    let key = select(vec!["vendor", "a b", "x.y-z", "id", "ü"]);
    let id = format!("c{id}");
    (kind, vec(line(), 0..5), tags, key, any::<f32>()).prop_map(
        move |(kind, lines, tags, key, number)| {
            json!({"cell_type": kind, "id": id, "metadata": {"tags": tags, key: {"n": number}},
                "source": lines.join("\n")})
        },
    )
}

/// What a script keeps of a notebook.
fn kept(notebook: &Notebook) -> (Vec<Value>, Value) {
    let cells = notebook.cells().map(|cell| {
        json!([format!("{:?}", cell.kind()), cell.source(), cell.id(), cell.metadata()])
    });
    (cells.collect(), notebook.metadata().clone())
}

fn notebook(cells: &Value) -> Notebook {
    let metadata = json!({"kernelspec": {"name": "candlelab", "language": "rust"}, "title": "T"});
    let root = json!({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5});
    Notebook::from_json(root, "a.ipynb").unwrap()
}

#[test]
fn cells_and_metadata_come_back() {
    fuzz((0usize..5).prop_flat_map(|n| (0..n).map(any_cell).collect::<Vec<_>>()), |cells| {
        let before = notebook(&json!(cells));
        let script = to_script(&before);
        let after =
            from_script(&script, "a.rs").map_err(|it| TestCaseError::fail(it.to_string()))?;
        prop_assert_eq!(kept(&after), kept(&before), "{}", script);
        prop_assert_eq!(to_script(&after), script);
        Ok(())
    });
}

#[test]
fn any_text_is_read_without_panic() {
    let text = vec(prop_oneof![line(), Just("// ---".to_owned()), any::<String>()], 0..9);
    fuzz(text, |lines| {
        let _ = from_script(&lines.join("\n"), "a.rs");
        Ok(())
    });
}

#[test]
fn a_script_reads_like_rust() {
    let cells = json!([
        {"cell_type": "markdown", "id": "intro", "metadata": {}, "source": "# A\n\nword"},
        {"cell_type": "code", "id": "two", "metadata": {"tags": ["parameters"]},
            "source": ":dep rand = \"0.9\"\nlet x = 1;"},
    ]);
    let script = to_script(&notebook(&cells));
    let (head, body) = script.split_once("\n\n").unwrap();
    assert!(
        head.starts_with("// ---\n// jupyter:\n//   kernelspec:\n//     name: \"candlelab\"\n"),
        "{head}"
    );
    let expected = "// %% [markdown] cell_id=\"intro\"\n// # A\n//\n// word\n\n\
        // %% cell_id=\"two\" tags=[\"parameters\"]\n// :dep rand = \"0.9\"\nlet x = 1;\n";
    assert_eq!(body, expected);
}

/// As jupytext 1.19.6 writes it with the format `rs:percent`.
const JUPYTEXT: &str = r##"// ---
// jupyter:
//   jupytext:
//     text_representation:
//       extension: .rs
//       format_name: percent
//       format_version: '1.3'
//       jupytext_version: 1.19.6
//   kernelspec:
//     display_name: Rust (Candle)
//     language: rust
//     name: candlelab
// ---

// %% [markdown]
// # A
//
// - b
//   - c

// %% tags=["parameters", "b"] slideshow={"slide_type": "slide"}
// :dep rand = "0.9"
let x = 1;

x

// %% [raw]
// raw

// %%
"##;

#[test]
fn what_jupytext_writes_is_read() {
    let notebook = from_script(JUPYTEXT, "a.rs").unwrap();
    let metadata = json!({"tags": ["parameters", "b"], "slideshow": {"slide_type": "slide"}});
    let expected = vec![
        json!(["Markdown", "# A\n\n- b\n  - c", "cell-1", {}]),
        json!(["Code", ":dep rand = \"0.9\"\nlet x = 1;\n\nx", "cell-2", metadata]),
        json!(["Raw", "raw", "cell-3", {}]),
        json!(["Code", "", "cell-4", {}]),
    ];
    let kernel = json!({"display_name": "Rust (Candle)", "language": "rust", "name": "candlelab"});
    assert_eq!(kept(&notebook), (expected, json!({"kernelspec": kernel})));
}

#[test]
fn a_plain_program_is_one_cell() {
    let notebook = from_script("fn main() {}\n\n", "a.rs").unwrap();
    assert_eq!(notebook.cells().next().unwrap().source(), "fn main() {}");
    notebook.require_rust("a.rs").unwrap();
}

#[test]
fn a_line_that_cannot_be_read_is_named() {
    let error = from_script("// %% tags=[1\n", "a.rs").unwrap_err().to_string();
    let expected =
        "`a.rs` is no notebook as a script: line 1: what follows `tags=` is not JSON: `[1`";
    assert_eq!(error, expected);
}
