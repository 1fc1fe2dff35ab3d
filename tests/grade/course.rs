//! A course with one small lab, and what its students hand in.

use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use tempfile::TempDir;

/// What a student writes.
pub struct Answers {
    /// Cells before the first exercise.
    pub before: String,
    pub square: String,
    pub double: String,
}

pub struct Course(TempDir);

/// What a run of the grader came to.
pub struct Graded {
    grades: Vec<Value>,
    folder: PathBuf,
    pub code: Option<i32>,
    pub text: String,
}

const SQUARE: &str =
    "fn square(x: f64) -> f64 {\n    // BEGIN SOLUTION\n    x * x\n    // END SOLUTION\n}";
const DOUBLE: &str =
    "fn double(x: f64) -> f64 {\n    // BEGIN SOLUTION\n    x + x\n    // END SOLUTION\n}";
const SQUARE_CHECK: &str = r#"check("square-check", 2, |c| {
    c.close(square(3.0), 9.0, 1e-9, "a square is the number times itself")?;
    // BEGIN HIDDEN TESTS
    c.close(square(-2.5), 6.25, 1e-9, "a square is the number times itself, whatever its sign")?;
    // END HIDDEN TESTS
    Ok("squared")
})?;"#;
/// What the lab gives: a function and a variable that its last check needs.
const GIVEN: &str = "fn half(x: f64) -> f64 {\n    x / 2.0\n}\nlet samples = vec![1.0, 2.0];";
const DOUBLE_CHECK: &str = r#"check("double-check", 1, |c| {
    c.close(double(4.0), 8.0, 1e-9, "twice the number")?;
    c.close(half(double(6.0)), 6.0, 1e-9, "half of it is the number")?;
    c.holds(double(samples[0]) > samples[0], "more than before")?;
    let x = (c.seed() % 1000) as f64;
    c.close(double(x), x + x, 1e-9, "whatever the number")?;
    Ok("doubled")
})?;"#;

impl Course {
    pub fn new() -> Self {
        let course = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(course.path("labs/00-attacks")).unwrap();
        fs::write(course.path("labs/00-attacks/lab.ipynb"), lab().to_string()).unwrap();
        course
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn submission(&self, student: &str) -> PathBuf {
        let folder = self.path("submitted").join(student).join("00-attacks");
        fs::create_dir_all(&folder).unwrap();
        folder.join("lab.ipynb")
    }

    /// A notebook with these answers, by default the right ones.
    pub fn hand_in(&self, student: &str, write: impl FnOnce(Answers) -> Answers) {
        let before = String::new();
        let answers = write(Answers { before, square: SQUARE.into(), double: DOUBLE.into() });
        let mut notebook = lab();
        let cells = notebook["cells"].as_array_mut().unwrap();
        for cell in &mut *cells {
            match cell["id"].as_str().unwrap() {
                "square" => cell["source"] = answers.square.as_str().into(),
                "double" => cell["source"] = answers.double.as_str().into(),
                _ => {}
            }
        }
        cells.insert(1, code("before", &answers.before, json!({})));
        fs::write(self.submission(student), notebook.to_string()).unwrap();
    }

    /// Another lab beside it, whose own solution does not compile.
    pub fn add_broken_lab(&self) {
        let text = lab().to_string().replace("00-attacks", "01-broken").replace("x * x", "x *");
        fs::create_dir_all(self.path("labs/01-broken")).unwrap();
        fs::write(self.path("labs/01-broken/lab.ipynb"), text).unwrap();
        fs::create_dir_all(self.path("submitted/ada/01-broken")).unwrap();
        let work = self.path("submitted/ada/01-broken/lab.ipynb");
        fs::copy(self.path("labs/01-broken/lab.ipynb"), work).unwrap();
    }

    /// Anything as a notebook.
    pub fn write(&self, student: &str, content: &str) {
        fs::write(self.submission(student), content).unwrap();
    }

    pub fn notebook(&self, student: &str) -> String {
        fs::read_to_string(self.submission(student)).unwrap()
    }

    /// Another student's notebook as one's own.
    pub fn link(&self, student: &str, other: &str) {
        std::os::unix::fs::symlink(self.submission(other), self.submission(student)).unwrap();
    }

    /// Changes the lab.
    pub fn edit_lab(&self, edit: impl FnOnce(&mut Value)) {
        let mut lab = lab();
        edit(&mut lab);
        fs::write(self.path("labs/00-attacks/lab.ipynb"), lab.to_string()).unwrap();
    }

    /// What another command prints.
    #[track_caller]
    pub fn run(&self, arguments: &str) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_candlelab"));
        let output =
            command.args(arguments.split(' ')).current_dir(self.0.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The grader, to be run here.
    pub fn grader(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_candlelab"));
        command.arg("grade").args(arguments.split_whitespace()).current_dir(self.0.path());
        command.env("SECRET", "the answer");
        command
    }

    pub fn grade(&self, arguments: &str) -> Graded {
        self.graded(self.grader(arguments).output().unwrap())
    }

    /// What a finished grader came to.
    pub fn graded(&self, output: Output) -> Graded {
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        let grades = fs::read_to_string(self.path("grades/grades.json")).unwrap_or("[]".into());
        let grades = serde_json::from_str(&grades).unwrap();
        Graded { grades, folder: self.path("grades"), code: output.status.code(), text }
    }
}

impl Graded {
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.text);
        self
    }

