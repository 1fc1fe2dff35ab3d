//! `results.json` of PrairieLearn's external graders.

use super::Scored;
use crate::Verdict;
use crate::feedback::{lateness, line};
use serde_json::{Value, json};

/// A grade as PrairieLearn shows it to its student; the score is a part of the points.
pub fn prairielearn(scored: &Scored, publish_hidden: bool) -> Value {
    let Scored { grade, score } = scored;
    let part = if score.max > 0.0 { score.points / score.max } else { 0.0 };
    let test = |verdict: &Verdict| {
        json!({
            "name": verdict.check,
            "points": verdict.points,
            "max_points": verdict.max,
            "message": line(verdict, publish_hidden),
        })
    };
    let words = lateness(score).into_iter().chain(score.notes.clone());
    json!({
        "gradable": true,
        "score": part.clamp(0.0, 1.0),
        "message": words.chain(grade.notes.clone()).collect::<Vec<_>>().join("\n"),
        "tests": grade.verdicts.iter().map(test).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::course;
    use super::*;

    #[test]
    fn a_score_is_a_part_of_the_points() {
        assert_eq!(
            prairielearn(&course().grades[0], false),
            json!({
                "gradable": true,
                "score": 0.4,
                "message": "handed in 1 h 0 min late: 0.4 points less\n`slope` was split\nlate",
                "tests": [
                    {"name": "slope-check", "points": 2.0, "max_points": 2.0, "message": "a slope"},
                    {"name": "area-check", "points": 0.0, "max_points": 2.0,
                     "message": "a hidden test does not hold"},
                ],
            })
        );
    }
}
