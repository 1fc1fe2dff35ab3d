//! Grades in the forms that other programs read; each is a function of the scored grades.

mod canvas;
mod gradescope;
mod junit;
mod moodle;
mod nbgrader;
mod prairielearn;
mod table;

pub use canvas::canvas;
pub use gradescope::gradescope;
pub use junit::junit;
pub use moodle::moodle;
pub use nbgrader::nbgrader;
pub use prairielearn::prairielearn;

use crate::{Grade, Policy, Roster, Score, Student, score};
use serde::Serialize;
use std::collections::BTreeMap;

/// The grades of a course with what they come to.
#[derive(Clone, Debug, Default)]
pub struct Course {
    /// The grades, by student and lab.
    pub grades: Vec<Scored>,
    /// The students, those without grades included.
    pub students: Vec<Student>,
}

/// A grade with what it comes to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scored {
    /// The grade.
    #[serde(flatten)]
    pub grade: Grade,
    /// What it comes to.
    pub score: Score,
}

impl Course {
    /// The grades under a policy; students who are in no list are known by their name alone.
    pub fn new(grades: Vec<Grade>, policy: &Policy, roster: Option<&Roster>) -> Self {
        let listed = roster.map_or(&[][..], |roster| &roster.students);
        let mut students: BTreeMap<&str, Student> =
            listed.iter().map(|it| (it.id.as_str(), it.clone())).collect();
        for Grade { student, .. } in &grades {
            let unlisted = || Student { id: student.clone(), ..Student::default() };
            students.entry(student).or_insert_with(unlisted);
        }
        let students = students.into_values().collect();
        let scored = |grade: Grade| Scored { score: score(&grade, policy), grade };
        let mut grades: Vec<Scored> = grades.into_iter().map(scored).collect();
        grades.sort_by(|a, b| a.key().cmp(&b.key()));
        Self { grades, students }
    }

    /// The labs with the points that they give.
    fn labs(&self) -> BTreeMap<&str, f64> {
        // The last grade was given by the newest version of the lab.
        let mut labs: Vec<&Scored> = self.grades.iter().collect();
        labs.sort_by(|a, b| a.grade.graded_at.cmp(&b.grade.graded_at));
        labs.into_iter().map(|it| (it.grade.lab.as_str(), it.score.max)).collect()
    }

    fn find(&self, student: &str, lab: &str) -> Option<&Scored> {
        let found = self.grades.binary_search_by(|it| it.key().cmp(&(student, lab)));
        Some(&self.grades[found.ok()?])
    }
}

impl Scored {
    fn key(&self) -> (&str, &str) {
        (&self.grade.student, &self.grade.lab)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::gradebook::tests::{grade, verdict};
    use crate::{Grade, VerdictKind};
    use std::path::Path;

    /// Ada is late and fails a hidden test, Bob waits for a person, Eve handed in nothing.
    pub fn course() -> Course {
        let rules = "penalty = 0.1\n[labs.01-lines]\ndue = 2026-11-20T09:00:00Z\n\
                     [extensions.bob]\n01-lines = 2026-11-21";
        let roster = "id,first_name,last_name,email,lms_user_id\n\
                      ada,Ada,Lovelace,ada@example.org,17\n\
                      eve,=HYPERLINK(),\"Mallory, Jr\",,";
        let mut hidden = verdict("area-check", 0.0);
        hidden.hidden = true;
        hidden.message = "areas of negative slopes".into();
        let mut waiting = verdict("essay", 0.0);
        (waiting.kind, waiting.message) = (VerdictKind::Waiting, "a person will mark this".into());
        let slope = || {
            let mut passed = verdict("slope-check", 2.0);
            passed.message = "a slope".into();
            passed
        };
        let ada = Grade { verdicts: vec![slope(), hidden], ..grade("ada", 2.0) };
        let bob = Grade { verdicts: vec![slope(), waiting], notes: vec![], ..grade("bob", 2.0) };
        let policy = Policy::parse(rules, Path::new("grading.toml")).unwrap();
        let roster = Roster::parse(roster.as_bytes(), Path::new("students.csv")).unwrap();
        Course::new(vec![ada, bob], &policy, Some(&roster))
    }
}
