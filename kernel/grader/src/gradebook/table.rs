//! Marks as a table.

use super::Grade;

/// A line for each student and lab, in the columns of nbgrader's own export.
pub fn csv(grades: &[Grade]) -> String {
    let head = "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,\
                late_submission_penalty,score,max_score\n";
    let line = |grade: &Grade| {
        let (lab, at, student) =
            (field(&grade.lab), field(&grade.graded_at), field(&grade.student));
        let (points, max) = (grade.points(), grade.max());
        format!("{lab},,{at},{student},,,,{points:?},0.0,{points:?},{max:?}\n")
    };
    head.to_owned() + &grades.iter().map(line).collect::<String>()
}

/// In quotes where it must be; what a spreadsheet would take for a formula is text.
fn field(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradebook::tests::grade;

    #[test]
    fn names_do_not_break_the_table() {
        let text = csv(&[grade("=1+1, \"Eve\"", 2.0), grade("bob", 0.0)]);
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(
            lines,
            [
                "01-lines,,2026-11-24T01:02:03Z,\"'=1+1, \"\"Eve\"\"\",,,,2.0,0.0,2.0,4.0",
                "01-lines,,2026-11-24T01:02:03Z,bob,,,,0.0,0.0,0.0,4.0"
            ]
        );
    }
}
