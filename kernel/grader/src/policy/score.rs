//! A grade under a policy.

use super::Policy;
use crate::Grade;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// What a grade comes to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    /// The points of all checks.
    pub raw: f64,
    /// The points that lateness takes away.
    pub penalty: f64,
    /// The points that count.
    pub points: f64,
    /// The points that there could be, extra credit aside.
    pub max: f64,
    /// When it was due, in ISO 8601.
    pub due: Option<String>,
    /// How late it was, for people; nothing where it was not.
    pub late: Option<String>,
    /// How many cells wait for a person.
    pub waiting: usize,
    /// What is worth knowing of it, a sentence each.
    pub notes: Vec<String>,
}

/// What a grade comes to under a policy.
///
/// Within the grace nothing is lost; after it, lateness counts from when the lab was due, and each
/// unit that has begun takes away `penalty` of the lab's points, up to `cap` of them.
pub fn score(grade: &Grade, policy: &Policy) -> Score {
    let counts = |check: &str| !policy.is_extra(&grade.lab, check);
    let verdicts = grade.verdicts.iter();
    let max: f64 = verdicts.filter(|it| counts(&it.check)).map(|it| it.max).sum();
    let due = policy.due(&grade.student, &grade.lab);
    let at = grade.submitted_at.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
    let late = due.zip(at).map(|(due, at)| at.duration_since(due));
    let late = late.filter(|late| *late > policy.grace && late.is_positive());
    let part = late.map_or(0.0, |late| (units(late, policy.per) * policy.penalty).min(policy.cap));
    let raw = grade.points();
    let penalty = cents(part * max).min(raw.max(0.0));
    Score {
        raw,
        penalty,
        points: cents(raw - penalty),
        max,
        due: due.map(|due| due.to_string()),
        late: late.map(words),
        waiting: grade.waiting(),
        notes: notes(grade, at, due.is_some()),
    }
}

/// How many units have begun.
fn units(late: SignedDuration, per: SignedDuration) -> f64 {
    (late.as_secs_f64() / per.as_secs_f64()).ceil()
}

/// To the hundredth of a point, since parts of points are no binary fractions.
fn cents(points: f64) -> f64 {
    (points * 100.0).round() / 100.0
}

fn words(late: SignedDuration) -> String {
    let minutes = late.as_secs().div_euclid(60);
    let (days, hours) = (minutes / (24 * 60), minutes / 60 % 24);
    match (days, hours) {
        (0, 0) => format!("{} min", minutes.max(1)),
        (0, _) => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {hours} h"),
    }
}

fn notes(grade: &Grade, at: Option<Timestamp>, is_due: bool) -> Vec<String> {
    let graded: Option<Timestamp> = grade.graded_at.parse().ok();
    let mut notes = Vec::new();
    if at.zip(graded).is_some_and(|(at, graded)| at > graded) {
        let at = grade.submitted_at.as_deref().unwrap_or_default();
        notes.push(format!("it was handed in at {at}, after it was graded: a clock is wrong"));
    }
    if is_due && at.is_none() {
        notes.push("it is not known when it was handed in; it counts as in time".into());
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradebook::tests::{grade, verdict};
    use std::path::Path;

    const RULES: &str = "grace = '10 min'\npenalty = 0.1\ncap = 0.5\n\
                         [labs.01-lines]\ndue = 2026-11-20T12:00:00Z\nextra = ['bonus']\n\
                         [extensions.eve]\n01-lines = 2026-11-22T12:00:00Z";

    #[track_caller]
    fn check(rules: &str, student: &str, at: &str, points: &[(&str, f64)], expected: [f64; 3]) {
        let policy = Policy::parse(rules, Path::new("grading.toml")).unwrap();
        let mut grade = grade(student, 0.0);
        grade.submitted_at = (!at.is_empty()).then(|| at.to_owned());
        grade.verdicts = points.iter().map(|(name, points)| verdict(name, *points)).collect();
        let Score { penalty, points, max, .. } = score(&grade, &policy);
        assert_eq!([penalty, points, max], expected, "{student} at {at}");
    }

    #[test]
    fn a_table_of_cases() {
        let hourly = RULES.replace("cap = 0.5", "per = 'hour'");
        let plain: &[_] = &[("a", 2.0), ("b", 1.0)];
        let bonus: &[_] = &[("a", 2.0), ("bonus", 2.0)];
        for (rules, student, at, points, expected) in [
            ("", "ada", "2030-01-01T00:00:00Z", plain, [0.0, 3.0, 4.0]),
            (RULES, "ada", "2026-11-20T11:59:59Z", plain, [0.0, 3.0, 4.0]),
            (RULES, "ada", "2026-11-20T12:10:00Z", plain, [0.0, 3.0, 4.0]),
            (RULES, "ada", "2026-11-20T12:10:01Z", plain, [0.4, 2.6, 4.0]),
            (RULES, "ada", "2026-11-21T12:00:00Z", plain, [0.4, 2.6, 4.0]),
            (RULES, "ada", "2026-11-21T12:00:01Z", plain, [0.8, 2.2, 4.0]),
            (RULES, "ada", "2027-11-21T12:00:01Z", plain, [2.0, 1.0, 4.0]),
            (RULES, "eve", "2026-11-22T11:00:00Z", plain, [0.0, 3.0, 4.0]),
            (RULES, "eve", "2026-11-22T13:00:00Z", plain, [0.4, 2.6, 4.0]),
            (RULES, "ada", "", plain, [0.0, 3.0, 4.0]),
            (RULES, "ada", "yesterday", plain, [0.0, 3.0, 4.0]),
            (RULES, "ada", "2026-11-20T12:00:00Z", bonus, [0.0, 4.0, 2.0]),
            (RULES, "ada", "2026-11-20T13:00:00Z", bonus, [0.2, 3.8, 2.0]),
            (&hourly, "ada", "2026-11-20T14:30:00Z", plain, [1.2, 1.8, 4.0]),
            (&hourly, "ada", "2026-12-20T14:30:00Z", plain, [3.0, 0.0, 4.0]),
        ] {
            check(rules, student, at, points, expected);
        }
    }

    #[test]
    fn lateness_and_odd_clocks_are_put_into_words() {
        let policy = Policy::parse(RULES, Path::new("grading.toml")).unwrap();
        let at = |at: Option<&str>| {
            let grade = Grade { submitted_at: at.map(ToOwned::to_owned), ..grade("ada", 2.0) };
            score(&grade, &policy)
        };
        assert_eq!(at(Some("2026-11-20T12:30:00Z")).late.unwrap(), "30 min");
        assert_eq!(at(Some("2026-11-20T14:30:00Z")).late.unwrap(), "2 h 30 min");
        assert_eq!(at(Some("2026-11-23T13:30:00Z")).late.unwrap(), "3 d 1 h");
        assert!(at(Some("2026-11-24T01:02:04Z")).notes[0].ends_with("a clock is wrong"));
        assert!(at(None).notes[0].starts_with("it is not known when"));
        assert!(at(Some("2026-11-20T10:00:00Z")).notes.is_empty());
    }
}
