//! Notebooks of any form: reading, running, checking and exporting them never panics, and what is
//! not an output comes out as it went in.
//!
//! Each test takes `CANDLELAB_FUZZ_SECONDS`, two by default. Round `n` is always the same.

#[path = "../../../tests/support/fuzz.rs"]
mod support;

use candlelab_engine::Echo;
use candlelab_notebook::{Library, Notebook, Options, Project, lint, run, to_script};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};
use support::fuzz;

/// Any JSON, with the keys that mean something in a notebook among its keys.
fn any_json() -> impl Strategy<Value = Value> {
    let keys = ["cells", "metadata", "nbformat", "source", "cell_type", "outputs", "tags", "id"];
    let key = prop_oneof![select(keys.to_vec()).prop_map(str::to_owned), any::<String>()];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        select(vec!["code", "markdown", "print a", "fail b", "raises-exception"])
            .prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((key.clone(), inner), 0..4).prop_map(|pairs| Map::from_iter(pairs).into()),
        ]
    })
}

/// A cell that may have anything in the place of its parts.
fn cell() -> impl Strategy<Value = Value> {
    let kind = prop_oneof![
        3 => select(vec!["code", "markdown", "raw"]).prop_map(Value::from),
        1 => any_json(),
    ];
    let source = prop_oneof![
        3 => select(vec!["print a\nvalue b", "fail c", "", "display text/html d"])
            .prop_map(Value::from),
        1 => any_json(),
    ];
    (kind, source, any_json(), any_json()).prop_map(|(kind, source, metadata, outputs)| {
        json!({"cell_type": kind, "source": source, "metadata": metadata, "outputs": outputs})
    })
}

/// The notebook without what a run may change.
fn lasting(notebook: &Notebook) -> Value {
    let mut root: Value = serde_json::from_str(&notebook.to_text()).expect("JSON");
    for cell in root["cells"].as_array_mut().into_iter().flatten() {
        if let Some(cell) = cell.as_object_mut() {
            cell.shift_remove("outputs");
            cell.shift_remove("execution_count");
        }
    }
    if let Some(metadata) = root["metadata"].as_object_mut() {
        metadata.shift_remove("widgets");
    }
    root
}

#[test]
fn any_bytes_are_read_without_panic() {
    fuzz(vec(any::<u8>(), 0..200), |bytes| {
        let _ = Notebook::parse(&bytes, "a.ipynb");
        Ok(())
    });
}

#[test]
fn any_json_is_read_without_panic() {
    fuzz(any_json(), |json| {
        let _ = Notebook::parse(json.to_string().as_bytes(), "a.ipynb");
        Ok(())
    });
}

#[test]
fn odd_notebooks_run_without_panic_and_keep_what_they_hold() {
    fuzz((vec(cell(), 0..4), any_json()), |(cells, metadata)| {
        let root =
            json!({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5});
        if let Ok(mut notebook) = Notebook::parse(root.to_string().as_bytes(), "a.ipynb") {
            let before = lasting(&notebook);
            run(&mut notebook, &mut Echo::default(), &mut Options::default());
            prop_assert_eq!(lasting(&notebook), before);
        }
        Ok(())
    });
}

/// Code that is Rust, nearly Rust or nothing at all.
fn code() -> impl Strategy<Value = String> {
    let parts = select(vec![
        "let x = 1;\n",
        "fn f() {}\n",
        "x",
        "use a::{self, b as _, *};\n",
        "\"é\n{x:.w$}\"",
        "// c\n",
        ";",
        "{",
        "}",
        "(",
        ")",
        "impl T for S {}\n",
        "%time x\n",
        "%%timeit\n",
        ":dep a = 1\n",
        "println!(\"{x}\")",
        "#![allow(a)]\n",
        "match x { _ => 1 }",
        "/* \n */",
        "r#\"\n\"#",
        "macro_rules! m { () => {} }\n",
        "?",
    ]);
    vec(prop_oneof![9 => parts.prop_map(str::to_owned), 1 => any::<String>()], 0..9)
        .prop_map(|parts| parts.concat())
}

#[test]
fn any_code_is_checked_and_exported_without_panic() {
    fuzz((vec(code(), 0..4), any_json()), |(sources, metadata)| {
        let cell =
            |source: &String| json!({"cell_type": "code", "source": source, "metadata": metadata});
        let cells: Vec<Value> = sources.iter().map(cell).collect();
        let root =
            json!({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5});
        let notebook = Notebook::from_json(root, "a.ipynb").expect("a notebook");
        lint(&notebook);
        to_script(&notebook);
        let _ = Project::new(&notebook, "a.ipynb", "a", &Library::Git("x".into()));
        Ok(())
    });
}
