//! Notebooks as scripts and projects, and back.

use super::{Cmd, Done, fixture_path};
use std::fs;
use std::path::Path;

fn read(done: &Done, name: &str) -> String {
    fs::read_to_string(done.path(name)).unwrap()
}

#[test]
fn a_script_goes_back_to_the_notebook() {
    let done =
        Cmd::with(&["lint/clean"]).success("export lint/clean.ipynb --to script -o out/a.rs");
    assert!(read(&done, "out/a.rs").contains("\n// %% cell_id=\"one\" tags=[\"parameters\"]\n"));
    let done = done.wrote(&["a.rs"]).untouched("lint/clean.ipynb", "lint/clean");
    let done = done.then().success("export out/a.rs --to notebook -o out/a.ipynb").says("");
    let before = fs::read_to_string(fixture_path("lint/clean")).unwrap();
    assert_eq!(read(&done, "out/a.ipynb"), before);
}

#[test]
fn every_lab_goes_to_a_script_and_back() {
    let labs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../labs");
    let mut cmd = Cmd::with(&[]);
    for lab in fs::read_dir(labs).unwrap().map(|lab| lab.unwrap().path().join("lab.ipynb")) {
        if let Ok(before) = fs::read_to_string(&lab) {
            let export = format!("export {} --to script -o a.rs --force", lab.display());
            let export = cmd.success(&export).then();
            let done = export.success("export a.rs --to notebook -o a.ipynb --force");
            assert_eq!(read(&done, "a.ipynb"), before, "{}", lab.display());
            cmd = done.then();
        }
    }
}

#[test]
fn a_project_is_written_whole() {
    let done =
        Cmd::with(&["lint/clean"]).success("export lint/clean.ipynb --to project -o 'out/My lab'");
    let done = done.wrote(&["My lab/Cargo.toml", "My lab/src/main.rs", "My lab/src/show_value.rs"]);
    assert!(read(&done, "out/My lab/Cargo.toml").contains("name = \"my-lab\""));
}

#[test]
fn a_project_finds_the_library() {
    let lab = concat!(env!("CARGO_MANIFEST_DIR"), "/../../labs/10-mlp-xor/lab.ipynb");
    let done = Cmd::with(&[]).success(&format!("export {lab} --to project -o git"));
    let expected = concat!("candlelab = { git = \"", env!("CARGO_PKG_REPOSITORY"), "\" }\n");
    assert!(read(&done, "git/Cargo.toml").contains(expected));
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let done = done.then().success(&format!("export {lab} --to project -o path --runtime {root}"));
    assert!(read(&done, "path/Cargo.toml").contains("/runtime/candlelab\" }\n"));
    let done = done.then().ends_with(2, &format!("export {lab} --to project -o x --runtime ."));
    done.says("error: the crate `candlelab` is not in `.`\nhint: name the folder of candlelab's sources\n");
}

#[test]
fn what_is_there_stays() {
    let done = Cmd::with(&["lint/clean", "passes"])
        .ends_with(2, "export lint/clean.ipynb --to notebook -o passes.ipynb");
    let done = done.says("error: `passes.ipynb` is there already\nhint: `--force` replaces it\n");
    let done = done.untouched("passes.ipynb", "passes").then();
    let done = done.success("export lint/clean.ipynb --to notebook -o passes.ipynb --force");
    let done = done.untouched("passes.ipynb", "lint/clean").then();
    let done = done.ends_with(2, "export passes.ipynb --to script -o ./passes.ipynb --force");
    done.says("error: the export would replace its input `./passes.ipynb`\nhint: choose another place with `--output`\n");
}

#[test]
fn what_cannot_be_exported_is_said() {
    let done =
        Cmd::with(&["passes"]).ends_with(2, "export passes.ipynb --to project -o out/p").wrote(&[]);
    let first = done.stderr.lines().next().unwrap();
    assert!(
        first.starts_with("error: `passes.ipynb` cannot be a program: cell 2: line 1: "),
        "{first}"
    );
    let cmd = Cmd::with(&[]).after("printf '// %%%% a=\\n' >a.rs");
    let done = cmd.ends_with(2, "export a.rs --to notebook -o out/a.ipynb").wrote(&[]);
    assert!(done.stderr.contains("line 1: what follows `a=` is not JSON"), "{}", done.stderr);
    Cmd::with(&["python"]).ends_with(2, "export python.ipynb --to script -o a.rs");
}
