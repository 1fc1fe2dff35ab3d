//! Keeps a second run from writing to the same folder.

use crate::exit::BadInput;
use anyhow::Context;
use std::fs::{File, TryLockError};
use std::path::Path;

/// Holds a folder until the result is dropped; the system lets go of it however this process ends.
pub fn hold(folder: &Path) -> anyhow::Result<File> {
    let file = File::open(folder)
        .with_context(|| format!("cannot open the folder `{}`", folder.display()))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(BadInput {
            message: format!("another run is writing to `{}`", folder.display()),
            hint: "wait for its end, or choose another folder with `--output`".into(),
        }
        .into()),
        // Some file systems have no locks; there nothing can be said of other runs.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}
