//! What was used last, by the times of files and folders.

use std::cmp::Reverse;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Notes that a file or folder is used now; one that others own is left alone.
pub fn mark_used(path: &Path) {
    let _ = File::open(path).and_then(|it| it.set_modified(SystemTime::now()));
}

/// What a folder holds, the latest used first.
pub fn latest_first(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries
        .filter_map(|entry| Some((Reverse(entry.metadata().ok()?.modified().ok()?), entry.path())))
        .collect();
    paths.sort();
    paths.into_iter().map(|(_, path)| path).collect()
}
