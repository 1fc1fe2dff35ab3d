//! `candlelab devices`: what the runtime can compute on.

use crate::exit::Exit;
use crate::print;
use crate::session::Session;
use candlelab_notebook::{Notebook, Options};
use serde_json::{Value, json};
use std::env::current_dir;

/// Asks the runtime itself, in a cell.
pub fn run() -> anyhow::Result<Exit> {
    let cell = json!({"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null,
        "source": "%devices"});
    let root = json!({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4});
    let mut notebook = Notebook::from_json(root, "devices")?;
    let mut session = Session::default();
    let engine = session.fresh(&current_dir()?)?;
    let report = candlelab_notebook::run(&mut notebook, engine, &mut Options::default());
    for output in notebook.cells().flat_map(|cell| cell.outputs()) {
        let lines = output["text"].as_array().into_iter().flatten().filter_map(Value::as_str);
        print::line(lines.collect::<String>().trim_end());
    }
    Ok(report.outcome().into())
}
