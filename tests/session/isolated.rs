//! Notebooks that harm what runs them; each ends with the right code and a report.

use super::{cells_of, notebook};
use std::fs;
use std::process::{Command, Output};
use tempfile::TempDir;

/// Runs notebooks of these cells one after the other, with more arguments.
fn run(notebooks: &[&[&str]], arguments: &str) -> (TempDir, Output) {
    let folder = tempfile::tempdir().unwrap();
    for (at, cells) in notebooks.iter().enumerate() {
        let path = folder.path().join(format!("{at}.ipynb"));
        fs::write(path, notebook(cells, &[]).to_string()).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_candlelab"));
    command.args(["run", ".", "-j", "1"]).args(arguments.split_whitespace());
    let output = command.current_dir(folder.path()).output().unwrap();
    (folder, output)
}

/// The first notebook ends so, and the second, which is harmless, passes.
#[track_caller]
fn check(cells: &[&str], arguments: &str, code: i32, said: &str) {
    let (folder, output) = run(&[cells, &["6 * 7"]], arguments);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        output.status.code(),
        Some(code),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(text.contains(said), "{said:?} is not in:\n{text}");
    let second = cells_of(&folder.path().join("out/1.ipynb"));
    second[0].is_ok().shows("42");
    assert!(folder.path().join("out/0.ipynb").exists());
}

#[test]
fn killing_its_parent_is_a_death() {
    let cell = r#"std::process::Command::new("sh").args(["-c", "kill -9 $(ps -o ppid= -p $PPID)"]).status()?; loop {}"#;
    check(&["let a = 1;", cell], "", 4, "kernel died in In[2]");
}

#[test]
#[ignore = "slow"]
fn endless_output_ends_at_the_limit_of_time() {
    let cell = r#"loop { println!("{}", "x".repeat(1000)); }"#;
    check(&[cell], "--timeout 3", 3, "timed out in In[1]");
}

#[test]
#[ignore = "slow"]
fn too_much_memory_is_told() {
    let cell = "let mut all = Vec::new(); loop { all.push(vec![1u8; 50 << 20]); std::thread::sleep(std::time::Duration::from_millis(20)); }";
    check(&[cell], "--memory 1G", 4, "its limit is 1.00 GiB");
}

#[test]
#[ignore = "slow"]
fn processes_without_end_are_a_death() {
    let cell = r#"loop { std::process::Command::new("sleep").arg("54321").spawn()?; }"#;
    check(&[cell], "", 4, "processes; 256 may be");
    let found = Command::new("pgrep").args(["-f", "sleep 54321"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&found.stdout), "");
}

#[test]
#[ignore = "slow"]
fn a_death_is_none_that_a_cell_may_have() {
    let folder = tempfile::tempdir().unwrap();
    let mut notebook = notebook(&["std::process::exit(3)"], &[]);
    notebook["metadata"]["execution"] = serde_json::json!({"allow_errors": true});
    fs::write(folder.path().join("a.ipynb"), notebook.to_string()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_candlelab"));
    let status = command.args(["run", "a.ipynb"]).current_dir(folder.path()).status().unwrap();
    assert_eq!(status.code(), Some(4));
}

#[test]
#[ignore = "slow"]
fn a_thread_that_goes_on_printing_harms_nobody() {
    let cell = r#"std::thread::spawn(|| loop { println!("still here"); std::thread::sleep(std::time::Duration::from_millis(1)); }); 1"#;
    check(&[cell], "--retries 0", 0, "2 of 2 notebooks passed");
}

#[test]
#[ignore = "slow"]
fn an_endless_destructor_ends_at_the_limit_of_time() {
    let cell = "struct Stuck; impl Drop for Stuck { fn drop(&mut self) { loop { std::thread::sleep(std::time::Duration::from_secs(1)); } } }\n{ let _stuck = Stuck; }";
    check(&[cell], "--timeout 3", 3, "timed out in In[1]");
}

#[test]
#[ignore = "slow"]
fn closing_standard_output_harms_nobody() {
    let cell = r#"extern "C" { fn close(fd: i32) -> i32; } unsafe { close(1); close(2); } println!("gone");"#;
    let (folder, output) = run(&[&[cell], &["6 * 7"]], "");
    assert!(output.status.code().is_some_and(|code| [0, 1, 4].contains(&code)));
    cells_of(&folder.path().join("out/1.ipynb"))[0].is_ok().shows("42");
}

#[test]
fn what_a_notebook_starts_does_not_outlive_it() {
    let name = format!("candlelab-stray-{}", std::process::id());
    let start = format!(
        r#"std::process::Command::new("setsid").args(["sh", "-c", "exec -a {name} sleep 1000 & sleep 1000"]).spawn()?; println!("started");"#
    );
    check(&[&start], "", 0, "2 of 2 notebooks passed");
    let found = Command::new("pgrep").args(["-f", &name]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&found.stdout), "");
}

#[test]
#[ignore = "slow"]
fn nothing_leaks_from_one_notebook_to_the_next() {
    let first = [
        "let secret = 7;",
        "fn helper() -> i32 { 1 }",
        "unsafe { std::env::set_var(\"SECRET\", \"1\") };",
    ];
    let second = ["std::env::var(\"SECRET\").is_err()", "helper()", "secret", "6 * 7"];
    let (folder, _) = run(&[&first, &second[..1]], "");
    cells_of(&folder.path().join("out/1.ipynb"))[0].is_ok().shows("true");
    let (folder, _) = run(&[&[":env SECRET=1"], &second[..1]], "");
    cells_of(&folder.path().join("out/1.ipynb"))[0].is_ok().shows("true");
    for code in [second[1], second[2]] {
        let (folder, output) = run(&[&first, &[code]], "");
        assert_eq!(output.status.code(), Some(1));
        cells_of(&folder.path().join("out/1.ipynb"))[0].fails_with("E0425");
    }
}

#[test]
#[ignore = "slow"]
fn without_the_network_there_is_none() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let cell = format!("std::net::TcpStream::connect({address:?}).is_ok()");
    // The loopback of the cell is another one.
    for (arguments, expected) in [("--offline", "false"), ("", "true")] {
        let (folder, _) = run(&[&[&cell]], arguments);
        cells_of(&folder.path().join("out/0.ipynb"))[0].is_ok().shows(expected);
    }
}

#[test]
#[ignore = "slow"]
fn settings_of_evcxr_are_not_obeyed() {
    let folder = tempfile::tempdir().unwrap();
    let settings = "[evcxr]\ntmpdir = \"/nowhere\"\npreserve_vars_on_panic = false\n";
    fs::write(folder.path().join("evcxr.toml"), settings).unwrap();
    let cells = ["std::fs::exists(\"evcxr.toml\")?", "%reset\nstd::fs::exists(\"evcxr.toml\")?"];
    fs::write(folder.path().join("a.ipynb"), notebook(&cells, &[]).to_string()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_candlelab"));
    let output = command.args(["run", "a.ipynb"]).current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for ran in cells_of(&folder.path().join("out/a.ipynb")) {
        ran.is_ok().shows("true");
    }
}
