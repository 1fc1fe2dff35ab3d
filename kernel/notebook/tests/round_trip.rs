//! What is read and written again is the same, byte for byte where Python's `nbformat` wrote it.

use candlelab_notebook::Notebook;
use serde_json::{Value, json};

#[track_caller]
fn same(text: &str) {
    assert_eq!(Notebook::parse(text.as_bytes(), "test.ipynb").unwrap().to_text(), text);
}

#[test]
fn a_file_of_nbformat_comes_out_unchanged() {
    same(include_str!("../../../tests/fixtures/rich.ipynb"));
    same(include_str!("../../../tests/fixtures/passes.ipynb"));
}

#[test]
fn unknown_keys_and_their_order_are_kept() {
    same(concat!(
        "{\n \"zeta\": [\n  1\n ],\n \"nbformat_minor\": 0,\n \"nbformat\": 4,\n \"cells\": [\n",
        "  {\n   \"source\": \"a string\\nof two lines\",\n   \"kind\": {},\n",
        "   \"cell_type\": \"heading\"\n  }\n ],\n \"metadata\": {}\n}\n",
    ));
}

#[test]
fn floats_keep_their_last_digit() {
    same("{\n \"cells\": [],\n \"loss\": 2.007963587069561e-11,\n \"nbformat\": 4\n}\n");
}

#[test]
fn every_minor_version_is_read() {
    for minor in 0..=6 {
        let root = json!({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": minor});
        let notebook = Notebook::parse(root.to_string().as_bytes(), "test.ipynb").unwrap();
        assert_eq!(serde_json::from_str::<Value>(&notebook.to_text()).unwrap(), root);
    }
}
