//! Crates that a notebook adds.

use super::session;
use std::fs;
use std::path::Path;

/// A crate in `folder` with this library; gives the line that adds it.
fn crate_of(folder: &Path, library: &str) -> String {
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(
        folder.join("Cargo.toml"),
        "[package]\nname = \"own\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    )
    .unwrap();
    fs::write(folder.join("src/lib.rs"), library).unwrap();
    format!("%dep own = {{ path = {:?} }}", folder.display().to_string())
}

#[test]
fn an_edited_crate_is_built_anew() {
    let folder = tempfile::tempdir().unwrap();
    for answer in [41, 42] {
        let library = format!("pub fn answer() -> i32 {{ {answer} }}");
        let add = crate_of(folder.path(), &library);
        let ran = session(&[&add, "own::answer()"]);
        ran[0].is_ok();
        ran[1].is_ok().shows(&answer.to_string());
    }
}

#[test]
fn a_crate_that_does_not_build_is_told_in_cargos_words() {
    let folder = tempfile::tempdir().unwrap();
    let add = crate_of(folder.path(), "pub fn answer() -> i32 { nothing }");
    let ran = session(&[&format!("{add}\nlet x = own::answer();"), "6 * 7"]);
    ran[0].fails_with("DependencyFailed").shows("cannot find value `nothing`");
    ran[1].is_ok().shows("42");
}
