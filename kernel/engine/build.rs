//! Packs the sources of the runtime into the program, which builds them on its user's machine.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize();
    let root = root.expect("the workspace's root");
    let mut files = vec![root.join("Cargo.toml"), root.join("Cargo.lock")];
    collect(&root.join("runtime"), &mut files);
    files.sort();
    let mut table = String::from("pub static FILES: &[(&str, &[u8])] = &[\n");
    for file in &files {
        let name = file.strip_prefix(&root).expect("below the root");
        writeln!(table, "    ({name:?}, include_bytes!({file:?})),").expect("a string grows");
        println!("cargo:rerun-if-changed={}", file.display());
    }
    table.push_str("];\n");
    println!("cargo:rerun-if-changed={}", root.join("runtime").display());
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("set by cargo"));
    std::fs::write(out.join("sources.rs"), table).expect("a writable output folder");
}

/// Every file below `folder` but build outputs and tests.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).expect("a readable folder");
    for path in entries.map(|entry| entry.expect("a readable entry").path()) {
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            if name != "target" && name != "tests" {
                println!("cargo:rerun-if-changed={}", path.display());
                collect(&path, files);
            }
        } else {
            files.push(path);
        }
    }
}
