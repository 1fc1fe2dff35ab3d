//! How far a notebook is, by the outputs of its checks.

use crate::{Lab, Marks};
use candlelab_notebook::Notebook;
use serde_json::Value;

/// The format in which a check says whether it passed.
const MIME: &str = "application/vnd.candlelab.check+json";

/// What a check's outputs say.
#[derive(Clone, Debug, PartialEq)]
pub struct Result {
    /// The check's name.
    pub check: String,
    /// What it gives when passed.
    pub points: f64,
    /// Whether it passed; `None` if it has not been run.
    pub passed: Option<bool>,
    /// What it said.
    pub message: String,
}

/// The results of a lab's checks in a notebook that has been run.
pub fn results(lab: &Lab, notebook: &Notebook) -> Vec<Result> {
    let outputs = |check: &str| {
        let own = |cell| Marks::of(cell).ok().flatten().is_some_and(|it| it.grade_id == check);
        notebook.cells().find(|cell| own(*cell)).map_or(&[][..], |cell| cell.outputs())
    };
    let result = |marks: Marks| {
        let (passed, message) = judge(outputs(&marks.grade_id), &marks.grade_id);
        Result { points: marks.points(), check: marks.grade_id, passed, message }
    };
    lab.checks().map(|(_, marks)| result(marks)).collect()
}

fn judge(outputs: &[Value], check: &str) -> (Option<bool>, String) {
    let error = outputs.iter().find(|output| output["output_type"] == "error");
    if let Some(error) = error {
        let message = error["evalue"].as_str().unwrap_or_default();
        let message = message.strip_prefix(&format!("{check}: ")).unwrap_or(message);
        return (Some(false), message.into());
    }
    let said = outputs.iter().filter_map(|output| text(&output["data"][MIME]));
    let said = said.filter_map(|text| serde_json::from_str::<Value>(&text).ok());
    match said.into_iter().find(|said| said["name"] == check) {
        Some(said) => {
            (Some(said["passed"] == true), said["message"].as_str().unwrap_or_default().into())
        }
        None => (None, String::new()),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(lines) => lines.iter().map(Value::as_str).collect(),
        _ => None,
    }
}
