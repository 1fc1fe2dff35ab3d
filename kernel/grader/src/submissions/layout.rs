//! Whose a file is, by the names that learning platforms give their downloads.

use super::Source;
use fancy_regex::{Captures, Regex};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::path::PathBuf;
use std::sync::LazyLock;

/// A notebook, and what its place says of it.
#[derive(Clone, Debug)]
pub struct Handed {
    pub student: String,
    /// The number by which the platform knows the student.
    pub number: Option<String>,
    /// The student's name, as the platform writes it.
    pub name: Option<String>,
    pub lab: Option<String>,
    pub path: PathBuf,
    pub submitted_at: Option<Timestamp>,
    pub note: Option<String>,
    pub source: Source,
}

/// What a path in an archive says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub student: String,
    pub number: Option<String>,
    pub name: Option<String>,
    pub lab: Option<String>,
    pub at: Option<Timestamp>,
    pub is_late: bool,
}

/// `NAME_NUMBER_assignsubmission_file`, a folder or the beginning of a file's name.
static MOODLE: LazyLock<Regex> = LazyLock::new(|| regex(r"^(.+)_(\d+)_assignsubmission_"));
/// `NAME_NUMBER_SUBMISSION_FILE`, with `LATE` behind the name where it was.
static CANVAS: LazyLock<Regex> = LazyLock::new(|| regex(r"^([^_]+?)(_LATE)?_(\d+)_(\d+)_.+$"));
/// `LAB_USER_attempt_TIME_FILE`; the receipts beside it end in `.txt`.
static BLACKBOARD: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"^.+_([^_]+)_attempt_(\d{4}-\d\d-\d\d)-(\d\d)-(\d\d)-(\d\d)(?:[_.].*)?$")
});

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is valid")
}

/// Whose file a path of an archive is; nothing where the path says nothing.
pub fn place(parts: &[&str], zone: &TimeZone) -> Option<Place> {
    let platform = parts.iter().find_map(|part| moodle(part).or_else(|| blackboard(part, zone)));
    platform.or_else(|| canvas(parts.last()?)).or_else(|| nbgrader(parts))
}

fn moodle(part: &str) -> Option<Place> {
    let found = captures(&MOODLE, part)?;
    let (name, number) = (text(&found, 1)?, text(&found, 2)?);
    let student = format!("{name}_{number}");
    Some(Place { student, number: Some(number), name: Some(name), ..Place::default() })
}

fn canvas(part: &str) -> Option<Place> {
    let found = captures(&CANVAS, part)?;
    let (name, number) = (text(&found, 1)?, text(&found, 3)?);
    let (student, is_late) = (format!("{name}_{number}"), found.get(2).is_some());
    Some(Place { student, number: Some(number), name: Some(name), is_late, ..Place::default() })
}

fn blackboard(part: &str, zone: &TimeZone) -> Option<Place> {
    let found = captures(&BLACKBOARD, part)?;
    let [day, hour, minute, second] = [2, 3, 4, 5].map(|i| text(&found, i).unwrap_or_default());
    let at = format!("{day}T{hour}:{minute}:{second}").parse::<DateTime>().ok();
    let at = at.and_then(|at| at.to_zoned(zone.clone()).ok()).map(|at| at.timestamp());
    Some(Place { student: text(&found, 1)?, at, ..Place::default() })
}

/// `…/STUDENT/LAB/FILE`.
fn nbgrader(parts: &[&str]) -> Option<Place> {
    let [.., student, lab, _file] = parts else { return None };
    let (student, lab) = ((*student).to_owned(), Some((*lab).to_owned()));
    Some(Place { student, lab, ..Place::default() })
}

fn captures<'a>(regex: &Regex, text: &'a str) -> Option<Captures<'a>> {
    regex.captures(text).ok().flatten()
}

fn text(found: &Captures, group: usize) -> Option<String> {
    Some(found.get(group)?.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, student: &str, lab: Option<&str>, at: Option<&str>, is_late: bool) {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let found = place(&path.split('/').collect::<Vec<_>>(), &zone).unwrap();
        let time = found.at.map(|at| at.to_string());
        let seen = (found.student.as_str(), found.lab.as_deref(), time.as_deref(), found.is_late);
        assert_eq!(seen, (student, lab, at, is_late));
    }

    #[test]
    fn names_of_platforms_are_read() {
        let moodle = "Ada Müller-Lovelace_1234_assignsubmission_file";
        check(&format!("{moodle}/lab.ipynb"), "Ada Müller-Lovelace_1234", None, None, false);
        check(&format!("{moodle}_/a_2_3_b.ipynb"), "Ada Müller-Lovelace_1234", None, None, false);
        check(&format!("{moodle}_lab.ipynb"), "Ada Müller-Lovelace_1234", None, None, false);
        check("lovelaceada_4567_89012_lab-1.ipynb", "lovelaceada_4567", None, None, false);
        check("lovelaceada_LATE_4567_89012_my_lab.ipynb", "lovelaceada_4567", None, None, true);
        let time = Some("2026-07-01T08:09:10Z");
        let blackboard = "Lab_3_ada12_attempt_2026-07-01-10-09-10";
        check(&format!("{blackboard}_lab_3.ipynb"), "ada12", None, time, false);
        check(&format!("{blackboard}.txt"), "ada12", None, time, false);
        check("submitted/ada/03-descent/lab.ipynb", "ada", Some("03-descent"), None, false);
        assert_eq!(place(&["lab.ipynb"], &TimeZone::UTC), None);
    }
}
