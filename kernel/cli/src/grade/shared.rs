//! Compiled cells that submissions share: those of the lab's own run, where they hold nothing but
//! what students were given.

use anyhow::Context;
use candlelab_grader::Public;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, TempDir};

/// How many letters the name of a compiled cell has.
const NAME: usize = 32;

/// The folders of such cells.
pub struct SharedCells {
    _folder: TempDir,
    /// What any session may load and none may change.
    pub lent: PathBuf,
    /// What sessions of the lab's own keep.
    pub kept: PathBuf,
}

impl SharedCells {
    /// Empty ones, which go with this.
    pub fn new() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("candlelab-cells-").tempdir()?;
        let [lent, kept] = ["lent", "kept"].map(|name| folder.path().join(name));
        // They lie in a folder of their owner's alone; in a sandbox root is somebody else.
        for (path, mode) in [(&lent, 0o755), (&kept, 0o777)] {
            let made = fs::create_dir(path)
                .and_then(|()| fs::set_permissions(path, Permissions::from_mode(mode)));
            made.with_context(|| format!("cannot make `{}`", path.display()))?;
        }
        Ok(Self { _folder: folder, lent, kept })
    }

    /// Forgets what was kept until now.
    pub fn clear(&self) {
        for file in self.all() {
            let _ = fs::remove_file(file);
        }
    }

    /// Lends what was kept of a cell, if it is public; without success it is compiled again.
    pub fn lend(&self, cell: &str, public: &Public) {
        for source in self.all().filter(|file| file.extension().is_some_and(|it| it == "rs")) {
            let is_public = |text: &String| public.holds(cell, text);
            if is_compiled(&source) && fs::read_to_string(&source).is_ok_and(|it| is_public(&it)) {
                let library = source.with_extension("");
                let _ = self.put(&source).and_then(|()| self.put(&library));
            }
        }
        self.clear();
    }

    /// Whole or not at all: others may be looking for it just now.
    fn put(&self, file: &Path) -> io::Result<()> {
        let beside = NamedTempFile::new_in(&self.lent)?;
        fs::copy(file, beside.path())?;
        beside.persist(self.lent.join(file.file_name().unwrap_or_default()))?;
        Ok(())
    }

    fn all(&self) -> impl Iterator<Item = PathBuf> {
        let entries = fs::read_dir(&self.kept).into_iter().flatten().flatten();
        entries.map(|entry| entry.path())
    }
}

/// Whether a file is called as what belongs to a compiled cell.
fn is_compiled(file: &Path) -> bool {
    let name = file.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    name.len() == NAME && name.chars().all(|it| it.is_ascii_hexdigit())
}
