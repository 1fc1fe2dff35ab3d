//! The table that Moodle's import of grades from CSV takes: a student a line, a lab a column.

use super::Course;
use super::table::{csv, name, number};
use crate::Student;

/// The points of all labs; a lab that a student did not hand in stays empty.
pub fn moodle(course: &Course) -> String {
    let labs: Vec<&str> = course.labs().into_keys().collect();
    let heading = ["Username", "First name", "Last name", "Email address"];
    let heading: Vec<String> =
        heading.into_iter().chain(labs.iter().copied()).map(ToOwned::to_owned).collect();
    let row = |student: &Student| {
        let own = [
            student.id.clone(),
            name(&student.first_name),
            name(&student.last_name),
            student.email.clone(),
        ];
        let points =
            labs.iter().map(|lab| number(course.find(&student.id, lab).map(|it| it.score.points)));
        own.into_iter().chain(points).collect()
    };
    csv(heading, course.students.iter().map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::super::tests::course;
    use super::*;

    #[test]
    fn a_student_a_line_and_a_lab_a_column() {
        assert_eq!(
            moodle(&course()),
            "Username,First name,Last name,Email address,01-lines\n\
             ada,Ada,Lovelace,ada@example.org,1.6\n\
             bob,,,,2.0\n\
             eve,'=HYPERLINK(),\"Mallory, Jr\",,\n"
        );
    }
}
