//! Crates that a notebook adds with `:dep`: built by the real cargo, apart from the runtime, so
//! that no choice of features can rebuild it.

use super::Settings;
use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use toml_edit::{DocumentMut, Item, Table};

/// What stands above cargo's words where crates cannot be built.
pub const FAILED: &str = "the crates of `%dep` cannot be built:";

/// The dependencies that evcxr wrote into the cell's manifest.
fn wanted(settings: &Settings) -> Result<Table, String> {
    let text = std::fs::read_to_string(settings.session.join("Cargo.toml"));
    let manifest: DocumentMut = text
        .unwrap_or_default()
        .parse()
        .map_err(|error| format!("the cell's manifest: {error}"))?;
    let dependencies = manifest.get("dependencies").and_then(Item::as_table);
    Ok(dependencies.cloned().unwrap_or_default())
}

/// Arguments that give rustc the added crates; builds them where needed.
pub fn build(settings: &Settings) -> Result<Vec<String>, String> {
    let wanted = wanted(settings)?;
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let folder = write_crate(settings, "user-crates", &wanted, "")?;
    let mut cargo = settings.command(&settings.cargo);
    cargo.current_dir(&folder).env("RUSTC", &settings.rustc).env_remove("CARGO_BUILD_BUILD_DIR");
    // What the compiler says of a crate then stands among cargo's own words.
    cargo.args(["build", "--release", "--message-format=json-render-diagnostics"]);
    cargo.env("CARGO_TARGET_DIR", &settings.user_crates);
    let output = cargo.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{FAILED}\n{}", said.trim()));
    }
    let mut arguments = externs(&String::from_utf8_lossy(&output.stdout), &wanted);
    let deps = settings.user_crates.join("release/deps");
    arguments.push(format!("-Ldependency={}", deps.display()));
    Ok(arguments)
}

/// `cargo metadata` of a cell that depends on the mirror and on the added crates, and the
/// folder that stands in it for the cell's; `None` where there are none.
pub fn metadata(settings: &Settings) -> Result<Option<(String, PathBuf)>, String> {
    let wanted = wanted(settings)?;
    if wanted.is_empty() {
        return Ok(None);
    }
    let mirror = settings.mirror.join("candlelab");
    let runtime = format!("candlelab = {{ path = {:?} }}\n", mirror.to_string_lossy());
    let folder = write_crate(settings, "analysis-crates", &wanted, &runtime)?;
    let mut cargo = settings.command(&settings.cargo);
    cargo.current_dir(&folder).env("RUSTC", &settings.rustc);
    let output = cargo.args(["metadata", "--format-version=1"]).output();
    let output = output.map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    Ok(Some((String::from_utf8_lossy(&output.stdout).into_owned(), folder)))
}

fn write_crate(
    settings: &Settings,
    name: &str,
    wanted: &Table,
    more: &str,
) -> Result<PathBuf, String> {
    let folder = settings.session.join(name);
    let manifest = format!(
        "[package]\nname = \"ctx\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [lib]\npath = \"src/lib.rs\"\n\n[dependencies]\n{more}{wanted}"
    );
    let write = |path: &Path, text: &str| {
        let old = std::fs::read_to_string(path).ok();
        if old.as_deref() == Some(text) { Ok(()) } else { std::fs::write(path, text) }
    };
    std::fs::create_dir_all(folder.join("src"))
        .and_then(|()| write(&folder.join("src/lib.rs"), ""))
        .and_then(|()| write(&folder.join("Cargo.toml"), &manifest))
        .map_err(|error| error.to_string())?;
    Ok(folder)
}

/// What begins the argument that gives rustc an added crate.
const EXTERN: &str = "--extern=";

/// Whether an argument of rustc's gives it a crate that a user has added.
pub fn is_user_crate(argument: &OsStr) -> bool {
    argument.to_str().is_some_and(|argument| argument.starts_with(EXTERN))
}

/// `--extern` arguments for the direct dependencies among cargo's messages.
fn externs(messages: &str, wanted: &Table) -> Vec<String> {
    let mut arguments = Vec::new();
    for message in messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        if message["reason"] != "compiler-artifact" {
            continue;
        }
        let package = package_name(message["package_id"].as_str().unwrap_or_default());
        let kinds = message["target"]["kind"].as_array().into_iter().flatten();
        let is_library = kinds.into_iter().any(|kind| kind != "bin" && kind != "custom-build");
        let files = message["filenames"].as_array().into_iter().flatten();
        let file = files.filter_map(Value::as_str).find(|file| !file.ends_with(".rmeta"));
        let (Some(file), true) = (file, is_library) else { continue };
        for (key, item) in wanted {
            let renamed = item.get("package").and_then(Item::as_str);
            if renamed.unwrap_or(key) == package {
                let own_name = message["target"]["name"].as_str().unwrap_or(key);
                let name = if renamed.is_some() { key } else { own_name }.replace('-', "_");
                arguments.push(format!("{EXTERN}{name}={file}"));
            }
        }
    }
    arguments
}

/// `registry+…#serde@1.0.0` and `path+file:///…/serde#1.0.0` name the package `serde`.
fn package_name(id: &str) -> &str {
    let (place, version) = id.rsplit_once('#').unwrap_or((id, ""));
    match version.split_once('@') {
        Some((name, _)) => name,
        None => place.rsplit('/').next().unwrap_or(place),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_names_come_from_both_forms_of_ids() {
        assert_eq!(package_name("registry+index#serde@1.0.0"), "serde");
        assert_eq!(package_name("path+file:///a/b/serde#1.0.0"), "serde");
    }
}
