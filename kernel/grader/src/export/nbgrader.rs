//! The table of nbgrader's own export.

use super::table::{csv, name, number};
use super::{Course, Scored};
use jiff::Timestamp;

const HEADING: [&str; 11] = [
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
];

/// A line for each lab and student; who handed in nothing has 0 points.
pub fn nbgrader(course: &Course) -> String {
    let mut rows = Vec::new();
    for (lab, max) in course.labs() {
        for student in &course.students {
            let found = course.find(&student.id, lab);
            let of = |value: fn(&Scored) -> f64| number(Some(found.map_or(0.0, value)));
            rows.push(vec![
                lab.to_owned(),
                time(found.and_then(|it| it.score.due.as_deref())),
                time(found.and_then(|it| it.grade.submitted_at.as_deref())),
                student.id.clone(),
                name(&student.last_name),
                name(&student.first_name),
                student.email.clone(),
                of(|it| it.score.raw),
                of(|it| it.score.penalty),
                of(|it| it.score.points),
                number(Some(found.map_or(max, |it| it.score.max))),
            ]);
        }
    }
    csv(HEADING.map(ToOwned::to_owned).to_vec(), rows)
}

/// A time in UTC as nbgrader writes it.
fn time(iso: Option<&str>) -> String {
    let at = iso.and_then(|text| text.parse::<Timestamp>().ok());
    at.map_or_else(String::new, |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

#[cfg(test)]
mod tests {
    use super::super::tests::course;
    use super::*;

    #[test]
    fn names_do_not_break_the_table() {
        let text = nbgrader(&course());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,\
                 late_submission_penalty,score,max_score",
                "01-lines,2026-11-20 09:00:00,2026-11-20 10:00:00,ada,Lovelace,Ada,\
                 ada@example.org,2.0,0.4,1.6,4.0",
                "01-lines,2026-11-22 00:00:00,2026-11-20 10:00:00,bob,,,,2.0,0.0,2.0,4.0",
                "01-lines,,,eve,\"Mallory, Jr\",'=HYPERLINK(),,0.0,0.0,0.0,4.0",
            ]
        );
    }
}
