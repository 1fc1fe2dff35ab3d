//! From what a platform gives to what it takes: archives, rules, marks by hand, pages and exports.

use super::course::Course;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use zip::write::{SimpleFileOptions, ZipWriter};

const RULES: &str = "penalty = 0.1\n[labs.00-attacks]\ndue = 2026-07-01T12:00:00Z\n\
                     extra = [\"double-check\"]\n[extensions.bob]\n00-attacks = 2026-07-03\n";
const ROSTER: &str = "id,first_name,last_name,lms_user_id\n\
                      ada,Ada,Lovelace,17\nbob,Bob,Meier,18\ncyd,Cyd,Smith,19\n";

/// An archive as Moodle makes it, with what was handed in on the second of July at noon.
fn archive(course: &Course, files: &[(&str, &str)]) {
    let mut writer = ZipWriter::new(File::create(course.path("moodle.zip")).unwrap());
    let at = zip::DateTime::from_date_and_time(2026, 7, 2, 12, 0, 0).unwrap();
    for (student, content) in files {
        let name = format!("{student}_assignsubmission_file/lab.ipynb");
        writer.start_file(name, SimpleFileOptions::default().last_modified_time(at)).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap();
}

#[test]
#[ignore = "slow"]
fn an_archive_is_graded_by_the_rules_and_given_back() {
    let course = Course::new();
    course.hand_in("right", |answers| answers);
    course.hand_in("table", |mut answers| {
        answers.square =
            "fn square(x: f64) -> f64 { if x == 3.0 { 9.0 } else { x + 0.125 } }".into();
        answers
    });
    let python = json!({"cells": [], "metadata": {"kernelspec": {"name": "python3",
        "language": "python", "display_name": ""}}, "nbformat": 4, "nbformat_minor": 5});
    archive(
        &course,
        &[
            ("Ada Lovelace_17", &course.notebook("right")),
            ("Bob Meier_18", &course.notebook("table")),
            ("Eve Mallory_99", &python.to_string()),
        ],
    );
    fs::write(course.path("grading.toml"), RULES).unwrap();
    fs::write(course.path("students.csv"), ROSTER).unwrap();
    let graded = course.grade("--submissions moodle.zip --roster students.csv").ends_with(7);
    graded.gives("ada", [2.0, 1.0]).gives("bob", [0.0, 1.0]);
    for said in [
        "Eve Mallory_99/00-attacks was not graded",
        "is a notebook for python (kernel `python3`), but Rust is needed",
        "00-attacks: nothing from cyd",
    ] {
        assert!(graded.text.contains(said), "{said} is not in:\n{}", graded.text);
    }
    // A day late costs a tenth of the two points that are no extra credit; Bob had until the third.
    let table = graded.table();
    for line in [
        "00-attacks,2026-07-01 12:00:00,2026-07-02 12:00:00,ada,Lovelace,Ada,,3.0,0.2,2.8,2.0",
        "00-attacks,2026-07-04 00:00:00,2026-07-02 12:00:00,bob,Meier,Bob,,1.0,0.0,1.0,2.0",
        "00-attacks,,,cyd,Smith,Cyd,,0.0,0.0,0.0,2.0",
    ] {
        assert!(table.lines().any(|it| it == line), "{line} is not in:\n{table}");
    }
    assert!(graded.page("ada").contains("handed in 1 d 0 h late: 0.2 points less"));
    let page = graded.page("bob");
    assert!(page.contains("a hidden test does not hold"), "{page}");
    assert!(!page.contains("whatever its sign") && !page.contains("-2.375"), "{page}");

    // What a kill or a slip of the hand has taken is made again, without grading anything.
    fs::remove_dir_all(course.path("grades/feedback")).unwrap();
    fs::write(course.path("grades/grades.csv"), "").unwrap();
    let again = course.grade("--submissions moodle.zip --publish-hidden").ends_with(7);
    assert!(again.text.contains("0 graded now, 2 grades"), "{}", again.text);
    assert!(again.page("bob").contains("whatever its sign"));
    assert_eq!(again.table(), table);

    let moodle = course.run("gradebook export --to moodle");
    assert!(moodle.contains("ada,Ada,Lovelace,,2.8\n"), "{moodle}");
    course.run("gradebook export --to gradescope -o results");
    let results = fs::read_to_string(course.path("results/bob/00-attacks/results.json")).unwrap();
    let results: Value = serde_json::from_str(&results).unwrap();
    assert_eq!(
        (&results["score"], &results["tests"][0]["status"]),
        (&json!(1.0), &json!("failed"))
    );
    let history = course.run("gradebook history bob 00-attacks");
    assert!(history.ends_with("  1 of 3 points\n"), "{history}");
}

#[test]
#[ignore = "slow"]
fn points_in_part_and_by_hand_outlast_another_grade() {
    let course = Course::new();
    course.edit_lab(|lab| {
        lab["metadata"]["candlelab"]["partial"] = json!(["square-check"]);
        let cells = lab["cells"].as_array_mut().unwrap();
        let marks = json!({"nbgrader": {"cell_type": "markdown", "checksum": "", "grade": true,
            "grade_id": "essay", "locked": false, "points": 4, "schema_version": 3,
            "solution": true, "task": false}});
        let source = "Since an area has two sides.";
        cells.push(json!({"cell_type": "markdown", "id": "essay", "metadata": marks,
            "source": source}));
        let task = json!({"nbgrader": {"cell_type": "markdown", "checksum": "", "grade": false,
            "grade_id": "task", "locked": true, "points": 3, "schema_version": 3,
            "solution": false, "task": true}});
        cells.push(json!({"cell_type": "markdown", "id": "task", "metadata": task,
            "source": "Draw it."}));
    });
    course.hand_in("ada", |answers| answers);
    course.hand_in("bob", |mut answers| {
        answers.square = "fn square(x: f64) -> f64 { if x == 3.0 { 9.0 } else { 0.0 } }".into();
        answers
    });
    let written = course.notebook("ada").replace(
        "\"cells\":[",
        "\"cells\":[{\"cell_type\":\"markdown\",\"id\":\"essay\",\"source\":\"Two sides\",\
         \"metadata\":{\"nbgrader\":{\"grade_id\":\"essay\"}}},",
    );
    course.write("ada", &written);
    let graded = course.grade("").ends_with(0);
    assert!(graded.text.contains("3 answers wait for a person"), "{}", graded.text);
    assert_eq!(graded.points("ada"), [2.0, 1.0, 0.0, 0.0]);
    assert_eq!(graded.points("bob"), [1.0, 1.0, 0.0, 0.0]);
    let page = graded.page("ada");
    assert!(page.contains("2 answers wait for a person; the points are not final"), "{page}");
    assert!(graded.page("bob").contains("nothing was written here"));

    mark_all(&course, "points=1.5&comment=well+said");
    let rules = "penalty = 0.1\ncap = 0.1\n[labs.00-attacks]\ndue = 2026-01-01\n";
    fs::write(course.path("grading.toml"), rules).unwrap();
    course.hand_in("bob", |answers| answers);
    let again = course.grade("--regrade").ends_with(0);
    assert_eq!(again.points("ada"), [2.0, 1.0, 1.5, 1.5]);
    assert_eq!(again.points("bob")[..2], [2.0, 1.0]);
    assert!(again.notes("bob").contains("was marked by hand for an earlier notebook"));
    let table = again.table();
    assert!(table.contains(",ada,,,,6.0,1.0,5.0,10.0\n"), "{table}");
    let page = again.page("ada");
    assert!(page.contains("well said") && page.contains("late: 1 points less"), "{page}");
}

/// Gives the same to every answer that waits, as a browser would.
fn mark_all(course: &Course, form: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_candlelab"));
    command.arg("mark").current_dir(course.path("")).stdout(Stdio::piped());
    let mut server = command.spawn().unwrap();
    let mut address = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut address).unwrap();
    let (host, token) = address.trim().strip_prefix("http://").unwrap().split_once('/').unwrap();
    let post = |number: usize| {
        let mut stream = TcpStream::connect(host).unwrap();
        let length = form.len();
        write!(
            stream,
            "POST /{token}{number} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Content-Length: {length}\r\n\r\n{form}"
        )
        .unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        reply.starts_with("HTTP/1.1 303")
    };
    let marked = (1..).take_while(|number| post(*number)).count();
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(marked >= 3, "{marked} marked");
}
