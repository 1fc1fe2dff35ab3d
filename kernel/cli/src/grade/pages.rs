//! What students and lecturers read of a gradebook, made again whenever it differs.

use super::task::hash;
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

/// A student or lab as the name of a file that lies where it should, and that file systems take.
pub fn file_name(name: &str) -> String {
    let is_odd = |letter: char| letter.is_control() || "/\\:".contains(letter);
    let plain = |letter: char| match is_odd(letter) {
        true => format!("%{:02X}", u32::from(letter)),
        false => letter.to_string(),
    };
    let mut plain: String = name.chars().map(plain).collect();
    if plain.is_empty() || plain.starts_with('.') {
        plain.insert(0, '%');
    }
    if plain.len() > LONGEST {
        let begin: String = plain.chars().take(LONGEST / 8).collect();
        return format!("{begin}-{}", hash(name.as_bytes()));
    }
    plain
}

/// How many bytes of a name are taken as they are; with an ending it must stay below 255.
const LONGEST: usize = 200;

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
            ("..", "%.."),
            ("../x", "%..%2Fx"),
            ("C:\\x", "C%3A%5Cx"),
            ("", "%"),
        ] {
            assert_eq!(file_name(name), expected);
        }
        let long = |end: &str| file_name(&("x".repeat(1000) + end));
        assert!(long("a").len() < 100 && long("a") != long("b"));
    }
}
