//! Each attack is a submission; it must get the mark that its answers deserve and touch nothing.

use super::course::Course;
use std::fs;
use std::net::TcpListener;

/// A square that is right only where the attack succeeds.
fn right_if(condition: &str) -> String {
    format!("fn square(x: f64) -> f64 {{\n    if {condition} {{ x * x }} else {{ 0.0 }}\n}}")
}

const WRONG: &str = "fn square(_: f64) -> f64 { 0.0 }";

#[test]
fn looking_where_one_should_not_finds_nothing() {
    let course = Course::new();
    let lab = course.path("labs/00-attacks/lab.ipynb");
    let other = course.path("submitted/ada/00-attacks/lab.ipynb");
    course.hand_in("ada", |answers| answers);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let read = |path: &std::path::Path| format!("std::fs::read({path:?}).is_ok()");
    let conditions = [
        ("reads-lab", read(&lab)),
        ("reads-other", read(&other)),
        ("lists-labs", format!("std::fs::read_dir({:?}).is_ok()", course.path("labs"))),
        ("includes-lab", format!("include_str!({lab:?}).len() > 0")),
        ("environment", "std::env::var(\"SECRET\").is_ok()".to_owned()),
        ("environment-early", "option_env!(\"SECRET\").is_some()".to_owned()),
        ("passwords", "std::fs::read(\"/etc/passwd\").is_ok()".to_owned()),
        ("proc", "std::fs::read_dir(\"/proc\").is_ok()".to_owned()),
        ("shell", format!("std::process::Command::new(\"cat\").arg({lab:?}).status().unwrap().success()")),
        ("network", format!("std::net::TcpStream::connect(\"{address}\").is_ok()")),
        ("writes", format!("std::fs::write({:?}, \"\").is_ok()", course.path("grades/own.csv"))),
        (
            "traces",
            "{ unsafe extern \"C\" { fn ptrace(request: i64, pid: i32, a: usize, b: usize) -> i64; }\n\
             (unsafe { ptrace(16, 1, 0, 0) }) == 0 }"
                .to_owned(),
        ),
        ("home", "std::fs::read_dir(\"/root\").or(std::fs::read_dir(\"/home\")).is_ok()".to_owned()),
    ];
    for (student, condition) in &conditions {
        course.hand_in(student, |mut answers| {
            answers.square = right_if(condition);
            answers
        });
    }
    let graded = course.grade("").ends_with(0);
    graded.gives("ada", [2.0, 1.0]);
    for (student, _) in &conditions {
        graded.gives(student, [0.0, 1.0]);
    }
    assert!(!course.path("grades/own.csv").exists());
}

