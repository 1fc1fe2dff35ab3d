//! Cells that were compiled before: by this session or an earlier one, of this notebook or another.
//!
//! A cell's library is kept under a hash of all that it is made of. Cells that read files or the
//! environment while they compile, or use crates beside the runtime, are compiled every time.

use super::{Settings, user_crates};
use crate::{CELLS, CELLS_KEPT};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// Set where nothing may be taken over from earlier sessions.
const OFF_VAR: &str = "CANDLELAB_NO_CELL_CACHE";
/// What makes a cell depend on more than its text.
const OUTSIDE: [&str; 7] =
    ["include!", "include_", "::include", "env!", "option_env", "::env", "#[path"];
/// How many files are kept; a cell has two, of some 80 kB together.
const KEPT: usize = 4000;

/// The place of a compiled cell: its library, and beside it the source that it was made of, to
/// which the places of its panics refer.
pub struct Kept {
    name: String,
    folders: Folders,
}

/// Where compiled cells are.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Folders {
    /// Where they are found.
    pub found: PathBuf,
    /// Where they are put.
    pub kept: Option<PathBuf>,
}

impl Folders {
    /// This one, unless the environment names others.
    pub fn or(usual: PathBuf) -> Self {
        match env::var_os(CELLS) {
            Some(found) => {
                Self { found: found.into(), kept: env::var_os(CELLS_KEPT).map(PathBuf::from) }
            }
            None => Self { found: usual.clone(), kept: Some(usual) },
        }
    }
}

impl Kept {
    /// The place for a source in its usual order; `None` where it must be compiled each time.
    pub fn of(settings: &Settings, ordered: &str, rustc: &Command) -> Option<Self> {
        let has_crates = rustc.get_args().any(user_crates::is_user_crate);
        let reads = OUTSIDE.iter().any(|word| ordered.contains(word));
        if has_crates || reads || env::var_os(OFF_VAR).is_some() {
            return None;
        }
        let mut hash = Sha256::new();
        hash.update(ordered);
        // The session's own folder differs from run to run and is in no library.
        let is_of_session = |it: &&OsStr| Path::new(it).starts_with(&settings.session);
        for argument in rustc.get_args().filter(|it| !is_of_session(it)) {
            hash.update(argument.as_encoded_bytes());
            hash.update([0]);
        }
        let name: String =
            hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Some(Self { name, folders: settings.cells.clone() })
    }

    /// Its library in a folder, and its source.
    fn files(&self, folder: &Path) -> [PathBuf; 2] {
        let library = folder.join(&self.name);
        [library.clone(), library.with_extension("rs")]
    }

    /// Takes the compiled cell, if it is there.
    pub fn take(&self, library: &Path, source: &Path) -> bool {
        let files = self.files(&self.folders.found);
        let taken = fs::copy(&files[0], library).and_then(|_| fs::copy(&files[1], source));
        // What is used stays.
        for file in &files {
            let _ = fs::File::open(file).and_then(|file| file.set_modified(SystemTime::now()));
        }
        taken.is_ok()
    }

    /// Keeps a compiled cell; without success nothing is lost.
    pub fn keep(&self, library: &Path, source: &Path) {
        let Some(folder) = &self.folders.kept else { return };
        let files = self.files(folder);
        let _ = put(source, &files[1]).and_then(|()| put(library, &files[0]));
    }
}

/// Copies a file: whole, or not at all.
fn put(from: &Path, to: &Path) -> io::Result<()> {
    let beside = to.with_extension(std::process::id().to_string());
    fs::create_dir_all(to.parent().unwrap_or(Path::new(".")))?;
    let put = fs::copy(from, &beside).and_then(|_| fs::rename(&beside, to));
    put.inspect_err(|_| drop(fs::remove_file(&beside)))
}

/// Removes what has not been used for longest.
pub fn prune(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort();
    let surplus = files.len().saturating_sub(KEPT);
    for (_, file) in files.into_iter().take(surplus) {
        let _ = fs::remove_file(file);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_first() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..KEPT + 2 {
            let file = fs::File::create(folder.path().join(number.to_string())).unwrap();
            let age = std::time::Duration::from_secs((KEPT - number.min(KEPT)) as u64 + 1);
            file.set_modified(SystemTime::now() - age).unwrap();
        }
        prune(folder.path());
        assert!(!folder.path().join("0").exists() && !folder.path().join("1").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), KEPT);
    }
}
