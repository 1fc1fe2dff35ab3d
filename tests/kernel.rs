//! The kernel from outside: Jupyter's own clients and conformance tests.

use crate::python::{PYTHON, succeed};
use std::sync::{Mutex, PoisonError};

/// `jupyter_kernel_test` expects each message within 0.1 s: too little for kernels side by side.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Runs the tests of a file in `python/` that an expression selects; gives the last line.
#[track_caller]
fn pytest(file: &str, selection: &str) -> String {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let history = tempfile::tempdir().expect("a folder");
    let options = ["-m", "pytest", "-p", "no:cacheprovider", "--timeout=120", "--tb=short"];
    let mut python = PYTHON.command();
    python
        .args(options)
        .args([file, "-k", selection])
        .env("CANDLELAB", env!("CARGO_BIN_EXE_candlelab"))
        .env("CANDLELAB_TEST_KERNEL", "candlelab")
        .env("CANDLELAB_HISTORY", history.path().join("history.sqlite"));
    let text = succeed(&mut python);
    let summary = text.lines().rev().find(|line| line.contains(" passed")).unwrap_or_default();
    assert!(!summary.contains("skipped"), "every test must run:\n{text}");
    summary.to_owned()
}

#[test]
fn jupyter_kernel_test_passes() {
    let summary = pytest("test_kernel.py", "RustKernelTests or WelcomeTests");
    assert!(summary.contains("13 passed"), "{summary}");
}

#[test]
fn a_compile_error_is_one_error() {
    let summary = pytest("test_kernel.py", "CompileErrorTests");
    assert!(summary.contains("1 passed"), "{summary}");
}

#[test]
fn jupyter_clients_get_what_they_expect() {
    pytest("test_kernel.py", "not KernelTests and not WelcomeTests and not CompileErrorTests");
}

#[test]
#[ignore = "slow"]
fn completion_offers_what_is_wanted() {
    pytest("test_completion.py", "");
}

#[test]
#[ignore = "slow"]
fn the_kernel_survives_what_may_happen() {
    pytest("test_robustness.py", "");
}

#[test]
#[ignore = "slow"]
fn student_versions_are_those_of_nbgrader() {
    pytest("test_nbgrader.py", "");
}

#[test]
#[ignore = "slow"]
fn marks_go_to_nbgrader_and_come_from_there() {
    pytest("test_gradebook.py", "");
}

#[test]
#[ignore = "slow"]
fn kubernetes_takes_our_jobs() {
    pytest("test_kubernetes.py", "");
}

#[test]
#[ignore = "slow"]
fn papermill_gives_values_to_notebooks() {
    pytest("test_papermill.py", "");
}

#[test]
#[ignore = "slow"]
fn written_notebooks_are_valid() {
    pytest("test_files.py", "");
}
