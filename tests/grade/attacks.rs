//! Each attack is a submission; it must get the mark that its answers deserve and touch nothing.

use super::course::Course;
use std::fs;
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::Path;
use tempfile::TempDir;

const WRONG: &str = "fn square(_: f64) -> f64 { 0.0 }";

/// Ways out, each a condition that holds where it is open.
fn ways_out(course: &Course, outside: &Outside) -> Vec<(&'static str, String)> {
    let lab = course.path("labs/00-attacks/lab.ipynb");
    let other = course.path("submitted/ada/00-attacks/lab.ipynb");
    let secret = outside.folder.path().join("secret");
    let read = |path: &Path| format!("std::fs::read({path:?}).is_ok()");
    let open = "use std::os::unix::fs::PermissionsExt;";
    vec![
        ("lab", read(&lab)),
        ("other", read(&other)),
        ("list", format!("std::fs::read_dir({:?}).is_ok()", course.path("labs"))),
        ("environment", "std::env::var(\"SECRET\").is_ok()".into()),
        ("environment-early", "option_env!(\"SECRET\").is_some()".into()),
        ("passwords", read(Path::new("/etc/passwd"))),
        ("proc", "std::fs::read(\"/proc/1/cmdline\").is_ok()".into()),
        ("home", "std::fs::read_dir(\"/root\").or(std::fs::read_dir(\"/home\")).is_ok()".into()),
        (
            "shell",
            format!("std::process::Command::new(\"cat\").arg({lab:?}).output().unwrap().status.success()"),
        ),
        ("network", format!("std::net::TcpStream::connect(\"{}\").is_ok()", outside.address())),
        (
            "socket",
            format!(
                "std::os::unix::net::UnixStream::connect({:?}).is_ok()",
                outside.folder.path().join("socket")
            ),
        ),
        ("write", format!("std::fs::write({:?}, \"\").is_ok()", course.path("grades/own.csv"))),
        (
            "chmod",
            format!("{{ {open} std::fs::set_permissions({secret:?}, std::fs::Permissions::from_mode(0o644)).is_ok() }}"),
        ),
        ("truncate", format!("std::fs::File::options().write(true).open({secret:?}).and_then(|it| it.set_len(1)).is_ok()")),
        (
            "session",
            "std::fs::read_dir(std::env::temp_dir().parent().unwrap_or(std::path::Path::new(\"/\"))).into_iter()\
             .chain(std::fs::read_dir(\"/tmp\")).flatten().flatten()\
             .any(|it| std::fs::read(it.path().join(\"src/lib.rs\")).is_ok())"
                .into(),
        ),
        (
            "trace",
            "{ unsafe extern \"C\" { fn ptrace(request: i64, pid: i32, a: usize, b: usize) -> i64; }\
             (unsafe { ptrace(0, 0, 0, 0) }) == 0 }"
                .into(),
        ),
        (
            "signal",
            "{ unsafe extern \"C\" { fn kill(pid: i32, signal: i32) -> i32; }\
             (unsafe { kill(1, 0) }) == 0 }"
                .into(),
        ),
        (
            "unmapped",
            "{ unsafe extern \"C\" { fn memfd_create(name: *const i8, flags: u32) -> i32; }\
             (unsafe { memfd_create(c\"x\".as_ptr(), 0) }) >= 0 }"
                .into(),
        ),
        (
            "shared",
            "{ unsafe extern \"C\" { fn shmget(key: i32, size: usize, flags: i32) -> i32; }\
             (unsafe { shmget(0, 4096, 0o600) }) >= 0 }"
                .into(),
        ),
    ]
}

/// What lies outside of the sandbox.
struct Outside {
    folder: TempDir,
    network: TcpListener,
    _socket: UnixListener,
}

impl Outside {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("secret"), "the answers").unwrap();
        let socket = UnixListener::bind(folder.path().join("socket")).unwrap();
        Self { folder, network: TcpListener::bind("127.0.0.1:0").unwrap(), _socket: socket }
    }

    fn address(&self) -> String {
        self.network.local_addr().unwrap().to_string()
    }
}

