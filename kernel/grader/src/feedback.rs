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

/// What a student may know of a verdict, as text.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;
    use crate::gradebook::tests::{grade, verdict};
    use crate::submissions::tests::lab;

    fn page(change: impl FnOnce(&mut Vec<Verdict>), publish_hidden: bool) -> String {
        let (lab, mut grade) = (lab("01-lines"), grade("<script>eve</script>", 2.0));
        change(&mut grade.verdicts);
        let score = &crate::score(&grade, &Policy::default());
        let outputs = vec![Shown {
            cell: "\"><b>".into(),
            text: "</pre><script>".into(),
            pictures: vec!["iVBORw0KGgo=".into()],
        }];
        feedback(&Page { lab: &lab, grade: &grade, score, outputs, publish_hidden })
    }

    #[test]
    fn nothing_on_a_page_is_more_than_text() {
        let page = page(|verdicts| verdicts[1].message = "<img onerror=x>".into(), false);
        assert!(page.contains("&lt;img onerror=x&gt;") && page.contains("<code>3.5</code>"));
        let tags = ["<script", "<img onerror", "of \"><b>", "<h3>\"><b>"];
        assert!(tags.iter().all(|tag| !page.contains(tag)), "{page}");
        assert!(page.contains("default-src 'none'"), "{page}");
    }

    #[test]
    fn a_hidden_test_says_nothing_until_it_is_published() {
        let hide = |verdicts: &mut Vec<Verdict>| {
            verdicts[1] = Verdict {
                message: "areas below the axis".into(),
                yours: Some("-7.25".into()),
                hidden: true,
                ..verdict("area-check", 0.0)
            };
        };
        let (before, after) = (page(hide, false), page(hide, true));
        for told in ["areas below the axis", "-7.25"] {
            assert!(!before.contains(told) && after.contains(told), "{told}");
        }
        assert!(before.contains("a hidden test does not hold"));
    }

    #[test]
    fn what_waits_is_neither_right_nor_wrong() {
        let page = page(
            |verdicts| {
                verdicts[1].kind = VerdictKind::Waiting;
                verdicts[1].yours = Some("my answer".into());
            },
            false,
        );
        assert!(page.contains("1 answer waits for a person"), "{page}");
        assert!(page.contains("… area-check") && !page.contains("my answer"), "{page}");
    }
}
