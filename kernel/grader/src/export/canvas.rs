//! The table that Canvas's gradebook imports.

use super::Course;
use super::table::{csv, name, number};
use crate::Student;

/// The points of all labs, below a line with the points that there could be.
pub fn canvas(course: &Course) -> String {
    let labs = course.labs();
    let heading = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"];
    let heading: Vec<String> =
        heading.into_iter().chain(labs.keys().copied()).map(ToOwned::to_owned).collect();
    let mut possible = vec!["    Points Possible".to_owned()];
    possible.resize(5, String::new());
    possible.extend(labs.values().map(|max| number(Some(*max))));
    let row = |student: &Student| {
        let number_of = student.lms_user_id.clone();
        let own = [called(student), number_of, String::new(), student.id.clone(), String::new()];
        let points =
            labs.keys().map(|lab| number(course.find(&student.id, lab).map(|it| it.score.points)));
        own.into_iter().chain(points).collect()
    };
    let rows = std::iter::once(possible).chain(course.students.iter().map(row));
    csv(heading, rows.collect())
}

fn called(student: &Student) -> String {
    let Student { id, first_name, last_name, .. } = student;
    match (first_name.as_str(), last_name.as_str()) {
        ("", "") => id.clone(),
        (only, "") | ("", only) => name(only),
        (first, last) => name(&format!("{last}, {first}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::course;
    use super::*;

    #[test]
    fn points_stand_below_the_points_possible() {
        assert_eq!(
            canvas(&course()),
            "Student,ID,SIS User ID,SIS Login ID,Section,01-lines\n\
             \u{20}   Points Possible,,,,,4.0\n\
             \"Lovelace, Ada\",17,,ada,,1.6\n\
             bob,,,bob,,2.0\n\
             \"Mallory, Jr, =HYPERLINK()\",,,eve,,\n"
        );
    }
}
