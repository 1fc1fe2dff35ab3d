//! Where a published set is looked for, and in which order.

use crate::remote::{Pin, Remote};
use crate::{Error, Result, Source, download};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// A file's place, for messages, and what it holds.
pub(crate) type File = (PathBuf, Cow<'static, [u8]>);

/// The places to look in; only [`Places::from_env`] reads the environment.
#[derive(Debug)]
pub(crate) struct Places {
    /// The user's folder of data sets.
    pub root: Option<PathBuf>,
    /// The folder that downloads are kept in, a folder for each set.
    pub cache: Option<PathBuf>,
    /// Whether the user agrees to a download.
    pub consent: bool,
}

impl Places {
    pub fn from_env() -> Self {
        let root = std::env::var_os("CANDLELAB_DATA").filter(|path| !path.is_empty());
        Self {
            root: root.map(PathBuf::from),
            cache: dirs::cache_dir().map(|cache| cache.join("candlelab/data")),
            consent: std::env::var_os("CANDLELAB_DOWNLOAD").is_some_and(|value| value == "1"),
        }
    }
}

impl Pin {
    /// Whether the file is the official one.
    pub fn trusts(&self, file: &[u8]) -> bool {
        sha256(file) == self.sha256
    }
}

pub(crate) fn sha256(file: &[u8]) -> String {
    Sha256::digest(file).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The set's files from the first place that has them.
pub(crate) fn find(set: &Remote, places: &Places) -> Result<(Vec<File>, Source)> {
    let mut notes = Vec::new();
    if let Some(root) = &places.root {
        let folder = root.join(set.folder);
        if folder.is_dir() {
            return Ok((read_all(set, &folder)?, Source::Folder(folder)));
        }
        notes.push(format!("CANDLELAB_DATA is set, but {} is no folder", folder.display()));
    }
    let cache = places.cache.as_ref().map(|cache| cache.join(set.folder));
    if let Some(cache) = &cache
        && let Some(files) = cached(set, cache, &mut notes)
    {
        return Ok((files, Source::Cache(cache.clone())));
    }
    let mirrors = if places.consent { &set.mirrors[..] } else { &[] };
    for mirror in mirrors {
        match download::fetch(set, mirror, cache.as_deref()) {
            Ok((files, note)) => {
                return Ok((files, Source::Download { mirror: mirror.clone(), note }));
            }
            Err(error) => {
                notes.push(error.to_string().lines().next().unwrap_or_default().to_owned())
            }
        }
    }
    let note = (!notes.is_empty()).then(|| notes.join("; "));
    let Some(embedded) = &set.embedded else { return Err(absent(set, note)) };
    let files = set.files.iter().zip(embedded);
    let files = files.map(|(pin, file)| (PathBuf::from(pin.gzip()), Cow::Borrowed(*file)));
    Ok((files.collect(), Source::Embedded { note }))
}

fn absent(set: &Remote, note: Option<String>) -> Error {
    let folder = set.folder;
    let fetch = match set.mirrors.is_empty() {
        true => String::new(),
        false => format!("set CANDLELAB_DOWNLOAD=1 to fetch it ({}), or ", set.size()),
    };
    Error::Absent {
        set: set.title,
        reason: note.unwrap_or("neither CANDLELAB_DATA nor CANDLELAB_DOWNLOAD is set".to_owned()),
        hint: format!(
            "{fetch}put its files into a folder `{folder}` and set CANDLELAB_DATA to the folder \
             around it"
        ),
    }
}

/// The files of an earlier download, if all are there and whole.
fn cached(set: &Remote, cache: &Path, notes: &mut Vec<String>) -> Option<Vec<File>> {
    let mut files = Vec::new();
    for pin in &set.files {
        let path = cache.join(pin.gzip());
        let file = std::fs::read(&path).ok()?;
        if !pin.trusts(&file) {
            notes.push(format!("{} in the cache is damaged", path.display()));
            return None;
        }
        files.push((path, Cow::Owned(file)));
    }
    Some(files)
}

/// Reads the set's files from a folder.
pub(crate) fn read_all(set: &Remote, folder: &Path) -> Result<Vec<File>> {
    set.files.iter().map(|pin| read(folder, pin.names)).collect()
}

/// Reads one file from a folder, under any of its names, gzipped or not.
pub(crate) fn read(folder: &Path, names: &[&'static str]) -> Result<File> {
    for name in names {
        for name in [format!("{name}.gz"), (*name).to_owned()] {
            let path = folder.join(name);
            match std::fs::read(&path) {
                Ok(file) => return Ok((path, Cow::Owned(file))),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(source) => return Err(Error::Read { path, source }),
            }
        }
    }
    Err(Error::Missing { folder: folder.to_owned(), expected: names[0], found: listing(folder) })
}

/// What a folder holds, in a few words.
fn listing(folder: &Path) -> String {
    let Ok(entries) = std::fs::read_dir(folder) else { return "no such folder".to_owned() };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    let more = names.len().saturating_sub(8);
    names.truncate(8);
    match (names.is_empty(), more) {
        (true, _) => "nothing".to_owned(),
        (false, 0) => names.join(", "),
        (false, more) => format!("{} and {more} more", names.join(", ")),
    }
}

#[cfg(test)]
mod tests;
