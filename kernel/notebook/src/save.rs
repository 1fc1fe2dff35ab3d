//! Reads files, and writes them whole or not at all.

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

/// Writes a file whole or not at all: beside `path`, and into place once every byte has reached the
/// disk. Makes the folders above it; a file that is replaced keeps its mode, and a link its target.
///
/// # Errors
/// If the folder or the file cannot be written.
pub fn write_file(path: &Path, content: &[u8]) -> Result<(), Error> {
    let write = || {
        let target = fs::canonicalize(path);
        let path = target.as_deref().unwrap_or(path);
        let mut file = draft(path.parent().unwrap_or(path))?;
        if let Ok(old) = fs::metadata(path) {
            file.as_file().set_permissions(old.permissions())?;
        }
        file.as_file_mut().write_all(content)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error).map(drop)
    };
    write().map_err(|source| Error::Write { path: path.into(), source })
}

/// The content of a notebook's file, whatever it is.
///
/// # Errors
/// If there is no such file, or it cannot be read.
pub fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => Error::Missing { path: path.into() },
        _ => Error::Read { path: path.into(), source },
    })
}

/// Writes a new folder of files whole, or not at all. Makes the folders above it.
pub(crate) fn save_folder(path: &Path, files: &[(&str, String)]) -> Result<(), Error> {
    let failed = |source| Error::Write { path: path.into(), source };
    let above = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(above).map_err(failed)?;
    let draft = builder(0o777).tempdir_in(above).map_err(|error| failed(error.kind().into()))?;
    for (name, text) in files {
        write_file(&draft.path().join(name), text.as_bytes())?;
    }
    fs::rename(draft.path(), path).map_err(failed)?;
    // Its name is gone, and with it what would be removed.
    let _ = draft.keep();
    Ok(())
}

/// An empty file in a folder, gone when dropped.
fn draft(folder: &Path) -> io::Result<NamedTempFile> {
    // The parent of a bare file name is empty.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    fs::create_dir_all(folder)?;
    // By its kind alone, since its text would name the temporary file.
    builder(0o666).tempfile_in(folder).map_err(|error| error.kind().into())
}

/// For the usual mode of a file or folder, less the user's mask; the default is private.
fn builder(mode: u32) -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".candlelab-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_file_is_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.ipynb");
        write_file(&path, b"old").unwrap();
        write_file(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_replaced_file_keeps_its_mode_and_a_link_its_target() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a.ipynb"), folder.path().join("link.ipynb"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("a.ipynb", &link).unwrap();
        write_file(&link, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
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
