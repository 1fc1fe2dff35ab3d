//! What students and lecturers read of a gradebook, made again whenever it differs.

use crate::rules::Rules;
use candlelab_grader::export::{Course, nbgrader};
use candlelab_grader::{Grade, Gradebook, Lab, Page, Submission, feedback, outputs, score};
use candlelab_notebook::write_file;
use std::fs;
use std::path::Path;

/// Writes the tables of all grades.
pub fn tables(out: &Path, book: &Gradebook, rules: &Rules) -> anyhow::Result<Course> {
    let course = Course::new(book.grades()?, &rules.policy, rules.roster.as_ref());
    write(&out.join("grades.csv"), nbgrader(&course).as_bytes())?;
    write(&out.join("grades.json"), &serde_json::to_vec_pretty(&course.grades)?)?;
    Ok(course)
}

/// Writes the page of a grade.
pub fn page(
    out: &Path,
    lab: &Lab,
    grade: &Grade,
    submission: &Submission,
    rules: &Rules,
    publish_hidden: bool,
) -> anyhow::Result<()> {
    let outputs = submission.notebook().map(|(notebook, _)| outputs(&notebook));
    let score = &score(grade, &rules.policy);
    let page = Page { lab, grade, score, outputs: outputs.unwrap_or_default(), publish_hidden };
    let folder = out.join("feedback").join(file_name(&grade.student));
    let path = folder.join(format!("{}.html", file_name(&grade.lab)));
    write(&path, feedback(&page).as_bytes())
}

/// A student or lab as the name of a file that lies where it should.
pub fn file_name(name: &str) -> String {
    let is_odd = |letter: char| letter.is_control() || "/\\:".contains(letter);
    let name: String = name
        .chars()
        .map(|letter| match is_odd(letter) {
            true => format!("%{:02X}", u32::from(letter)),
            false => letter.to_string(),
        })
        .collect();
    match name.strip_prefix('.') {
        Some(rest) => format!("%2E{rest}"),
        None if name.is_empty() => "%".into(),
        None => name,
    }
}

/// Writes a file, unless it is so already.
fn write(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    if !fs::read(path).is_ok_and(|old| old == content) {
        write_file(path, content)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_name_leads_nowhere_else() {
        for (name, expected) in [
            ("Ada M\u{fc}ller_12", "Ada M\u{fc}ller_12"),
            ("..", "%2E."),
            ("../x", "%2E.%2Fx"),
            ("C:\\x", "C%3A%5Cx"),
            ("", "%"),
        ] {
            assert_eq!(file_name(name), expected);
        }
    }
}
