//! The `Cargo.toml` of a project.

use super::Library;
use crate::magic::dependencies;
use crate::{Error, Kind, Notebook};
use std::path::{Path, absolute};
use toml_edit::{DocumentMut, InlineTable, Item, Table, Value, value};

/// The manifest, with the crates that the notebook asks for.
pub(super) fn manifest(
    notebook: &Notebook,
    path: &Path,
    name: &str,
    library: Option<&Library>,
) -> Result<String, Error> {
    let mut manifest = DocumentMut::new();
    manifest["package"] = Item::Table(Table::new());
    for (key, text) in [("name", name), ("version", "0.1.0"), ("edition", "2024")] {
        manifest["package"][key] = value(text);
    }
    manifest["dependencies"] = Item::Table(crates(notebook, path)?);
    if let Some(library) = library {
        manifest["dependencies"]["candlelab"] = value(place(library));
    }
    // As fast as in a notebook; and no part of a workspace around it.
    let text = manifest.to_string();
    Ok(text + "\n[profile.dev.package.\"*\"]\nopt-level = 3\n\n[workspace]\n")
}

fn place(library: &Library) -> InlineTable {
    let mut place = InlineTable::new();
    match library {
        Library::Folder(folder) => place.insert("path", folder.display().to_string().into()),
        Library::Git(address) => place.insert("git", address.as_str().into()),
    };
    place
}

/// The crates of all `:dep`s; a later one of the same crate wins.
fn crates(notebook: &Notebook, path: &Path) -> Result<Table, Error> {
    let folder = absolute(path).unwrap_or_else(|_| path.into());
    let folder = folder.parent().unwrap_or(Path::new("/"));
    let mut crates = Table::new();
    for (index, cell) in notebook.cells().enumerate().filter(|(_, it)| it.kind() == Kind::Code) {
        for line in dependencies(&cell.source()) {
            let table = read(line).map_err(|problem| Error::NotProgram {
                path: path.into(),
                cell: index + 1,
                problem,
            })?;
            for (name, mut place) in table {
                lead_to(&mut place, folder);
                crates.insert(&name, place);
            }
        }
    }
    Ok(crates)
}

/// What follows `:dep`: TOML, or a name alone.
fn read(line: &str) -> Result<Table, String> {
    let line = if line.contains('=') { line.to_owned() } else { format!("{line} = \"*\"") };
    let table = line.parse::<DocumentMut>();
    table.map(DocumentMut::into_table).map_err(|_| format!("`:dep {line}` is not TOML"))
}

/// A relative path begins at the notebook.
fn lead_to(place: &mut Item, folder: &Path) {
    let path = place.as_table_like_mut().and_then(|place| place.get_mut("path"));
    if let Some(Item::Value(path)) = path
        && let Some(text) = path.as_str()
    {
        *path = Value::from(folder.join(text).display().to_string());
    }
}
