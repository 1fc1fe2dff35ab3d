//! The list of a course's students.

use super::layout::Handed;
use crate::Error;
use std::path::Path;

/// The students of a course.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Roster {
    /// In the order of the file.
    pub students: Vec<Student>,
}

/// One of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Student {
    /// The name in the gradebook.
    pub id: String,
    /// First names.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// An address, or nothing.
    pub email: String,
    /// The number by which the learning platform knows them, or nothing.
    pub lms_user_id: String,
}

/// The headings under which a field may stand, in small letters; the first is nbgrader's.
const HEADINGS: [(&str, &[&str]); 5] = [
    ("id", &["id", "student_id", "username", "user name", "login id", "id number"]),
    ("first_name", &["first_name", "first name", "given name"]),
    ("last_name", &["last_name", "last name", "surname", "family name"]),
    ("email", &["email", "email address", "e-mail"]),
    ("lms_user_id", &["lms_user_id", "participant", "user id"]),
];

impl Roster {
    /// Takes a list in CSV; `path` is what errors call it.
    ///
    /// # Errors
    /// If it has no heading `id`, a line is broken, or a student stands there twice.
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Self, Error> {
        let wrong = |problem: String| Error::Roster { path: path.into(), problem };
        let text = std::str::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8".into()))?;
        // Spreadsheets begin a file with a mark of its encoding.
        let text = text.trim_start_matches('\u{feff}');
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let headings = reader.headers().map_err(|error| wrong(error.to_string()))?.clone();
        let column = |names: &[&str]| {
            headings.iter().position(|it| names.contains(&it.to_lowercase().as_str()))
        };
        let columns = HEADINGS.map(|(_, names)| column(names));
        if columns[0].is_none() {
            return Err(wrong("it has no heading `id`".into()));
        }
        let mut students: Vec<Student> = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| wrong(error.to_string()))?;
            let field = |i: usize| columns[i].and_then(|i| record.get(i)).unwrap_or("").to_owned();
            let [id, first_name, last_name, email, lms_user_id] = [0, 1, 2, 3, 4].map(field);
            if students.iter().any(|it| it.id == id) {
                return Err(wrong(format!("`{id}` stands there twice")));
            }
            if !id.is_empty() {
                students.push(Student { id, first_name, last_name, email, lms_user_id });
            }
        }
        Ok(Self { students })
    }

    /// A student by the name in the gradebook.
    pub fn student(&self, id: &str) -> Option<&Student> {
        self.students.iter().find(|it| it.id == id)
    }

    /// Whose a notebook is: by name, else by the platform's number, else by a full name that only
    /// one student has.
    pub(super) fn find(&self, handed: &Handed) -> Option<&Student> {
        let by_number = || {
            let number = handed.number.as_deref()?;
            self.students.iter().find(|it| it.lms_user_id == number)
        };
        let by_name = || {
            let name = Some(letters(handed.name.as_deref()?)).filter(|name| !name.is_empty())?;
            let is_called = |it: &&Student| {
                let (first, last) = (letters(&it.first_name), letters(&it.last_name));
                name == format!("{first}{last}") || name == format!("{last}{first}")
            };
            let mut called = self.students.iter().filter(is_called);
            called.next().filter(|_| called.next().is_none())
        };
        self.student(&handed.student).or_else(by_number).or_else(by_name)
    }
}

/// Platforms write a name with or without spaces and capitals.
fn letters(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Source;
    use super::*;

    const ROSTER: &str = "\u{feff}First Name,Last Name,ID,Participant,Email\n\
        Ada,Lovelace,al1,1234,ada@example.org\n\
        Anna,Meier,am1,,\n\"Anna\",Meier,am2,77,\n";

    #[track_caller]
    fn is(student: &str, number: Option<&str>, name: Option<&str>, expected: Option<&str>) {
        let roster = Roster::parse(ROSTER.as_bytes(), Path::new("students.csv")).unwrap();
        let owned = |text: Option<&str>| text.map(ToOwned::to_owned);
        let handed = Handed {
            student: student.into(),
            number: owned(number),
            name: owned(name),
            lab: None,
            path: "x".into(),
            submitted_at: None,
            note: None,
            source: Source::File,
        };
        assert_eq!(roster.find(&handed).map(|it| it.id.as_str()), expected);
    }

    #[test]
    fn students_are_found_by_name_number_or_full_name() {
        is("al1", None, None, Some("al1"));
        is("Ada Lovelace_1234", Some("1234"), Some("Ada Lovelace"), Some("al1"));
        is("lovelaceada_9", Some("9"), Some("lovelaceada"), Some("al1"));
        is("Anna Meier_77", Some("77"), Some("Anna Meier"), Some("am2"));
        is("Anna Meier_78", Some("78"), Some("Anna Meier"), None);
    }

    #[test]
    fn lists_that_cannot_be_used_are_said() {
        for (text, expected) in [
            ("name\nada\n", "it has no heading `id`"),
            ("id\nada\nada\n", "`ada` stands there twice"),
            ("id,email\nada\n", "found record with 1 fields"),
        ] {
            let error = Roster::parse(text.as_bytes(), Path::new("a.csv")).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
