//! The sources of the runtime, packed in when this program was built.

use std::io;
use std::path::Path;
use toml_edit::{Array, DocumentMut, value};

include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// Writes the runtime as a workspace of its own.
pub fn unpack(folder: &Path) -> io::Result<()> {
    for (name, content) in FILES {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        if *name == "Cargo.toml" {
            std::fs::write(path, runtime_only(content)?)?;
        } else {
            std::fs::write(path, content)?;
        }
    }
    Ok(())
}

/// The workspace's manifest with the runtime's crates as its only members.
fn runtime_only(manifest: &[u8]) -> io::Result<String> {
    let text = String::from_utf8_lossy(manifest);
    let mut manifest: DocumentMut = text.parse().map_err(io::Error::other)?;
    manifest["workspace"]["members"] = value(Array::from_iter(["runtime/*"]));
    if let Some(dependencies) = manifest["workspace"]["dependencies"].as_table_mut() {
        let outside = |item: &toml_edit::Item| {
            item.get("path")
                .and_then(|path| path.as_str())
                .is_some_and(|path| path.starts_with("kernel"))
        };
        dependencies.retain(|_, item| !outside(item));
    }
    Ok(manifest.to_string())
}
