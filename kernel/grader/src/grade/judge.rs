//! Compares the two halves of a check.

use super::Told;
use super::alike::alike;
use super::hidden::unmarked;
use serde::Serialize;
use serde_json::Value;

/// What a check came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// The check's name.
    pub check: String,
    /// The points it gives.
    pub points: f64,
    /// The points it could give.
    pub max: f64,
    /// For the student: what has been achieved, or the idea that does not hold.
    pub message: String,
    /// What the student's code gave where an idea does not hold; their text, where a person marks.
    pub yours: Option<String>,
    /// Whether a hidden test says so, whose idea and values students do not get to see.
    pub hidden: bool,
    /// Who gives the points.
    pub kind: VerdictKind,
}

/// Who gives a verdict's points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum VerdictKind {
    /// A check.
    #[default]
    Automatic,
    /// A person, who has not yet.
    Waiting,
    /// A person.
    Manual,
}

/// Judges a check by what the student's process and the lab's told of it; `error` is that of the
/// check's cell, if it has one.
pub fn judge(
    check: &str,
    max: f64,
    student: &[Told],
    lab: &[Told],
    error: Option<&str>,
) -> Verdict {
    let of =
        |told: &[Told]| told.iter().filter(|it| it.check == check).cloned().collect::<Vec<_>>();
    let outcome = match (&of(student)[..], &of(lab)[..]) {
        (_, [] | [_, _, ..]) => Err(Fault::of("the lab's own check did not run")),
        ([], _) => {
            let why = error.and_then(|error| error.lines().next()).unwrap_or("it was not reached");
            Err(Fault::of(format!("the check did not run: {why}")))
        }
        ([told], [expected]) => compare(told, expected),
        _ => Err(Fault::of("the check told its results more than once")),
    };
    let (points, Fault { message, yours, hidden }) = match outcome {
        Ok(message) => (max, Fault::of(message)),
        Err(fault) => (0.0, fault),
    };
    let kind = VerdictKind::Automatic;
    Verdict { check: check.into(), points, max, message, yours, hidden, kind }
}

/// Why a check gives nothing.
struct Fault {
    message: String,
    yours: Option<String>,
    hidden: bool,
}

impl Fault {
    fn of(message: impl Into<String>) -> Self {
        Self { message: message.into(), yours: None, hidden: false }
    }
}

fn compare(told: &Told, expected: &Told) -> Result<String, Fault> {
    let idea = |note: &Value| {
        let (idea, hidden) = unmarked(note["idea"].as_str().unwrap_or_default());
        (idea.to_owned(), hidden)
    };
    for (actual, expected) in told.notes.iter().zip(&expected.notes) {
        if !holds(actual, expected) {
            let (message, hidden) = idea(expected);
            return Err(Fault { message, yours: yours(&actual["actual"]), hidden });
        }
    }
    let (own, all) = (told.notes.len(), expected.notes.len());
    if let Some(error) = &told.error {
        // It came while the next comparison was computed, and may speak of its numbers.
        let next = expected.notes.get(own).or(expected.notes.last());
        return Err(Fault { hidden: next.is_some_and(|it| idea(it).1), ..Fault::of(error) });
    }
    if own != all {
        return Err(Fault::of(format!("the check made {own} comparisons, not {all}")));
    }
    Ok(told.message.clone().unwrap_or_default())
}

/// Whether what was given is what was expected.
pub(super) fn holds(note: &Value, expected: &Value) -> bool {
    let actual = &note["actual"];
    // Where it depends on the student, the student's process told both.
    let wanted =
        if expected["expected"].is_null() { &note["expected"] } else { &expected["expected"] };
    let bound = || match numbers(wanted).as_deref() {
        Some([bound]) => *bound,
        _ => wanted.as_f64().unwrap_or(f64::NAN),
    };
    match expected["kind"].as_str() {
        Some("close") => close(actual, wanted, expected["tolerance"].as_f64().unwrap_or(0.0)),
        Some("equal") => match (actual, wanted) {
            (Value::String(actual), Value::String(wanted)) => alike(actual, wanted),
            _ => !actual.is_null() && actual == wanted,
        },
        Some("holds") => *actual == true,
        Some("at_least") => all(actual, |number| number >= bound()),
        Some("at_most") => all(actual, |number| number <= bound()),
        Some("finite") => all(actual, f64::is_finite),
        Some("probability") => probability(actual),
        Some("error") => {
            let word = expected["expected"].as_str().unwrap_or_default();
            actual.as_str().is_some_and(|text| text.contains(word))
        }
        _ => false,
    }
}

