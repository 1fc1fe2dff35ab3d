//! What `lint` finds, rule by rule, and what it leaves alone.

use candlelab_notebook::{Notebook, Rule, lint};
use serde_json::{Value, json};

/// Code cells with these sources.
fn cells(sources: &[&str]) -> Vec<Value> {
    let cell = |(index, source): (usize, &&str)| {
        json!({"cell_type": "code", "id": format!("c{index}"), "metadata": {}, "outputs": [],
            "execution_count": null, "source": source})
    };
    sources.iter().enumerate().map(cell).collect()
}

/// The problems of a notebook, as `cell rule: message`.
fn problems(cells: &[Value]) -> Vec<String> {
    let root = json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5});
    let notebook = Notebook::from_json(root, "test.ipynb").unwrap();
    lint(&notebook).iter().map(|it| format!("{} {}: {}", it.cell, it.rule, it.message)).collect()
}

#[track_caller]
fn check(sources: &[&str], expected: &[&str]) {
    assert_eq!(problems(&cells(sources)), expected);
}

#[track_caller]
fn clean(sources: &[&str]) {
    check(sources, &[]);
}

/// Problems after `change` of the first of two cells.
#[track_caller]
fn changed(change: impl Fn(&mut Value), expected: &[&str]) {
    let mut cells = cells(&["1 + 1", "2 + 2"]);
    change(&mut cells[0]);
    assert_eq!(problems(&cells), expected);
}

#[test]
fn rules_have_names() {
    for rule in Rule::ALL {
        assert_eq!(rule.name().parse(), Ok(rule));
    }
    assert!("unused".parse::<Rule>().unwrap_err().contains("unused-definition"));
}

#[test]
fn what_is_never_used_is_found() {
    check(&["fn f() {}", "1"], &["1 unused-definition: the function `f` is never used"]);
    check(&["struct S;\n1"], &["1 unused-definition: the struct `S` is never used"]);
    check(&["const N: u8 = 1;"], &["1 unused-definition: the constant `N` is never used"]);
    check(&["let x = 1;"], &["1 unused-definition: the variable `x` is never used"]);
    check(&["use std::rc::Rc;"], &["1 unused-definition: the import `Rc` is never used"]);
    check(&["use std::mem::swap;"], &["1 unused-definition: the import `swap` is never used"]);
    let recursive = "fn f(n: u8) -> u8 { f(n - 1) }";
    check(&[recursive], &["1 unused-definition: the function `f` is never used"]);
}

#[test]
fn what_is_used_somehow_is_left_alone() {
    clean(&["fn f() {}", "f()"]);
    clean(&["let x = 1;\nx"]);
    clean(&["let x = 1;\nlet x = x + 1;", "println!(\"{x}\")"]);
    clean(&["let (a, b) = (1, 2);", "a"]);
    clean(&["fn f() {}", "matches!(1, _ if f())"]);
    clean(&["let w = 3;", "println!(\"{:w$}\", 1)"]);
    clean(&["fn f() {}", "%timeit f()"]);
    clean(&["trait T { fn t(&self) {} }\nimpl T for u8 {}", "1u8.t()"]);
    clean(&["struct S;\nimpl S { fn new() -> Self { S } }"]);
    clean(&["macro_rules! m { () => {} }", "m!();"]);
}

#[test]
fn what_may_serve_without_being_named_is_left_alone() {
    clean(&["use std::io::Read;\nuse std::fmt::Write as _;\nuse std::f64::consts::*;"]);
    clean(&["#[test]\nfn works() {}", "#[unsafe(no_mangle)]\npub extern \"C\" fn f() {}"]);
    clean(&["fn _f() {}\nlet _guard = 1;"]);
    clean(&["#[allow(dead_code)]\nfn f() {}"]);
}

#[test]
fn a_gap_may_need_what_nothing_else_uses() {
    clean(&["fn helper() {}", "fn solve() {\n    // YOUR CODE HERE\n    todo!()\n}"]);
}

#[test]
fn items_of_two_cells_are_found() {
    let expected = "2 duplicate-definition: the function `f` is defined in cell 1 as well";
    check(&["fn f() {}", "fn f() {}\nf()"], &[expected]);
    let expected = "2 duplicate-definition: the struct `S` is defined in cell 1 as well";
    check(&["struct S;", "struct S;\nS;"], &[expected]);
}

#[test]
fn shadowing_is_fine() {
    clean(&["let x = 1;", "let x = x + 1;", "x"]);
    clean(&["use std::rc::Rc;\nRc::new(1)", "use std::rc::Rc;"]);
}

