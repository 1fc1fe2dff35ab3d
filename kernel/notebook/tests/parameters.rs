//! Notebooks are given values.

use candlelab_notebook::Notebook;
use candlelab_notebook::parameters::{Given, ParameterError, grid, parameters};
use serde_json::{Value, json};

fn notebook(source: &str) -> Notebook {
    let cell = |tags: Value, source: &str| {
        json!({"cell_type": "code", "id": tags[0].as_str().unwrap_or("other"), "outputs": [],
            "metadata": {"tags": tags}, "execution_count": null, "source": source})
    };
    let cells = [cell(json!([]), "use x;"), cell(json!(["parameters"]), source)];
    let root = json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5});
    Notebook::from_json(root, "a.ipynb").unwrap()
}

/// Name, type, default and comment of each parameter.
#[track_caller]
fn declares(source: &str, expected: &[[&str; 4]]) {
    let found = parameters(&notebook(source)).unwrap();
    let found: Vec<_> =
        found.iter().map(|it| [&*it.name, &*it.type_name, &*it.default, &*it.comment]).collect();
    assert_eq!(found, expected);
}

#[test]
fn types_are_stated_or_plain_from_the_value() {
    declares("let lr: f64 = 0.1; // learning rate", &[["lr", "f64", "0.1", "learning rate"]]);
    declares("let lr = -1e-3f32;", &[["lr", "f32", "-1e-3f32", ""]]);
    declares(
        "// rounds\n// of training\nlet mut n = 5;",
        &[["n", "i32", "5", "rounds of training"]],
    );
    declares("const N: usize = 4;", &[["N", "usize", "4", ""]]);
    declares(
        "let name = \"ä\"; let all = vec![1.0, 2.0];\nlet at = [1u8; 2].len();",
        &[
            ["name", "&str", "\"ä\"", ""],
            ["all", "Vec<f64>", "vec![1.0, 2.0]", ""],
            ["at", "", "[1u8; 2].len()", ""],
        ],
    );
    declares(
        "%time\nlet a = String::from(\"x\");\nlet b: Option<u32> = None; let (c, d) = (1, 2);",
        &[["a", "String", "String::from(\"x\")", ""], ["b", "Option<u32>", "None", ""]],
    );
}

fn given(values: &[&str]) -> Given {
    let mut given = Given::default();
    values.iter().for_each(|value| given.set(value).unwrap());
    given
}

/// The injected cell after these values.
fn injected(source: &str, values: &[&str]) -> Result<String, ParameterError> {
    let mut notebook = notebook(source);
    let parameters = parameters(&notebook)?;
    let all = grid(&given(values), &parameters)?;
    assert_eq!(all.len(), 1);
    notebook.inject(&all[0], &parameters);
    let cell = notebook.cells().nth(2).unwrap();
    assert!(cell.has_tag("injected-parameters"));
    Ok(cell.source())
}

#[track_caller]
fn gives(source: &str, value: &str, expected: &str) {
    assert_eq!(injected(source, &[value]).unwrap(), format!("// Parameters\n{expected}"));
}

#[test]
fn values_are_written_in_the_parameters_type() {
    gives("let lr: f64 = 0.1;", "lr=1", "let lr: f64 = 1.0;");
    gives("let lr = 0.1f32;", "lr=1e-3", "let lr = 0.001f32;");
    gives("let n = 5;", "n=7", "let n = 7;");
    gives("let mut n: u8 = 5;", "n=255", "let mut n: u8 = 255;");
    gives("const N: usize = 4;", "N=5", "const N: usize = 5;");
    gives("let on = false;", "on=true", "let on = true;");
    gives("let s = \"a\";", "s=5", "let s = \"5\";");
    gives("let s = \"a\";", "s=\"x, \\\"y\\\"\"", "let s = \"x, \\\"y\\\"\";");
    gives("let s: String = String::new();", "s=a b", "let s: String = String::from(\"a b\");");
    gives("let v = vec![1.0];", "v=[1, 2.5]", "let v = vec![1.0, 2.5];");
    gives("let v = vec![1.0f32];", "v=[2.5]", "let v: Vec<f32> = vec![2.5];");
    gives("let v = [1u8, 2];", "v=[3, 4]", "let v: [u8; 2] = [3, 4];");
    gives("let o = Some(1i64);", "o=none", "let o: Option<i64> = None;");
    gives("let v: [u8; 2] = [1, 2];", "v=[3, 4]", "let v: [u8; 2] = [3, 4];");
    gives("let o: Option<i64> = None;", "o=3", "let o: Option<i64> = Some(3);");
    gives("let o: Option<i64> = Some(1);", "o=none", "let o: Option<i64> = None;");
    gives("let c = 'a';", "c=ß", "let c = 'ß';");
}

