//! What rust-analyzer sees of the runtime: the crates whose types a cell can name, and no others.
//!
//! Copies of Candle and of the runtime's crates, with every other dependency dropped from their
//! manifests, and of the standard library without its intrinsics: loading takes a third of the
//! time and half of the memory, and all types that a notebook's variables have are still found.

use super::build::cargo;
use super::unwritable;
use crate::EngineError;
use crate::rust::toolchain::Toolchain;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The crates of the standard library that cells name.
const LIBRARY: [&str; 4] = ["core", "alloc", "std", "proc_macro"];

/// The processors' intrinsics: four fifths of the library's text, and nothing that a cell names.
const INTRINSICS: &str = "stdarch/crates/core_arch/src";

/// The name of the crate that evcxr makes of a cell.
const CELL: &str = "ctx";

/// Makes the mirror in `folder`; in its files it stands at `final_place`.
pub fn make(
    toolchain: &Toolchain,
    sources: &Path,
    folder: &Path,
    final_place: &Path,
) -> Result<(), EngineError> {
    let problem = |error: io::Error| unwritable(folder, &error);
    copy_library(toolchain, &folder.join("library")).map_err(problem)?;
    let metadata = run(cargo(toolchain, sources).args(["metadata", "--format-version=1"]))?;
    let packages = kept(&metadata);
    for (name, package) in &packages {
        let original = Path::new(package["manifest_path"].as_str().unwrap_or_default());
        copy(original.parent().unwrap_or(original), &folder.join(name)).map_err(problem)?;
        fs::write(folder.join(name).join("Cargo.toml"), manifest(package, &packages))
            .map_err(problem)?;
    }
    let cell = folder.join(CELL);
    fs::create_dir_all(cell.join("src")).map_err(problem)?;
    fs::write(cell.join("src/lib.rs"), "").map_err(problem)?;
    fs::write(cell.join("Cargo.toml"), cell_manifest(folder)).map_err(problem)?;
    let seen = run(cargo(toolchain, &cell).args(["metadata", "--format-version=1", "--offline"]))?;
    let text = seen.to_string().replace(&text(folder), &text(final_place));
    fs::write(folder.join("metadata.json"), text).map_err(problem)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A cell's manifest, with the runtime as its only dependency.
pub fn cell_manifest(mirror: &Path) -> String {
    let path = mirror.join("candlelab");
    format!(
        "[package]\nname = \"{CELL}\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n\
         [lib]\npath = \"src/lib.rs\"\n\n[workspace]\n\n\
         [dependencies]\ncandlelab = {{ path = {:?} }}\n",
        text(&path)
    )
}

fn run(command: &mut std::process::Command) -> Result<Value, EngineError> {
    let fail = |message: String| EngineError { message, hint: None };
    let output = command.output().map_err(|error| fail(format!("cannot run cargo: {error}")))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(fail(format!("cargo cannot describe the runtime: {text}")));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| fail(error.to_string()))
}

/// The packages that the mirror keeps, by name.
fn kept(metadata: &Value) -> BTreeMap<String, Value> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages
        .filter_map(|package| Some((package["name"].as_str()?.to_owned(), package.clone())))
        .filter(|(name, _)| name.starts_with("candlelab") || is_candle(name))
        .filter(|(name, _)| name != "candlelab-bench") // a program
        .collect()
}

fn is_candle(name: &str) -> bool {
    name == "candle-core" || name == "candle-nn"
}

/// The package's manifest, reduced to its kept dependencies.
fn manifest(package: &Value, packages: &BTreeMap<String, Value>) -> String {
    let name = package["name"].as_str().unwrap_or_default();
    let edition = package["edition"].as_str().unwrap_or("2021");
    let mut text = format!(
        "[package]\nname = \"{name}\"\nversion = {}\nedition = \"{edition}\"\n\n\
         [lib]\npath = \"src/lib.rs\"\n\n[features]\n",
        package["version"],
    );
    for feature in package["features"].as_object().into_iter().flat_map(|map| map.keys()) {
        let on = if feature == "default" { "[]" } else { continue };
        text.push_str(&format!("{feature} = {on}\n"));
    }
    if !is_candle(name) {
        text.push_str("candle = []\n");
    }
    text.push_str("\n[dependencies]\n");
    for dependency in package["dependencies"].as_array().into_iter().flatten() {
        let Some(name) = dependency["name"].as_str() else { continue };
        if dependency["kind"].is_null() && packages.contains_key(name) {
            let features =
                if name.starts_with("candlelab-host") { ", features = [\"candle\"]" } else { "" };
            text.push_str(&format!("{name} = {{ path = \"../{name}\"{features} }}\n"));
        }
    }
    text
}

/// Copies the standard library's sources, without the processors' intrinsics.
///
/// There is no manifest, so rust-analyzer puts the crates together by itself.
fn copy_library(toolchain: &Toolchain, to: &Path) -> io::Result<()> {
    for name in LIBRARY {
        copy(&toolchain.library_sources().join(name), &to.join(name))?;
    }
    fs::create_dir_all(to.join(INTRINSICS))?;
    fs::write(to.join(INTRINSICS).join("mod.rs"), "")
}

/// Copies the Rust sources of a package.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut folders = vec![PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        fs::create_dir_all(to.join(&folder))?;
        for entry in fs::read_dir(from.join(&folder))? {
            let name = folder.join(entry?.file_name());
            if from.join(&name).is_dir() {
                folders.push(name);
            } else if name.extension().is_some_and(|extension| extension == "rs") {
                fs::copy(from.join(&name), to.join(&name))?;
            }
        }
    }
    Ok(())
}