#[test]
fn what_only_a_later_cell_defines_is_found() {
    let expected = "1 used-before-definition: `x` is used here, but defined in cell 2";
    check(&["x + 1", "let x = 1;"], &[expected]);
    check(&["println!(\"{x}\")", "let x = 1;"], &[expected]);
    let expected = "1 used-before-definition: `S` is used here, but defined in cell 2";
    check(&["fn f(s: S) {}\nf(S {})", "struct S {}"], &[expected]);
}

#[test]
fn names_of_one_word_but_another_thing_are_left_alone() {
    clean(&["[1].iter().map(|x| x + 1).sum::<i32>()", "let x = 1;", "x"]);
    clean(&["a::x(); b.x(); b.x;", "let x = 1;", "x"]);
    clean(&["vec![1]", "let vec = 1;", "vec"]);
    clean(&["softmax(1, 2)", "fn softmax() {}", "softmax()"]);
    clean(&[
        "let y: Result<u8, ()> = Ok(1); y",
        "type Result<T> = Option<T>;",
        "let z: Result<u8>; z",
    ]);
}

#[test]
fn a_cell_that_is_no_rust_hides_nothing_else() {
    let syntax = "1 syntax: line 2: unexpected end of input, expected an expression";
    let unused = "2 unused-definition: the variable `y` is never used";
    check(&["let x = 1;\nlet a =", "let y = x;", "let x = 2;"], &[syntax, unused]);
}

#[test]
fn magics_are_no_syntax_errors() {
    clean(&["%%time\n1", ":dep rand = \"0.9\"\n%vars\n!ls\n?Vec", "%%other\n1 +"]);
}

#[test]
fn counts_go_up_from_one() {
    let count = |count: Value| move |cell: &mut Value| cell["execution_count"] = count.clone();
    let expected = "1 execution-order: its count is 2, not 1: restart and run all cells";
    changed(count(json!(2)), &[expected, "1 committed-outputs: it has a count"]);
    changed(count(json!(1)), &["1 committed-outputs: it has a count"]);
    changed(count(json!("x")), &[]);
}

#[test]
fn outputs_without_a_run_are_stale() {
    let output = json!([{"output_type": "stream", "name": "stdout", "text": "a"}]);
    let has = "1 committed-outputs: it has outputs";
    let expected = "1 stale-output: it has outputs, but was not run";
    changed(|cell| cell["outputs"] = output.clone(), &[expected, has]);
    let emptied = |cell: &mut Value| {
        cell["outputs"] = output.clone();
        cell["source"] = " ".into();
        cell["execution_count"] = 1.into();
    };
    changed(emptied, &["1 stale-output: it was run and is empty now", has]);
}

#[test]
fn ids_are_there_once_and_well_formed() {
    let id = |id: &'static str| move |cell: &mut Value| cell["id"] = id.into();
    changed(id("c1"), &["2 duplicate-id: cell 1 has the ID `c1` as well"]);
    changed(id("a b"), &["1 bad-id: `a b` is no ID: 1 to 64 letters, digits, `-` and `_`"]);
    let none = |cell: &mut Value| drop(cell.as_object_mut().unwrap().shift_remove("id"));
    changed(none, &["1 missing-id: it has no ID, which format 4.5 asks for"]);
}

/// A cell with a region, beside a stub or not.
fn region(stub: &str) -> Vec<String> {
    let mut cells = cells(&["// BEGIN HIDDEN TESTS\n1;\n// END HIDDEN TESTS", stub]);
    cells[1]["metadata"] = json!({"nbgrader": {"solution": true}});
    problems(&cells)
}

#[test]
fn solutions_do_not_leave_their_author() {
    let leak = "1 solution-leak: a student version has no `BEGIN HIDDEN TESTS`";
    assert_eq!(region("todo!()"), [leak]);
    assert!(region("// BEGIN SOLUTION\n1\n// END SOLUTION").is_empty());
    let open = "1 solution-leak: `END SOLUTION` has no `BEGIN SOLUTION`";
    check(&["1\n// END SOLUTION"], &[open]);
}

#[test]
fn paths_of_one_machine_are_found_in_code() {
    let expected = "1 absolute-path: `/home/me/a.csv` is a path of one machine";
    check(&["read(\"/home/me/a.csv\")"], &[expected]);
    clean(&["read(\"data/a.csv\")"]);
}
