//! The student version of a lab.

use crate::{Error, Lab, Marks};
use candlelab_notebook::{Cell, Kind, Notebook, Region};
use serde_json::{Map, Value, json};

/// What stands in place of a solution.
pub(crate) const CODE_STUB: &str = "// YOUR CODE HERE\ntodo!()";
const TEXT_STUB: &str = "YOUR ANSWER HERE";

/// The student version: stubs instead of solutions, no hidden tests or mark schemes, no outputs,
/// cells locked that are not for students, and new checksums. It is what nbgrader's
/// `generate_assignment` makes with this stub.
///
/// # Errors
/// If a region is not whole, or stands in a cell of the wrong kind.
pub fn release(lab: &Lab) -> Result<Notebook, Error> {
    let mut root = lab.notebook.json().clone();
    let cells: Result<Vec<Value>, Error> = lab
        .notebook
        .cells()
        .zip(root["cells"].as_array().into_iter().flatten())
        .map(|(cell, json)| student_cell(lab, cell, json))
        .collect();
    root["cells"] = Value::Array(cells?);
    Ok(Notebook::from_json(root, &lab.path)?)
}

fn student_cell(lab: &Lab, cell: Cell, json: &Value) -> Result<Value, Error> {
    let name = cell.id().unwrap_or("?");
    let wrong = |problem: String| Error::cell(&lab.path, name, problem);
    let marks = Marks::of(cell).map_err(wrong)?;
    let source = student_source(cell, marks.as_ref()).map_err(wrong)?;
    let mut json = json.clone();
    if cell.kind() == Kind::Code {
        json["outputs"] = json!([]);
        json["execution_count"] = Value::Null;
    }
    if let Some(marks) = marks {
        let mut metadata = cell.metadata().as_object().cloned().unwrap_or_default();
        metadata.insert("deletable".into(), json!(false));
        if !marks.solution {
            metadata.insert("editable".into(), json!(false));
        }
        metadata.insert("nbgrader".into(), marks.sealed(&source, cell.kind()));
        json["metadata"] = Value::Object(sorted(metadata));
    }
    json["source"] = source.split_inclusive('\n').collect();
    Ok(json)
}

fn student_source(cell: Cell, marks: Option<&Marks>) -> Result<String, String> {
    let is = |of: fn(&Marks) -> bool| marks.is_some_and(of);
    let code = cell.kind() == Kind::Code;
    let stub = if code { CODE_STUB } else { TEXT_STUB };
    let mut source = cell.source();
    let regions = [
        (Region::Solution, stub, is(|marks| marks.solution), "solution"),
        (Region::HiddenTests, "", is(|marks| marks.grade), "graded"),
        (Region::MarkScheme, "", is(|marks| marks.task), "task"),
    ];
    for (region, stub, belongs, kind) in regions {
        match region.replace(&source, stub)? {
            Some(_) if !belongs => {
                return Err(format!("a region of {region:?} belongs in a {kind} cell"));
            }
            Some(replaced) => source = replaced,
            None if belongs && region == Region::Solution => source = stub.into(),
            None => {}
        }
    }
    Ok(source)
}

fn sorted(map: Map<String, Value>) -> Map<String, Value> {
    let mut entries: Vec<_> = map.into_iter().collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    entries.into_iter().collect()
}