fn close(actual: &Value, wanted: &Value, tolerance: f64) -> bool {
    let (Some(a), Some(b)) = (numbers(actual), numbers(wanted)) else { return false };
    let near = |(a, b): (&f64, &f64)| (a - b).abs() <= tolerance || a == b;
    actual["shape"] == wanted["shape"] && a.len() == b.len() && a.iter().zip(&b).all(near)
}

fn all(actual: &Value, fits: impl Fn(f64) -> bool) -> bool {
    // Of no number nothing is shown.
    numbers(actual).is_some_and(|it| !it.is_empty() && it.into_iter().all(fits))
}

fn probability(actual: &Value) -> bool {
    let width = actual["shape"].as_array().and_then(|shape| shape.last()?.as_u64()).unwrap_or(1);
    let is_one = |row: &[f64]| {
        let sum: f64 = row.iter().sum();
        row.iter().all(|p| *p >= 0.0) && (sum - 1.0).abs() <= 1e-5
    };
    numbers(actual).is_some_and(|it| !it.is_empty() && it.chunks(width.max(1) as usize).all(is_one))
}

fn numbers(value: &Value) -> Option<Vec<f64>> {
    let number = |it: &Value| it.as_f64().or_else(|| it.as_str()?.parse().ok());
    value["numbers"].as_array()?.iter().map(number).collect()
}

