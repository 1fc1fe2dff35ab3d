//! JUnit's XML, as CI systems read it.

use super::{Entry, label, plain_traceback, word};
use crate::{CellReport, Status};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

/// A JUnit file: a suite for each notebook, a test case for each of its code cells.
///
/// A cell that fails is a `failure`; a timeout, a process that died and a notebook that could not
/// be read are an `error`.
pub fn junit(entries: &[Entry]) -> String {
    let mut report = Report::new("candlelab");
    report.set_time(std::time::Duration::from_secs_f64(entries.iter().map(Entry::seconds).sum()));
    report.add_test_suites(entries.iter().map(suite));
    report.to_string().expect("XML can be written to memory")
}

fn suite(entry: &Entry) -> TestSuite {
    let mut suite = TestSuite::new(entry.name.as_str());
    match &entry.result {
        Ok(report) => {
            suite.set_time(report.time);
            suite.extra.insert("timestamp".into(), report.started.to_string().into());
        }
        Err(message) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(message.as_str());
            suite.add_test_case(TestCase::new("notebook", status));
        }
    }
    let class = entry.name.trim_end_matches(".ipynb");
    suite.add_test_cases(entry.cells().iter().map(|cell| case(cell, class, &entry.file())));
    suite
}

fn case(cell: &CellReport, class: &str, file: &str) -> TestCase {
    let id = cell.id.as_ref().map_or(String::new(), |id| format!(" [{id}]"));
    let mut case = TestCase::new(format!("{}{id}", label(cell)), status(cell));
    case.set_classname(class).set_time(cell.time);
    case.extra.insert("file".into(), file.into());
    if let Some(peak) = cell.cost.peak_memory {
        case.add_property(("peak_memory", peak.to_string().as_str()));
    }
    if !cell.printed.is_empty() {
        case.set_system_out(cell.printed.as_str());
    }
    case
}

fn status(cell: &CellReport) -> TestCaseStatus {
    let kind = match cell.status {
        Status::Passed => return TestCaseStatus::success(),
        Status::Skipped | Status::NotRun => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(word(cell.status));
            return status;
        }
        Status::Failed | Status::Different => NonSuccessKind::Failure,
        Status::TimedOut | Status::Died | Status::Interrupted => NonSuccessKind::Error,
    };
    let mut status = TestCaseStatus::non_success(kind);
    match &cell.error {
        Some(error) => status.set_type(error.ename.as_str()).set_message(error.evalue.as_str()),
        None => status.set_message(word(cell.status)),
    };
    status.set_description(plain_traceback(cell));
    status
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failing, unread};
    use super::*;

    #[test]
    fn every_cell_is_a_test_case() {
        let text = junit(&[failing(), unread()]);
        for part in [
            r#"tests="5" skipped="2" failures="1" errors="1""#,
            r#"<testsuite name="labs/a.ipynb" tests="4" skipped="2" errors="0" failures="1" time="3.210" timestamp="2026-11-24T01:02:03Z">"#,
            r#"<testcase name="In[1] [id-1]" classname="labs/a" time="1.500" file="labs/a.ipynb"/>"#,
            r#"<failure message="a &lt; b &amp; c" type="Panic">Panic: a &lt; b &amp; c
line 2</failure>"#,
            "<system-out>before\n</system-out>",
            r#"<skipped message="not run"/>"#,
            r#"<error message="`b.ipynb` is not JSON"/>"#,
        ] {
            assert!(text.contains(part), "{part} is not in:\n{text}");
        }
        assert!(!text.contains('\u{1b}') && !text.contains('\u{1}'));
    }
}
