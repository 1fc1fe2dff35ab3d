//! What Gradescope is told.

use candlelab_grader::{Grade, Verdict, message};
use serde_json::{Value, json};

/// Points by check.
pub fn of_grade(grade: &Grade) -> Value {
    json!({
        "execution_time": grade.seconds,
        "output": grade.notes.join("\n"),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "tests": grade.verdicts.iter().map(test).collect::<Vec<_>>(),
    })
}

fn test(verdict: &Verdict) -> Value {
    let passed = verdict.points >= verdict.max;
    json!({
        "name": verdict.check,
        "score": verdict.points,
        "max_score": verdict.max,
        "status": if passed { "passed" } else { "failed" },
        "output": message(verdict),
    })
}

/// Nothing was graded; why, for the student.
pub fn of_failure(problem: &str) -> Value {
    json!({"score": 0, "output": problem, "output_format": "text"})
}

#[cfg(test)]
mod tests {
    use super::*;
    use candlelab_grader::VerdictKind;

    #[test]
    fn a_hidden_test_is_not_told_of() {
        let verdict = |hidden| Verdict {
            check: "area-check".into(),
            points: 0.0,
            max: 2.0,
            message: "areas of negative slopes".into(),
            yours: None,
            hidden,
            kind: VerdictKind::Automatic,
        };
        assert_eq!(test(&verdict(false))["output"], "areas of negative slopes");
        assert_eq!(test(&verdict(true))["output"], "a hidden test does not hold");
    }
}
