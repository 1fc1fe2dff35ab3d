//! JUnit's XML: a suite a submission, a test case a check.

use super::{Course, Scored};
use crate::feedback::line;
use crate::{Verdict, VerdictKind};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;

/// All grades; a check that does not give all its points is a failure, one that waits is skipped.
pub fn junit(course: &Course, publish_hidden: bool) -> String {
    let mut report = Report::new("candlelab");
    let seconds = course.grades.iter().map(|it| it.grade.seconds).sum();
    report.set_time(duration(seconds));
    report.add_test_suites(course.grades.iter().map(|it| suite(it, publish_hidden)));
    report.to_string().expect("XML can be written to memory")
}

fn suite(scored: &Scored, publish_hidden: bool) -> TestSuite {
    let Scored { grade, .. } = scored;
    let name = format!("{}/{}", grade.student, grade.lab);
    let mut suite = TestSuite::new(name.as_str());
    suite.set_time(duration(grade.seconds));
    suite.extra.insert("timestamp".into(), grade.graded_at.as_str().into());
    suite.add_test_cases(grade.verdicts.iter().map(|verdict| {
        let mut case = TestCase::new(verdict.check.as_str(), status(verdict, publish_hidden));
        case.set_classname(name.as_str());
        case
    }));
    suite
}

/// None where a gradebook says what no time can be.
fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

fn status(verdict: &Verdict, publish_hidden: bool) -> TestCaseStatus {
    let text = line(verdict, publish_hidden);
    if verdict.kind == VerdictKind::Waiting {
        let mut status = TestCaseStatus::skipped();
        status.set_message(text);
        return status;
    }
    if verdict.points >= verdict.max {
        return TestCaseStatus::success();
    }
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(format!("{} of {} points", verdict.points, verdict.max));
    status.set_description(text);
    status
}

#[cfg(test)]
mod tests {
    use super::super::tests::course;
    use super::*;

    #[test]
    fn every_check_is_a_test_case() {
        let text = junit(&course(), false);
        for part in [
            r#"tests="4" skipped="1" failures="1" errors="0""#,
            r#"<testsuite name="ada/01-lines" tests="2" skipped="0" errors="0" failures="1" time="1.500" timestamp="2026-11-24T01:02:03Z">"#,
            r#"<testcase name="slope-check" classname="ada/01-lines"/>"#,
            r#"<failure message="0 of 2 points">a hidden test does not hold</failure>"#,
            r#"<skipped message="a person will mark this"/>"#,
        ] {
            assert!(text.contains(part), "{part} is not in:\n{text}");
        }
        assert!(!text.contains("negative slopes"));
    }
}
