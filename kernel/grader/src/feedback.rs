//! What a student gets back: a page without scripts.

mod outputs;

pub use outputs::{Shown, outputs};

use crate::{Grade, Lab, Score, Verdict, VerdictKind};
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde::Serialize;

/// What a page is made of.
pub struct Page<'a> {
    /// The lab.
    pub lab: &'a Lab,
    /// The grade, with the marks that people gave.
    pub grade: &'a Grade,
    /// What it comes to.
    pub score: &'a Score,
    /// What the student's cells showed when they were handed in.
    pub outputs: Vec<Shown>,
    /// Whether a page may speak of hidden tests.
    pub publish_hidden: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    check: &'a str,
    points: f64,
    max: f64,
    is_waiting: bool,
    message: &'a str,
    yours: Option<&'a str>,
    hint: Option<String>,
}

/// The page for a grade: points by check, what was expected of the idea, and a question that helps.
pub fn feedback(page: &Page) -> String {
    let Page { lab, grade, score, outputs, publish_hidden } = page;
    let mut templates = Environment::new();
    let text = include_str!("feedback.html");
    templates.add_template("feedback.html", text).expect("the template is valid");
    let line = |it| {
        let (message, yours) = shown(it, *publish_hidden);
        let Verdict { check, points, max, kind, .. } = it;
        let is_waiting = *kind == VerdictKind::Waiting;
        let hint = if !is_waiting && points < max { hint(lab, check) } else { None };
        Line { check, points: *points, max: *max, is_waiting, message, yours, hint }
    };
    let lines: Vec<Line> = grade.verdicts.iter().map(line).collect();
    let (lines, outputs) = (Value::from(Serde(lines)), Value::from(Serde(outputs)));
    let notes: Vec<String> = grade.notes.iter().chain(&score.notes).cloned().collect();
    let (points, max, waiting) = (score.points, score.max, score.waiting);
    let (title, student, lateness) = (&lab.about.title, &grade.student, lateness(score));
    let page = templates.get_template("feedback.html").expect("added above");
    let values = context! { title, lab => &lab.about.lab, student, points, max, waiting, lateness,
    lines, outputs, notes, submitted_at => &grade.submitted_at, graded_at => &grade.graded_at };
    page.render(values).expect("the template fits its values")
}

/// What a student may know of a verdict: its message, and what their code gave.
fn shown(verdict: &Verdict, publish_hidden: bool) -> (&str, Option<&str>) {
    let has_own = verdict.kind == VerdictKind::Automatic && verdict.points < verdict.max;
    match verdict.hidden && !publish_hidden {
        true => ("a hidden test does not hold", None),
        false => (&verdict.message, verdict.yours.as_deref().filter(|_| has_own)),
    }
}

/// The same as text.
pub(crate) fn line(verdict: &Verdict, publish_hidden: bool) -> String {
    let (message, yours) = shown(verdict, publish_hidden);
    yours.map_or_else(|| message.to_owned(), |yours| format!("{message}\nyours: {yours}"))
}

/// How late it was and what that costs.
pub(crate) fn lateness(score: &Score) -> Option<String> {
    let late = score.late.as_ref()?;
    Some(format!("handed in {late} late: {} points less", score.penalty))
}

/// The first question of the hint of a check's exercise.
fn hint(lab: &Lab, check: &str) -> Option<String> {
    let exercise = lab.exercises.iter().find(|it| it.checks.iter().any(|own| own == check))?;
    exercise.hint.first().cloned()
}
