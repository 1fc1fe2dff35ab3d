//! Packs the sources of the runtime into the program, which builds them on its user's machine.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize();
    let root = root.expect("the workspace's root");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("set by cargo"));
    let mut files = Vec::new();
    collect(&root.join("runtime"), &mut files);
    files.sort();
    let manifests: Vec<DocumentMut> =
        files.iter().filter(|file| file.ends_with("Cargo.toml")).map(|file| parse(file)).collect();
    let mut table = String::from("pub static FILES: &[(&str, &[u8])] = &[\n");
    // Of the workspace's own files only what concerns the runtime, so that a store does not age
    // when the kernel's dependencies change.
    let own = [
        ("Cargo.toml", workspace_of(parse(&root.join("Cargo.toml")), &manifests)),
        ("Cargo.lock", lock_of(parse(&root.join("Cargo.lock")), &manifests)),
    ];
    for (name, text) in own {
        let file = out.join(name);
        std::fs::write(&file, text).expect("a writable output folder");
        writeln!(table, "    ({name:?}, include_bytes!({file:?})),").expect("a string grows");
        println!("cargo:rerun-if-changed={}", root.join(name).display());
    }
    for file in &files {
        let name = file.strip_prefix(&root).expect("below the root");
        writeln!(table, "    ({name:?}, include_bytes!({file:?})),").expect("a string grows");
        println!("cargo:rerun-if-changed={}", file.display());
    }
    table.push_str("];\n");
    println!("cargo:rerun-if-changed={}", root.join("runtime").display());
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

fn parse(file: &Path) -> DocumentMut {
    let text = std::fs::read_to_string(file).expect("a readable file");
    text.parse().expect("TOML")
}

/// The names of the crates that the runtime's manifests depend on.
fn direct(manifests: &[DocumentMut]) -> HashSet<String> {
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let tables = manifests
        .iter()
        .flat_map(|manifest| kinds.iter().filter_map(|kind| manifest.get(kind)?.as_table()));
    tables.flat_map(|table| table.iter().map(|(name, _)| name.to_owned())).collect()
}

/// The workspace's manifest with the runtime's crates as its only members.
fn workspace_of(mut manifest: DocumentMut, manifests: &[DocumentMut]) -> String {
    let wanted = direct(manifests);
    let workspace = manifest["workspace"].as_table_mut().expect("a table");
    workspace["members"] = value(Array::from_iter(["runtime/*"]));
    workspace.remove("default-members");
    let dependencies = manifest["workspace"]["dependencies"].as_table_mut();
    dependencies.expect("a table").retain(|name, _| wanted.contains(name));
    manifest.to_string()
}

/// The locked packages that the runtime's crates reach.
fn lock_of(mut lock: DocumentMut, manifests: &[DocumentMut]) -> String {
    let name = |manifest: &DocumentMut| manifest["package"]["name"].as_str().map(str::to_owned);
    let mut open: Vec<String> = manifests.iter().filter_map(name).collect();
    let packages = lock["package"].as_array_of_tables().expect("packages").clone();
    let mut kept = vec![false; packages.len()];
    while let Some(wanted) = open.pop() {
        for (at, package) in packages.iter().enumerate() {
            if !kept[at] && is_meant(package, &wanted) {
                kept[at] = true;
                let needs = package.get("dependencies").and_then(Item::as_array);
                open.extend(
                    needs.into_iter().flatten().filter_map(|it| it.as_str()).map(str::to_owned),
                );
            }
        }
    }
    let kept = packages.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(package, _)| package);
    lock["package"] = Item::ArrayOfTables(ArrayOfTables::from_iter(kept));
    lock.to_string()
}

/// Whether `wanted`, `name` or `name version` or more, means this package.
fn is_meant(package: &Table, wanted: &str) -> bool {
    let mut words = wanted.split(' ');
    let text = |key: &str| package.get(key).and_then(Item::as_str).unwrap_or_default();
    words.next() == Some(text("name")) && words.next().is_none_or(|it| it == text("version"))
}