    pub fn students(&self) -> Vec<&str> {
        self.grades.iter().map(|grade| grade["student"].as_str().unwrap()).collect()
    }

    fn grade(&self, student: &str) -> &Value {
        let found = self.grades.iter().find(|grade| grade["student"] == student);
        found.unwrap_or_else(|| panic!("{student} has no grade:\n{}", self.text))
    }

    /// The points for the two exercises.
    #[track_caller]
    pub fn gives(&self, student: &str, expected: [f64; 2]) -> &Self {
        assert_eq!(self.points(student), expected, "{student}: {:#}", self.grade(student));
        self
    }

    pub fn points(&self, student: &str) -> Vec<f64> {
        let verdicts = self.grade(student)["verdicts"].as_array().unwrap();
        verdicts.iter().map(|it| it["points"].as_f64().unwrap()).collect()
    }

    /// What the student is told of the first exercise.
    #[track_caller]
    pub fn says(&self, student: &str, expected: &str) {
        assert_eq!(self.grade(student)["verdicts"][0]["message"], expected);
    }

    /// What is noted beside the grade.
    pub fn notes(&self, student: &str) -> String {
        self.grade(student)["notes"].to_string()
    }

    pub fn page(&self, student: &str) -> String {
        let page = self.folder.join("feedback").join(student).join("00-attacks.html");
        fs::read_to_string(page).unwrap()
    }

    pub fn table(&self) -> String {
        fs::read_to_string(self.folder.join("grades.csv")).unwrap()
    }
}

fn lab() -> Value {
    let about = json!({"lab": "00-attacks", "title": "Attacks", "question": "Who gets what?",
        "lecture": "Day 0", "goals": ["square"], "minutes": 1, "data": [],
        "seconds": {"full": 10, "fast": 10}});
    let marks = |id: &str, points: Option<u32>| {
        let mut marks = json!({"cell_type": "code", "checksum": "", "grade": points.is_some(),
            "grade_id": id, "locked": points.is_some(), "schema_version": 3,
            "solution": points.is_none(), "task": false});
        if let Some(points) = points {
            marks["points"] = points.into();
        }
        json!({"nbgrader": marks})
    };
    let prose = |id: &str, text: &str| json!({"cell_type": "markdown", "id": id, "metadata": {}, "source": text});
    let hint = "**Exercise 1.**\n\n<details><summary>Hint</summary>\n\nWhat is the area of a square?\n\n</details>";
    let cells = [
        prose("title", "# Attacks"),
        code("given", GIVEN, json!({})),
        prose("exercise-1", hint),
        code("square", SQUARE, marks("square", None)),
        code("square-check", SQUARE_CHECK, marks("square-check", Some(2))),
        prose("exercise-2", "**Exercise 2.**"),
        code("double", DOUBLE, marks("double", None)),
        code("double-check", DOUBLE_CHECK, marks("double-check", Some(1))),
    ];
    json!({"cells": cells, "metadata": {"candlelab": about, "kernelspec": {"name": "candlelab",
        "display_name": "Rust (Candle)", "language": "rust"}}, "nbformat": 4, "nbformat_minor": 5})
}

fn code(id: &str, source: &str, metadata: Value) -> Value {
    json!({"cell_type": "code", "id": id, "metadata": metadata, "source": source, "outputs": [],
        "execution_count": null})
}
