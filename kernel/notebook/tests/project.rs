//! Notebooks as programs: what they look like, and that they build and print the same.

use candlelab_notebook::{Library, Notebook, Project};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

fn project(cells: &[Value]) -> Result<Project, String> {
    let root = json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4});
    let notebook = Notebook::from_json(root, "a.ipynb").unwrap();
    let library = Library::Git("https://example.org/candlelab".into());
    let project = Project::new(&notebook, "/labs/a.ipynb", "demo", &library);
    project.map_err(|error| error.to_string())
}

fn cells(sources: &[&str]) -> Vec<Value> {
    let cell = |source: &&str| json!({"cell_type": "code", "metadata": {}, "source": source});
    sources.iter().map(cell).collect()
}

/// One file of the project that cells make.
#[track_caller]
fn file(name: &str, sources: &[&str]) -> String {
    let files = project(&cells(sources)).unwrap().files;
    files.into_iter().find(|(own, _)| *own == name).unwrap().1
}

#[track_caller]
fn holds(name: &str, sources: &[&str], expected: &str) {
    let text = file(name, sources);
    assert!(text.contains(expected), "{text}");
}

#[test]
fn items_stand_before_main_and_statements_in_it() {
    let text = file("src/main.rs", &["// one\nlet x = 1; // of it\nfn f() {}\n// two\nf();", "x"]);
    let expected = "//! The notebook `a.ipynb` as a program.\n\n#![allow(unused)]\n\n\
        #[macro_use]\nmod show_value;\n\nfn f() {}\n\n\
        fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {\n    \
        // cell 1\n    // one\n    let x = 1; // of it\n    // two\n    f();\n\n    \
        // cell 2\n    show_value!(x);\n\n    Ok(())\n}\n";
    assert_eq!(text, expected);
}

#[test]
fn the_last_definition_stands() {
    let sources = ["use a::B;\nfn f() {}", "use a::B;", "fn f() { 1; }"];
    let expected = "use a::B;\n\n\
        // note: this takes the place of what cell 1 defines\nfn f() { 1; }\n\nfn main()";
    holds("src/main.rs", &sources, expected);
    let sources =
        ["struct S; impl S { fn f() {} }", "impl S { fn g() {} }", "impl S { fn f() {} }"];
    let expected = "struct S;\n\nimpl S { fn g() {} }\n\n// note: ";
    holds("src/main.rs", &sources, expected);
}

#[test]
fn literals_of_several_lines_stay_as_they_are() {
    holds(
        "src/main.rs",
        &["let text = \"a\nb\";\nif true {\n    f()\n}"],
        "    let text = \"a\nb\";\n",
    );
}

#[test]
fn magics_become_comments_and_crates() {
    let sources = [
        "%dep a = \"1\"\n:dep b\n%vars\n1",
        ":dep a = { version = \"2\" }\n:dep c = { path = \"x\" }",
    ];
    holds("src/main.rs", &sources, "    // %vars\n");
    let expected =
        "[dependencies]\na = { version = \"2\" }\nb = \"*\"\nc = { path = \"/labs/x\" }\n";
    holds("Cargo.toml", &sources, expected);
    let error = project(&cells(&["1", ":dep a = 1 2"])).unwrap_err();
    assert_eq!(error, "`/labs/a.ipynb` cannot be a program: cell 2: `:dep a = 1 2` is not TOML");
}

#[test]
fn the_library_is_there_where_it_is_named() {
    let git = "candlelab = { git = \"https://example.org/candlelab\" }";
    for source in
        ["seed(1)", "let device = device()?;", "candlelab::host::display(&1);", "x as DType"]
    {
        holds("Cargo.toml", &[source], git);
        holds("src/main.rs", &[source], "use candlelab::prelude::*;\n");
    }
    for source in ["let seed = 1;\nseed", "fn f() -> Result<u8, ()> { Ok(1) }", "x.softmax()"] {
        assert!(!file("Cargo.toml", &[source]).contains("candlelab"), "{source}");
    }
}

#[test]
fn cells_that_are_not_run_are_left_out() {
    let mut cells = cells(&["no rust", "1"]);
    cells[0]["metadata"]["tags"] = json!(["skip-execution"]);
    let (_, program) = project(&cells).unwrap().files.remove(1);
    assert!(program.contains("// cell 1 is left out for its tag `skip-execution`\n"), "{program}");
}

#[test]
fn what_cannot_be_a_program_is_said() {
    let error = project(&cells(&["let x ="])).unwrap_err();
    assert!(error.contains("cell 1: line 1: unexpected end of input"), "{error}");
    let error = project(&cells(&["fn main() {}"])).unwrap_err();
    assert!(error.contains("it defines `main`"), "{error}");
}

fn run(folder: &Path) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--offline"]).current_dir(folder);
    let output = cargo.env("CARGO_TARGET_DIR", folder.join("target")).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_program_prints_what_the_notebook_shows() {
    let sources = [
        "use std::collections::HashMap;\n#[derive(Debug)]\nstruct P { x: i32 }\nstruct Q;",
        "let p = P { x: \"7\".parse()? };\np",
        "let p = P { x: p.x + 1 };\nprintln!(\"{}\", p.x)",
        "use std::collections::HashMap;\nlet mut m = HashMap::new();\nm.insert(1, \"a\nb\");\nm.len()",
        "%time m[&1]",
        "Q",
        "vec![1]",
        "for _ in 0..0 {}",
        "%%timeit\nlet m = 1;",
        "if p.x > 7 { Some(m.len()) } else { None } // so",
    ];
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("demo");
    project(&cells(&sources)).unwrap().save(&folder).unwrap();
    let expected = "P { x: 7 }\n8\n1\n\"a\\nb\"\n[a value of type demo::Q]\n[1]\nSome(1)\n";
    assert_eq!(run(&folder), expected);
}
