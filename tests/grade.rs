//! Grading: fair to damaged work, and safe from what is meant to break it.

mod accidents;
mod attacks;
mod autograder;
mod book;
mod course;
mod labs;
mod sandbox;
mod shards;

use course::Course;

#[test]
fn a_solution_gets_all_points_and_a_stub_none() {
    let course = Course::new();
    course.hand_in("ada", |answers| answers);
    course.hand_in("bob", |mut answers| {
        answers.square = "fn square(x: f64) -> f64 {\n    todo!()\n}".into();
        answers
    });
    let graded = course.grade("").ends_with(0);
    graded.gives("ada", [2.0, 1.0]).gives("bob", [0.0, 1.0]);
    graded
        .says("bob", "this or an earlier exercise is still to be written, at `// YOUR CODE HERE`");
    let page = graded.page("bob");
    assert!(page.contains("<b>1.0</b> of 3.0 points"), "{page}");
    assert!(page.contains("What is the area of a square?"), "{page}");
    let table = graded.table();
    assert!(table.contains("00-attacks,,20"), "{table}");
    assert!(table.contains(",ada,,,,3.0,0.0,3.0,3.0\n"), "{table}");
}

#[test]
#[ignore = "slow"]
fn what_is_right_is_right_however_it_is_written() {
    let course = Course::new();
    course.hand_in("noisy", |mut answers| {
        answers.square = "fn square(x: f64) -> f64 {\n    eprintln!(\"x is {x}\");\n    \
                          print!(\"no line end\");\n    x.powi(2)\n}"
            .into();
        answers
    });
    course.hand_in("table", |mut answers| {
        // Right where the visible test looks, and nowhere else.
        answers.square = "fn square(x: f64) -> f64 { if x == 3.0 { 9.0 } else { 0.0 } }".into();
        answers
    });
    course.hand_in("broken", |mut answers| {
        answers.square = "fn square(x: f64) -> f64 { x *".into();
        answers
    });
    course.hand_in("nan", |mut answers| {
        answers.square = "fn square(_: f64) -> f64 { f64::NAN }".into();
        answers
    });
    let graded = course.grade("").ends_with(0);
    graded.gives("noisy", [2.0, 1.0]).gives("table", [0.0, 1.0]);
    graded.gives("broken", [0.0, 1.0]).gives("nan", [0.0, 1.0]);
    graded.says("table", "a square is the number times itself, whatever its sign");
}

#[test]
fn damaged_work_harms_nobody_else() {
    let course = Course::new();
    course.hand_in("ada", |answers| answers);
    course.write("cut", &course.notebook("ada")[..900]);
    course.write("nothing", "");
    course.write("deep", &"[".repeat(200_000));
    course.write("other", r#"{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#);
    course.link("eve", "ada");
    let graded = course.grade("").ends_with(7);
    graded.gives("ada", [2.0, 1.0]).gives("other", [0.0, 0.0]);
    assert_eq!(graded.students(), ["ada", "cut", "other"]);
    for said in ["deep/00-attacks was not graded", "nothing/00-attacks was not graded"] {
        assert!(graded.text.contains(said), "{said} is not in:\n{}", graded.text);
    }
    assert!(graded.text.contains("the notebook is no plain file"), "{}", graded.text);
}

#[test]
#[ignore = "slow"]
fn a_later_run_goes_on_and_a_new_notebook_is_graded_again() {
    let course = Course::new();
    course.hand_in("ada", |answers| answers);
    course.grade("").ends_with(0);
    course.hand_in("bob", |answers| answers);
    let second = course.grade("").ends_with(0);
    assert!(second.text.contains("1 graded now, 2 grades"), "{}", second.text);
    let third = course.grade("").ends_with(0);
    assert!(third.text.contains("0 graded now, 2 grades"), "{}", third.text);
    course.hand_in("ada", |mut answers| {
        answers.double = "fn double(x: f64) -> f64 { x }".into();
        answers
    });
    course.grade("").ends_with(0).gives("ada", [2.0, 0.0]);
}

#[test]
#[ignore = "slow"]
fn a_broken_lab_harms_no_other() {
    let course = Course::new();
    course.hand_in("ada", |answers| answers);
    course.add_broken_lab();
    let graded = course.grade("").ends_with(7);
    graded.gives("ada", [2.0, 1.0]);
    assert!(
        graded.text.contains("ada/01-broken was not graded: its lab is broken"),
        "{}",
        graded.text
    );
}

#[test]
fn a_damaged_gradebook_is_left_alone() {
    let course = Course::new();
    course.hand_in("ada", |answers| answers);
    std::fs::create_dir(course.path("grades")).unwrap();
    std::fs::write(course.path("grades/gradebook.db"), "ada;3 points\n".repeat(500)).unwrap();
    let graded = course.grade("").ends_with(2);
    assert!(graded.text.contains("is no gradebook: it is no database"), "{}", graded.text);
    let kept = std::fs::read_to_string(course.path("grades/gradebook.db")).unwrap();
    assert_eq!(kept, "ada;3 points\n".repeat(500));
}
