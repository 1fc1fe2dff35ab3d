//! Writes a file whole or not at all.

use crate::Error;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use tempfile::{Builder, NamedTempFile};

/// Makes a folder where it is missing, and tries whether a file can be made in it.
///
/// # Errors
/// If it cannot; better known before any time is spent on running cells.
pub fn check_folder(folder: &Path) -> Result<(), Error> {
    draft(folder).map(drop).map_err(|source| Error::Write { path: folder.into(), source })
}

/// Writes beside `path` and renames into place once every byte has reached the disk.
pub(crate) fn save(path: &Path, content: &[u8]) -> Result<(), Error> {
    let write = || {
        let mut file = draft(path.parent().unwrap_or(path))?;
        file.as_file_mut().write_all(content)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error).map(drop)
    };
    write().map_err(|source| Error::Write { path: path.into(), source })
}

/// An empty file in a folder, gone when dropped.
fn draft(folder: &Path) -> io::Result<NamedTempFile> {
    // The parent of a bare file name is empty.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    fs::create_dir_all(folder)?;
    let mut builder = Builder::new();
    builder.prefix(".candlelab-");
    // The usual mode of a new file, less the user's mask; the default is private.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // By its kind alone, since its text would name the temporary file.
    builder.tempfile_in(folder).map_err(|error| error.kind().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_file_is_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.ipynb");
        save(&path, b"old").unwrap();
        save(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 1);
    }

    #[test]
    fn a_file_in_the_folders_place_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "").unwrap();
        let error = check_folder(&path).unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot write `{}`: ", path.display())), "{error}");
    }
}