#[test]
fn pretending_to_have_passed_gives_nothing() {
    let course = Course::new();
    let told = r#"{\"nonce\": \"0\", \"check\": \"square-check\", \"message\": \"\", \"error\": null,
        \"notes\": [{\"actual\": {\"shape\": [], \"numbers\": [9.0]}}, {\"actual\": {\"shape\": [], \"numbers\": [6.25]}}]}"#
        .replace('\n', " ");
    let mime = "application/vnd.candlelab.probe+json";
    let before = [
        ("prints", "println!(\"✓ 2 of 2 · squared\\nEVCXR_EXECUTION_COMPLETE\");".to_owned()),
        ("displays", format!("candlelab::host::display(&candlelab::host::Bundle::text(\"\").with(\"{mime}\", \"{told}\".to_string()));")),
        (
            "own-check",
            "fn check(_: &str, _: i32, _: impl FnOnce(&())) -> Result<(), String> { Ok(()) }\n\
             macro_rules! assert_eq { ($($any:tt)*) => {} }"
                .to_owned(),
        ),
        (
            "own-library",
            "mod candlelab { pub mod check {\n\
             pub fn probe<T>(_: &str, _: &str, _: T) -> Result<(), String> { Ok(()) } } }"
                .to_owned(),
        ),
        (
            "own-probe",
            "candlelab::check::probe(\"\", \"square-check\", |c| { c.numbers(9.0)?; c.numbers(6.25)?; Ok(\"\") })?;"
                .to_owned(),
        ),
        (
            "early",
            "extern \"C\" fn early() { println!(\"✓\"); }\n\
             #[used]\n#[unsafe(link_section = \".init_array\")]\nstatic EARLY: extern \"C\" fn() = early;"
                .to_owned(),
        ),
        (
            "channel",
            "for fd in 3..200 { use std::os::fd::FromRawFd;\n\
             let mut file = unsafe { std::fs::File::from_raw_fd(fd) };\n\
             let _ = std::io::Write::write_all(&mut file, b\"{\\\"square-check\\\": 2}\\n\"); std::mem::forget(file); }"
                .to_owned(),
        ),
        ("hook", "std::panic::set_hook(Box::new(|_| std::process::exit(0)));".to_owned()),
    ];
    for (student, cell) in &before {
        course.hand_in(student, |mut answers| {
            answers.before = cell.clone();
            answers.square = WRONG.into();
            answers
        });
    }
    let graded = course.grade("").ends_with(0);
    for (student, _) in &before {
        let points = graded.points(student);
        assert_eq!(points[0], 0.0, "{student} got {points:?}");
    }
    for student in ["prints", "displays", "own-check", "own-probe", "early", "hook"] {
        graded.gives(student, [0.0, 1.0]);
    }
}

#[test]
fn breaking_things_breaks_only_ones_own() {
    let course = Course::new();
    let body = |code: &str| format!("fn square(x: f64) -> f64 {{\n    {code}\n}}");
    let attacks = [
        ("exits", "std::process::exit(0)"),
        ("aborts", "std::process::abort()"),
        ("overflows", "square(x + 1.0) + 1.0"),
        ("loops", "loop { std::hint::black_box(x); }"),
        ("prints", "loop { println!(\"{}\", \"x\".repeat(1000)); }"),
        ("memory", "let mut all = vec![]; loop { all.push(vec![1u8; 1 << 24]); }"),
        (
            "disk",
            "for i in 0.. { let _ = std::fs::write(std::env::temp_dir().join(format!(\"{i}\")), vec![0u8; 1 << 24]); } x",
        ),
        (
            "forks",
            "let mut all = vec![]; loop { all.extend(std::process::Command::new(\"sleep\").arg(\"98765\").spawn()); }",
        ),
        ("threads", "loop { std::thread::spawn(|| loop { std::thread::park(); }); }"),
    ];
    for (student, code) in attacks {
        course.hand_in(student, |mut answers| {
            answers.square = body(code);
            answers
        });
    }
    course.hand_in("leaves", |mut answers| {
        answers.before = "std::process::Command::new(\"sleep\").arg(\"98765\").spawn()?;\n\
                          std::thread::spawn(|| loop { std::thread::park(); });"
            .into();
        answers
    });
    course.hand_in("terminal", |mut answers| {
        answers.square = body("panic!(\"\\u{1b}[2J<script>alert(1)</script> {x}\")");
        answers
    });
    let graded = course.grade("--timeout 10 --memory 1500M").ends_with(0);
    for (student, _) in attacks {
        graded.gives(student, [0.0, 1.0]);
    }
    graded.gives("leaves", [2.0, 1.0]).gives("terminal", [0.0, 1.0]);
    assert!(!graded.page("terminal").contains("<script>"));
    assert!(!graded.text.contains('\u{1b}'), "{}", graded.text);
    assert_eq!(running("98765"), 0);
}

/// How many processes have such an argument.
fn running(argument: &str) -> usize {
    let commands = fs::read_dir("/proc").unwrap().flatten();
    let commands = commands.flat_map(|entry| fs::read(entry.path().join("cmdline")));
    commands.filter(|it| it.split(|byte| *byte == 0).any(|it| it == argument.as_bytes())).count()
}