/// Has a student look for ways out, under that much protection; `includes` looks while it compiles.
#[track_caller]
fn look(arguments: &str, expected: impl Fn(&[&str]) -> Vec<String>, includes: f64) {
    let (course, outside) = (Course::new(), Outside::new());
    course.hand_in("ada", |answers| answers);
    let ways = ways_out(&course, &outside);
    let tries: String =
        ways.iter().map(|(name, is_open)| format!("({name:?}, {is_open}),\n")).collect();
    course.hand_in("looks", |mut answers| {
        answers.square = format!(
            "fn square(_: f64) -> f64 {{\n    let mut open = vec![];\n    for (name, is_open) in [{tries}] {{\n        \
             if is_open {{ open.push(name); }}\n    }}\n    panic!(\"open: {{open:?}}\")\n}}"
        );
        answers
    });
    course.hand_in("includes", |mut answers| {
        let lab = course.path("labs/00-attacks/lab.ipynb");
        answers.square =
            format!("fn square(x: f64) -> f64 {{ if include_str!({lab:?}).len() > 1 {{ x * x }} else {{ 0.0 }} }}");
        answers
    });
    let graded = course.grade(arguments).ends_with(0);
    let names: Vec<&str> = ways.iter().map(|(name, _)| *name).collect();
    graded.says("looks", &format!("your code panicked: open: {:?}", expected(&names)));
    graded.gives("ada", [2.0, 1.0]).gives("includes", [includes, 1.0]).gives("looks", [0.0, 1.0]);
    assert_eq!(course.path("grades/own.csv").exists(), includes > 0.0);
}

#[test]
fn looking_where_one_should_not_finds_nothing() {
    look("", |_| Vec::new(), 0.0);
}

#[test]
#[ignore = "slow"]
fn without_a_sandbox_all_ways_are_open() {
    // What the test above looks for could be found.
    look("--sandbox none", |all| all.iter().map(ToString::to_string).collect(), 2.0);
}

#[test]
#[ignore = "slow"]
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
        (
            "own-crate",
            "extern crate candlelab as real;\nextern crate self as candlelab;\n\
             mod check { pub fn probe<T>(_: &str, _: u64, _: &str, _: T) -> Result<(), String> { Ok(()) } }"
                .to_owned(),
        ),
        (
            "exports",
            "#[unsafe(no_mangle)] pub extern \"C\" fn candlelab_end() {}\n\
             #[unsafe(no_mangle)] pub extern \"C\" fn write(_: i32, _: *const u8, n: usize) -> isize { n as isize }"
                .to_owned(),
        ),
        (
            // Tells in every cell that follows, under whatever looks like a nonce in the engine's files.
            "forger",
            format!(
                "std::thread::spawn(|| loop {{\n    for folder in std::fs::read_dir(\"/tmp\").into_iter().flatten().flatten() {{\n        \
                 let text = std::fs::read_to_string(folder.path().join(\"src/lib.rs\")).unwrap_or_default();\n        \
                 if let Some((_, rest)) = text.split_once(\"check::probe)(\\\"\") {{\n            \
                 let nonce = rest.split('\"').next().unwrap();\n            \
                 let told = \"{told}\".replace(\"\\\"nonce\\\": \\\"0\\\"\", &format!(\"\\\"nonce\\\": {{nonce:?}}\"));\n            \
                 candlelab::host::display(&candlelab::host::Bundle::text(\"\").with(\"{mime}\", told));\n        }}\n    }}\n}});"
            ),
        ),
        ("depends", ":dep serde".to_owned()),
        ("depends-path", "%dep evil = { path = \"/tmp\" }".to_owned()),
        ("sets", ":env CANDLELAB_SANDBOX_FILES=/".to_owned()),
        ("shell", "!true".to_owned()),
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
    for student in
        ["prints", "displays", "own-check", "own-probe", "early", "hook", "own-crate", "exports"]
    {
        graded.gives(student, [0.0, 1.0]);
    }
}

#[test]
#[ignore = "slow"]
fn one_student_leaves_nothing_for_the_next() {
    let course = Course::new();
    let folders = "[std::env::temp_dir(), \".\".into(), \"/tmp\".into()]";
    course.hand_in("a-leaves", |mut answers| {
        answers.before = format!(
            "for folder in {folders} {{ let folder: std::path::PathBuf = folder; \
             let _ = std::fs::write(folder.join(\"left\"), \"x * x\"); }}\n\
             std::process::Command::new(\"sleep\").arg(\"87654\").spawn()?;\n\
             fn left(x: f64) -> f64 {{ x * x }}\nlet left_too = 9.0;"
        );
        answers
    });
    course.hand_in("b-looks", |mut answers| {
        answers.before = "let found = left_too;".into();
        answers.square = format!(
            "fn square(x: f64) -> f64 {{\n    for folder in {folders} {{\n        \
             let folder: std::path::PathBuf = folder;\n        \
             if folder.join(\"left\").exists() {{ panic!(\"a file\") }}\n    }}\n    \
             let others = std::fs::read_dir(\"/proc\").into_iter().flatten().flatten();\n    \
             let ran = others.filter_map(|it| std::fs::read(it.path().join(\"cmdline\")).ok());\n    \
             if ran.into_iter().any(|it| it.starts_with(b\"sleep\")) {{ panic!(\"a process\") }}\n    \
             x * x\n}}"
        );
        answers.double = "fn double(x: f64) -> f64 { left(x) }".into();
        answers
    });
    for level in ["full", "files"] {
        let graded = course.grade(&format!("-j 1 --regrade --sandbox {level}")).ends_with(0);
        graded.gives("a-leaves", [2.0, 1.0]).gives("b-looks", [2.0, 0.0]);
        assert_eq!(running("87654"), 0, "{level}");
    }
}