#[track_caller]
fn refuses(source: &str, value: &str, expected: &str) {
    assert_eq!(injected(source, &[value]).unwrap_err().to_string(), expected);
}

#[test]
fn what_does_not_fit_is_refused_with_both_sides() {
    refuses(
        "let n: usize = 1;",
        "n=-1",
        "parameter `n` is a usize, but was given `-1`: it must be a whole number that fits `usize`",
    );
    refuses(
        "let n: u8 = 1;",
        "n=1.5",
        "parameter `n` is a u8, but was given `1.5`: it must be a whole number that fits `u8`",
    );
    refuses(
        "let x = 1.0;",
        "x=fast",
        "parameter `x` is a f64, but was given `fast`: it must be a number",
    );
    refuses(
        "let v: [u8; 2] = [1, 2];",
        "v=[1]",
        "parameter `v` is a [u8; 2], but was given `[1]`: it must have 2 values, and has 1",
    );
    refuses(
        "let m: HashMap<u8, u8> = HashMap::new();",
        "m={}",
        "parameter `m` is a HashMap<u8, u8>, but was given `{}`: values of this type cannot be given",
    );
    refuses("let a = ;", "a=1", "the parameters' cell cannot be read: expected an expression");
}

#[test]
fn unknown_names_get_a_suggestion() {
    let error = injected("let epochs = 1;", &["epoch=2"]).unwrap_err();
    assert_eq!(error.to_string(), "there is no parameter `epoch`");
    assert_eq!(error.hint(), "did you mean `epochs`?");
}

#[test]
fn a_sweep_is_a_grid() {
    let parameters = parameters(&notebook("let lr = 0.1; let n = 1; let s = 2;")).unwrap();
    let all = grid(&given(&["lr=0.1,0.01", "n=1,2", "s=3"]), &parameters).unwrap();
    let labels: Vec<_> = all.iter().map(|it| it.label()).collect();
    assert_eq!(labels, ["lr=0.1,n=1", "lr=0.1,n=2", "lr=0.01,n=1", "lr=0.01,n=2"]);
    assert_eq!(Value::Object(all[3].values().clone()), json!({"lr": 0.01, "n": 2, "s": 3}));
}

#[test]
fn files_give_values_and_the_command_line_goes_before_them() {
    let mut given = Given::default();
    given.read("lr: 0.5\nn: 3\n", "a.yaml").unwrap();
    given.set("n=4").unwrap();
    let parameters = parameters(&notebook("let lr = 0.1; let n = 1;")).unwrap();
    let all = grid(&given, &parameters).unwrap();
    assert_eq!(Value::Object(all[0].values().clone()), json!({"lr": 0.5, "n": 4}));
    assert!(given.read("- 1", "b.yaml").is_err());
}

#[test]
fn a_second_injection_replaces_the_first() {
    let mut notebook = notebook("let n = 1;");
    let parameters = parameters(&notebook).unwrap();
    for value in ["n=2", "n=3"] {
        notebook.inject(&grid(&given(&[value]), &parameters).unwrap()[0], &parameters);
    }
    let sources: Vec<_> = notebook.cells().map(|cell| cell.source()).collect();
    assert_eq!(sources, ["use x;", "let n = 1;", "// Parameters\nlet n = 3;"]);
    assert_eq!(notebook.metadata()["papermill"]["parameters"], json!({"n": 3}));
    assert_eq!(notebook.metadata()["papermill"]["default_parameters"], json!({"n": "1"}));
}
