//! What a student gets back: a page without scripts.

use crate::{Grade, Lab};
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde::Serialize;

#[derive(Serialize)]
struct Line<'a> {
    check: &'a str,
    points: f64,
    max: f64,
    message: &'a str,
    yours: Option<&'a str>,
    hint: Option<String>,
}

/// The page for a grade: points by check, what was expected of the idea, and a question that helps.
pub fn feedback(lab: &Lab, grade: &Grade) -> String {
    let mut templates = Environment::new();
    let text = include_str!("feedback.html");
    templates.add_template("feedback.html", text).expect("the template is valid");
    let lines: Vec<Line> = grade
        .verdicts
        .iter()
        .map(|it| Line {
            check: &it.check,
            points: it.points,
            max: it.max,
            message: &it.message,
            yours: it.yours.as_deref(),
            hint: if it.points < it.max { hint(lab, &it.check) } else { None },
        })
        .collect();
    let lines = Value::from(Serde(lines));
    let (points, max) = (grade.points(), grade.max());
    let (title, student, notes) = (&lab.about.title, &grade.student, &grade.notes);
    let page = templates.get_template("feedback.html").expect("added above");
    let values = context! { title, lab => &lab.about.lab, student, points, max, lines, notes,
    graded_at => &grade.graded_at };
    page.render(values).expect("the template fits its values")
}

/// The first question of the hint of a check's exercise.
fn hint(lab: &Lab, check: &str) -> Option<String> {
    let exercise = lab.exercises.iter().find(|it| it.checks.iter().any(|own| own == check))?;
    exercise.hint.first().cloned()
}
