//! `results.json` of Gradescope's autograder.

use super::Scored;
use crate::feedback::{lateness, line};
use crate::{Verdict, VerdictKind};
use serde_json::{Value, json};

/// A grade as Gradescope shows it to its student.
pub fn gradescope(scored: &Scored, publish_hidden: bool) -> Value {
    let Scored { grade, score } = scored;
    let test = |verdict: &Verdict| {
        let mut test = json!({
            "name": verdict.check,
            "score": verdict.points,
            "max_score": verdict.max,
            "output": line(verdict, publish_hidden),
        });
        if verdict.kind != VerdictKind::Waiting {
            test["status"] = if verdict.points >= verdict.max { "passed" } else { "failed" }.into();
        }
        test
    };
    let words = lateness(score).into_iter().chain(score.notes.clone());
    json!({
        "score": score.points,
        "execution_time": grade.seconds,
        "output": words.chain(grade.notes.clone()).collect::<Vec<_>>().join("\n"),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": grade.verdicts.iter().map(test).collect::<Vec<_>>(),
        "extra_data": {
            "lab": grade.lab,
            "submission": grade.submission,
            "version": grade.version,
            "graded_at": grade.graded_at,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::course;
    use super::*;

    #[test]
    fn what_a_student_sees_holds_nothing_of_a_hidden_test() {
        let course = course();
        let ada = gradescope(&course.grades[0], false);
        assert_eq!(
            ada["tests"],
            json!([
                {"name": "slope-check", "score": 2.0, "max_score": 2.0, "output": "a slope",
                 "status": "passed"},
                {"name": "area-check", "score": 0.0, "max_score": 2.0,
                 "output": "a hidden test does not hold", "status": "failed"},
            ])
        );
        assert_eq!(ada["score"], 1.6);
        let output = "handed in 1 h 0 min late: 0.4 points less\n`slope` was split\nlate";
        assert_eq!(ada["output"], output);
        let published = gradescope(&course.grades[0], true).to_string();
        assert!(published.contains("areas of negative slopes\\nyours: 3.5"), "{published}");
    }

    #[test]
    fn a_cell_that_waits_has_no_status() {
        let bob = gradescope(&course().grades[1], false);
        assert_eq!(bob["tests"][1]["status"], Value::Null);
        assert_eq!(bob["tests"][1]["output"], "a person will mark this");
    }
}
