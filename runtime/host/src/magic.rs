//! What magics call; a notebook writes `%time`, `!ls` and so on.

mod tests_run;
mod timing;

pub use tests_run::{TestResult, TestsFailed, run_tests};
pub use timing::{Timing, start, stop};

use crate::{check_interrupt, display};
use std::process::Command;

/// Set where notebooks must not run shell commands, such as in graded runs.
const NO_SHELL_VAR: &str = "CANDLELAB_NO_SHELL";
/// Where Jupyter's server says which notebook is open.
const NOTEBOOK_VAR: &str = "JPY_SESSION_NAME";

/// Runs a shell command; its output is the cell's.
///
/// # Panics
/// If it fails, or shell commands are not allowed.
pub fn shell(command: &str) {
    assert!(std::env::var_os(NO_SHELL_VAR).is_none(), "shell commands are not allowed here");
    let status = Command::new("sh").arg("-c").arg(command).status();
    // An interrupt ends the command first, and then the cell.
    check_interrupt();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => panic!("`{command}` ended with {status}"),
        Err(error) => panic!("`{command}` cannot be run: {error}"),
    }
}

/// Shows the hint of an exercise of the open notebook: `3`, or `3 --more`.
///
/// # Panics
/// If it cannot be told which file the notebook is, or it has no such exercise.
pub fn hint(arguments: &str) {
    let notebook = std::env::var(NOTEBOOK_VAR);
    let notebook = notebook.expect("no front end says which file this notebook is; try `candlelab hint FILE NUMBER` in a terminal");
    let program = std::env::current_exe().expect("a running program has a file");
    let mut command = Command::new(program);
    let output = command.arg("hint").arg(notebook).args(arguments.split_whitespace()).output();
    let output = output.unwrap_or_else(|error| panic!("the hint cannot be looked up: {error}"));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
    display::markdown(said.trim());
}

/// Sets a variable of the environment.
pub fn set_env(name: &str, value: &str) {
    // SAFETY: as safe as it can be in a notebook: at this moment a cell does nothing else.
    unsafe { std::env::set_var(name, value) };
}

/// Shows the variables of the environment whose names contain `part`.
pub fn env(part: &str) {
    let variables = std::env::vars().filter(|(name, _)| name.contains(part));
    let mut lines: Vec<String> = variables.map(|(name, value)| format!("{name}={value}")).collect();
    lines.sort();
    display::text(lines.join("\n"));
}
