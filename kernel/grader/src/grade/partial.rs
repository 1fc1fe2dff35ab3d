//! Part of a check's points for part of its ideas.

use super::judge::holds;
use super::{Told, Verdict};

/// The verdict of a check that gives points by idea: comparisons with the same idea belong together,
/// and every idea that holds gives an equal share.
pub fn partial(verdict: Verdict, student: &[Told], lab: &[Told]) -> Verdict {
    let own = |told: &[Told]| {
        let mut own = told.iter().filter(|it| it.check == verdict.check);
        own.next().filter(|_| own.next().is_none()).cloned()
    };
    let (Some(told), Some(expected)) = (own(student), own(lab)) else { return verdict };
    let is_cut_short = told.error.is_some() && told.notes.len() < expected.notes.len();
    if verdict.points > 0.0 || !(is_cut_short || told.notes.len() == expected.notes.len()) {
        return verdict;
    }
    let mut ideas: Vec<(&str, bool)> = Vec::new();
    for (i, expected) in expected.notes.iter().enumerate() {
        let idea = expected["idea"].as_str().unwrap_or_default();
        let is_right = told.notes.get(i).is_some_and(|note| holds(note, expected));
        match ideas.iter_mut().find(|(known, _)| *known == idea) {
            Some((_, all)) => *all &= is_right,
            None => ideas.push((idea, is_right)),
        }
    }
    let right = ideas.iter().filter(|(_, is_right)| *is_right).count();
    let points = verdict.max * right as f64 / ideas.len().max(1) as f64;
    let message = format!("{right} of {} ideas hold; {}", ideas.len(), verdict.message);
    Verdict { points: (points * 100.0).round() / 100.0, message, ..verdict }
}

#[cfg(test)]
mod tests {
    use super::super::judge;
    use super::*;
    use serde_json::{Value, json};

    fn told(notes: Value, error: Option<&str>) -> Told {
        serde_json::from_value(json!({"check": "a", "nonce": "n", "notes": notes,
            "message": "", "error": error}))
        .unwrap()
    }

    #[track_caller]
    fn gives(actual: &[bool], error: Option<&str>, points: f64, message: &str) {
        let truth = |idea: &str| json!({"kind": "holds", "expected": null, "idea": idea});
        let lab = [told(json!([truth("one"), truth("two"), truth("one"), truth("three")]), None)];
        let notes: Vec<Value> = actual.iter().map(|it| json!({"actual": it})).collect();
        let student = [told(notes.into(), error)];
        let verdict = partial(judge("a", 2.0, &student, &lab, None), &student, &lab);
        assert_eq!((verdict.points, verdict.message.as_str()), (points, message));
    }

    #[test]
    fn every_idea_gives_a_share() {
        gives(&[true, true, true, true], None, 2.0, "");
        gives(&[true, true, false, true], None, 1.33, "2 of 3 ideas hold; one");
        gives(&[true, false, false, true], None, 0.67, "1 of 3 ideas hold; two");
        gives(&[false, false, false, false], None, 0.0, "0 of 3 ideas hold; one");
    }

    #[test]
    fn what_was_not_reached_does_not_hold() {
        gives(&[true, true], Some("a panic"), 0.67, "1 of 3 ideas hold; a panic");
        gives(&[], Some("a panic"), 0.0, "0 of 3 ideas hold; a panic");
        gives(&[true, true], None, 0.0, "the check made 2 comparisons, not 4");
    }
}
