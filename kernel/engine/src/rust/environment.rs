//! The environment that evcxr and rust-analyzer read, and the user's own.

use super::front::SETTINGS_VAR;
use super::store::Store;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What [`enter`] changes; cells, compilers and shell commands see these as they were.
const CHANGED: [&str; 6] =
    ["PATH", "CARGO_HOME", "RUSTC", "RUST_SRC_PATH", "EVCXR_TMPDIR", SETTINGS_VAR];

/// The user's own value of a changed variable, as it was when first asked for.
pub fn original(name: &str) -> Option<OsString> {
    static VALUES: OnceLock<Vec<(&str, Option<OsString>)>> = OnceLock::new();
    let values =
        VALUES.get_or_init(|| CHANGED.iter().map(|name| (*name, std::env::var_os(name))).collect());
    values.iter().find(|(known, _)| *known == name)?.1.clone()
}

/// The file of this program, as it was when first asked for: in a root of its own a process no longer
/// finds it.
///
/// # Errors
/// If the system does not tell.
pub fn program() -> std::io::Result<PathBuf> {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    match FILE.get() {
        Some(file) => Ok(file.clone()),
        None => std::env::current_exe().map(|file| FILE.get_or_init(|| file).clone()),
    }
}

/// Gives a command the user's own values.
pub fn restore(command: &mut Command) {
    for name in CHANGED {
        match original(name) {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
}

/// Makes evcxr and rust-analyzer, which read the environment, use the session's tools.
pub fn enter(session: &Path, store: &Store) {
    let bin = session.join("bin");
    let old = original("PATH").unwrap_or_default();
    // evcxr prefers rustup's choice of cargo to the one on the path.
    let others = std::env::split_paths(&old).filter(|folder| !folder.join("rustup").exists());
    let path = std::env::join_paths(std::iter::once(bin.clone()).chain(others)).unwrap_or(old);
    let values = [
        ("PATH", path),
        ("CARGO_HOME", session.join("cargo-home").into()),
        ("RUSTC", bin.join("rustc").into()),
        ("RUST_SRC_PATH", store.mirror().join("library").into()),
        ("EVCXR_TMPDIR", session.into()),
        (SETTINGS_VAR, session.join("front.json").into()),
    ];
    for (name, value) in values {
        // SAFETY: nothing in this program reads the environment through C while an engine starts.
        unsafe { std::env::set_var(name, value) };
    }
}
