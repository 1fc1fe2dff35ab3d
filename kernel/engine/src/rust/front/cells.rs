//! Cells that were compiled before: by this session or an earlier one, of this notebook or another.
//!
//! A cell's library is kept under a hash of all that it is made of. Cells that read files or the
//! environment while they compile, or use crates beside the runtime, are compiled every time.

use super::{Compiled, Settings, user_crates};
use crate::rust::recent::{latest_first, mark_used};
use crate::{CELLS, CELLS_KEPT};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Set where nothing may be taken over from earlier sessions.
const OFF_VAR: &str = "CANDLELAB_NO_CELL_CACHE";
/// What makes a cell depend on more than its text.
const OUTSIDE: [&str; 7] =
    ["include!", "include_", "::include", "env!", "option_env", "::env", "#[path"];
/// How many files are kept; a cell has two, of some 80 kB together.
const KEPT: usize = 4000;

/// The place of a compiled cell: its library, or what the compiler said against it, and beside it
/// the source that it was made of, to which the places of its panics refer.
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

    /// Its library in a folder, its source, and the errors in place of a library.
    fn files(&self, folder: &Path) -> [PathBuf; 3] {
        let library = folder.join(&self.name);
        let [source, errors] = ["rs", "errors"].map(|it| library.with_extension(it));
        [library, source, errors]
    }

    /// Takes the compiled cell, if it is there.
    pub fn take(&self, library: &Path, source: &Path) -> Option<Compiled> {
        let [kept_library, kept_source, errors] = self.files(&self.folders.found);
        fs::copy(&kept_source, source).ok()?;
        let (file, done) = match fs::read(&errors) {
            Ok(said) => (errors, Compiled { code: 1, said }),
            Err(_) => {
                fs::copy(&kept_library, library).ok()?;
                (kept_library, Compiled { code: 0, said: Vec::new() })
            }
        };
        // What is used stays.
        for file in [file, kept_source] {
            mark_used(&file);
        }
        Some(done)
    }

    /// Keeps what became of a cell; without success nothing is lost.
    pub fn keep(&self, library: &Path, source: &Path, done: &Compiled) {
        let Some(folder) = &self.folders.kept else { return };
        let [kept_library, kept_source, errors] = self.files(folder);
        let _ = match done.code {
            0 => put(source, &kept_source).and_then(|()| put(library, &kept_library)),
            1 if is_about_question_mark(&done.said) => {
                put(source, &kept_source).and_then(|()| write(&done.said, &errors))
            }
            _ => Ok(()),
        };
    }
}

/// Whether the errors are those by which evcxr learns that a cell uses `?`, and no others: a session
/// begins with them. Others may be the machine's, such as a full disk.
fn is_about_question_mark(said: &[u8]) -> bool {
    let lines = said.split(|byte| *byte == b'\n').map(serde_json::from_slice::<Value>);
    let errors: Vec<Value> = lines.flatten().filter(|line| line["level"] == "error").collect();
    let codes = errors.iter().map(|error| &error["code"]["code"]).filter(|code| !code.is_null());
    codes.clone().count() > 0 && codes.into_iter().all(|code| code == "E0277")
}

/// Copies a file: whole, or not at all.
fn put(from: &Path, to: &Path) -> io::Result<()> {
    write(&fs::read(from)?, to)
}

/// Writes a file: whole, or not at all.
fn write(content: &[u8], to: &Path) -> io::Result<()> {
    let beside = to.with_extension(std::process::id().to_string());
    fs::create_dir_all(to.parent().unwrap_or(Path::new(".")))?;
    let written = fs::write(&beside, content).and_then(|()| fs::rename(&beside, to));
    written.inspect_err(|_| drop(fs::remove_file(&beside)))
}

/// Removes what has not been used for longest.
pub fn prune(folder: &Path) {
    for file in latest_first(folder).into_iter().skip(KEPT) {
        let _ = fs::remove_file(file);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    #[test]
    fn errors_of_the_machine_are_not_kept() {
        let error = |code: &str| format!("{{\"level\":\"error\",\"code\":{code}}}\n");
        let question_mark = error("{\"code\":\"E0277\"}");
        let last = error("null");
        assert!(is_about_question_mark((question_mark.clone() + &last).as_bytes()));
        assert!(!is_about_question_mark(
            (question_mark + &error("{\"code\":\"E0463\"}")).as_bytes()
        ));
        assert!(!is_about_question_mark(last.as_bytes()));
    }

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