/// What the student's code gave, for people; nothing where that would be long, or `false`.
fn yours(actual: &Value) -> Option<String> {
    let numbers = actual["numbers"].as_array();
    let text = match (actual, numbers.map(Vec::as_slice)) {
        (_, Some([one])) => one.to_string(),
        (_, Some(many)) => Value::from(many).to_string(),
        (Value::String(text), _) => text.clone(),
        (Value::Bool(_) | Value::Null, _) => return None,
        (other, _) => other.to_string(),
    };
    (text.len() <= 200).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::slice;

    fn told(notes: Value) -> Told {
        serde_json::from_value(json!({"check": "a", "nonce": "n", "notes": notes,
            "message": "well done", "error": null}))
        .unwrap()
    }

    #[track_caller]
    fn check(actual: Value, expected: Value, passes: bool) {
        let (student, lab) = (told(json!([actual])), told(json!([expected])));
        let verdict = judge("a", 2.0, &[student], &[lab], None);
        assert_eq!(verdict.points, if passes { 2.0 } else { 0.0 }, "{verdict:?}");
    }

    fn numbers(shape: &[usize], numbers: Value) -> Value {
        json!({"shape": shape, "numbers": numbers})
    }

    #[test]
    fn numbers_are_compared_one_by_one() {
        let close =
            |wanted| json!({"kind": "close", "expected": wanted, "tolerance": 0.1, "idea": "i"});
        let actual = |value| json!({"actual": value});
        let two = || numbers(&[2], json!([1.0, 2.0]));
        check(actual(numbers(&[2], json!([1.05, 2.0]))), close(two()), true);
        check(actual(numbers(&[2], json!([1.2, 2.0]))), close(two()), false);
        check(actual(numbers(&[1, 2], json!([1.0, 2.0]))), close(two()), false);
        check(actual(numbers(&[], json!(["NaN"]))), close(numbers(&[], json!([1.0]))), false);
        check(actual(numbers(&[], json!(["inf"]))), close(numbers(&[], json!(["inf"]))), true);
        check(actual(json!(null)), close(two()), false);
        check(json!({}), close(two()), false);
    }

    #[test]
    fn what_depends_on_the_student_comes_with_its_own_expectation() {
        let pair = || json!({"kind": "close", "expected": null, "tolerance": 0.1, "idea": "i"});
        let one = |value: f64| numbers(&[], json!([value]));
        check(json!({"actual": one(1.0), "expected": one(1.0)}), pair(), true);
        check(json!({"actual": one(1.0), "expected": one(2.0)}), pair(), false);
        check(json!({"actual": one(1.0)}), pair(), false);
        let bound = || json!({"kind": "at_most", "expected": null, "idea": "i"});
        check(json!({"actual": one(1.0), "expected": one(1.5)}), bound(), true);
        check(json!({"actual": one(1.0), "expected": one(0.5)}), bound(), false);
        check(json!({"actual": one(1.0)}), bound(), false);
    }

    #[test]
    fn no_numbers_show_nothing() {
        for kind in ["at_least", "at_most", "finite", "probability"] {
            let expected = json!({"kind": kind, "expected": 1.0, "idea": "i"});
            check(json!({"actual": numbers(&[0], json!([]))}), expected, false);
        }
    }

    #[test]
    fn bounds_conditions_and_texts() {
        let expected =
            |kind: &str, value: Value| json!({"kind": kind, "expected": value, "idea": "i"});
        let actual = |value| json!({"actual": value});
        check(actual(numbers(&[2], json!([1, 2]))), expected("at_least", json!(1.0)), true);
        check(actual(numbers(&[2], json!([1, "NaN"]))), expected("at_least", json!(1.0)), false);
        check(actual(json!(true)), expected("holds", json!(null)), true);
        check(actual(json!("true")), expected("holds", json!(null)), false);
        check(actual(json!("[1]")), expected("equal", json!("[1]")), true);
        check(actual(json!("[-0.0]")), expected("equal", json!("[0.0]")), true);
        check(actual(json!([2, 3])), expected("equal", json!([2, 3])), true);
        check(actual(json!([2, 3])), expected("equal", json!([3, 2])), false);
        check(actual(json!("a shape")), expected("error", json!("shape")), true);
        check(
            actual(numbers(&[1, 2], json!([0.5, 0.5]))),
            expected("probability", json!(null)),
            true,
        );
        check(
            actual(numbers(&[1, 2], json!([1.5, -0.5]))),
            expected("probability", json!(null)),
            false,
        );
    }

    #[test]
    fn what_a_hidden_test_says_is_known_to_be_hidden() {
        let truth = |idea: &str| json!({"kind": "holds", "expected": null, "idea": idea});
        let lab = told(json!([truth("seen"), truth("\u{f8ff}unseen")]));
        let given = |first: bool, rest: &[bool], error: Option<&str>| {
            let notes: Vec<_> =
                [&[first], rest].concat().into_iter().map(|it| json!({"actual": it})).collect();
            let mut student = told(notes.into());
            student.error = error.map(Into::into);
            let verdict = judge("a", 1.0, &[student], slice::from_ref(&lab), None);
            (verdict.message, verdict.hidden)
        };
        assert_eq!(given(false, &[true], None), ("seen".into(), false));
        assert_eq!(given(true, &[false], None), ("unseen".into(), true));
        assert_eq!(given(true, &[], Some("panic at -2.5")), ("panic at -2.5".into(), true));
        assert_eq!(given(true, &[true], None), ("well done".into(), false));
    }

    #[test]
    fn all_comparisons_must_have_been_made_once() {
        let lab = told(json!([{"kind": "holds", "expected": null, "idea": "i"}]));
        let good = told(json!([{"actual": true}]));
        let message = |student: &[Told], error| {
            judge("a", 1.0, student, slice::from_ref(&lab), error).message
        };
        assert_eq!(message(slice::from_ref(&good), None), "well done");
        assert_eq!(
            message(&[good.clone(), good], None),
            "the check told its results more than once"
        );
        assert_eq!(message(&[told(json!([]))], None), "the check made 0 comparisons, not 1");
        assert_eq!(message(&[], None), "the check did not run: it was not reached");
        assert_eq!(
            message(&[], Some("E0425: no `f`\nmore")),
            "the check did not run: E0425: no `f`"
        );
        assert_eq!(message(&[told(json!([{"actual": false}]))], None), "i");
    }
}