#[test]
fn what_is_lent_to_all_holds_no_solution_and_cannot_be_changed() {
    let course = Course::new();
    course.hand_in("a-changes", |mut answers| {
        answers.square = r#"fn square(_: f64) -> f64 {
    let lent = std::path::PathBuf::from(std::env::var("CANDLELAB_CELLS").unwrap());
    let files: Vec<_> = std::fs::read_dir(&lent).unwrap().map(|it| it.unwrap().path()).collect();
    let (mut secrets, mut changes) = (0, 0);
    for file in &files {
        let text = String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned();
        secrets += ["x * x", "x + x", "fn square", "6.25", "square-check"].iter().filter(|it| text.contains(**it)).count();
        changes += [
            std::fs::write(file, "").is_ok(),
            std::fs::remove_file(file).is_ok(),
            std::fs::rename(file, lent.join("moved")).is_ok(),
            std::fs::copy(file, lent.join("../kept/planted")).is_ok(),
        ].iter().filter(|it| **it).count();
    }
    changes += usize::from(std::fs::write(lent.join("planted"), "").is_ok());
    panic!("{} lent, {secrets} secrets, {changes} changes", files.len())
}"#.into();
        answers
    });
    course.hand_in("b-uses", |answers| answers);
    for level in ["full", "files"] {
        let graded = course.grade(&format!("-j 1 --regrade --sandbox {level}")).ends_with(0);
        // The cell with what the lab gives: its library, and its source.
        graded.says("a-changes", "your code panicked: 2 lent, 0 secrets, 0 changes");
        graded.gives("a-changes", [0.0, 1.0]).gives("b-uses", [2.0, 1.0]);
    }
}

#[test]
#[ignore = "slow"]
fn what_is_the_labs_stays_the_labs() {
    let course = Course::new();
    let half = "fn half(_: f64) -> f64 { 6.0 }\nlet samples = vec![-1.0];";
    course.hand_in("cheats", |mut answers| {
        answers.before = half.into();
        answers.double = "fn double(x: f64) -> f64 { if x == 4.0 { 8.0 } else { 0.0 } }".into();
        answers
    });
    course.hand_in("shares-a-name", |mut answers| {
        answers.double = format!("{half}\nfn double(x: f64) -> f64 {{ half(x) / 6.0 * x + x }}");
        answers
    });
    course.hand_in("in-the-check", |mut answers| {
        answers.before = "macro_rules! check { ($($any:tt)*) => {} }\nfn vec() {}".into();
        answers
    });
    let graded = course.grade("").ends_with(0);
    graded.gives("cheats", [2.0, 0.0]).gives("shares-a-name", [2.0, 1.0]);
    graded.gives("in-the-check", [2.0, 1.0]);
    assert!(graded.notes("shares-a-name").contains("`half` is the lab's"));
}

#[test]
#[ignore = "slow"]
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
    let graded = course.grade("--timeout 20 --memory 1500M").ends_with(0);
    for (student, _) in attacks {
        graded.gives(student, [0.0, 1.0]);
    }
    graded.gives("leaves", [2.0, 1.0]).gives("terminal", [0.0, 1.0]);
    assert!(!graded.page("terminal").contains("<script>"));
    assert!(!graded.text.contains('\u{1b}'), "{}", graded.text);
    assert_eq!(running("98765"), 0);
}

/// How many processes have such an argument.
pub fn running(argument: &str) -> usize {
    let commands = fs::read_dir("/proc").unwrap().flatten();
    let commands = commands.flat_map(|entry| fs::read(entry.path().join("cmdline")));
    commands.filter(|it| it.split(|byte| *byte == 0).any(|it| it == argument.as_bytes())).count()
}
