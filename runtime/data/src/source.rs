//! Where MNIST is looked for, and in which order.

use crate::{Error, Mnist, Result, download};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where a data set is from; `{}` is a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// Made by this program.
    Program,
    /// A file of the user's.
    File(PathBuf),
    /// A folder of the user's.
    Folder(PathBuf),
    /// What an earlier download left in this folder.
    Cache(PathBuf),
    /// Fetched just now.
    Download {
        /// The server.
        mirror: String,
        /// Why it is not in the cache for the next time, if it is not.
        note: Option<String>,
    },
    /// Part of this library.
    Embedded {
        /// Why nothing larger was used, if something was tried.
        note: Option<String>,
    },
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let note = match self {
            Self::Program => return write!(f, "made by this program"),
            Self::File(path) => return write!(f, "read from {}", path.display()),
            Self::Folder(path) => return write!(f, "read from the folder {}", path.display()),
            Self::Cache(path) => return write!(f, "read from the cache, {}", path.display()),
            Self::Download { mirror, note } => {
                write!(f, "downloaded from {mirror}")?;
                note
            }
            Self::Embedded { note } => {
                write!(f, "comes with candlelab")?;
                note
            }
        };
        note.as_ref().map_or(Ok(()), |note| write!(f, " ({note})"))
    }
}

/// A file's place, for messages, and what it holds.
pub(crate) type File = (PathBuf, Cow<'static, [u8]>);

/// One of the four files of the set.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    TrainImages,
    TrainLabels,
    TestImages,
    TestLabels,
}

macro_rules! embedded {
    ($name:literal) => {
        include_bytes!(concat!("../data/mnist10k/", $name, ".gz"))
    };
}

impl Kind {
    pub const ALL: [Self; 4] =
        [Self::TrainImages, Self::TrainLabels, Self::TestImages, Self::TestLabels];

    /// The names in use, the official one first.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::TrainImages => &["train-images-idx3-ubyte"],
            Self::TrainLabels => &["train-labels-idx1-ubyte"],
            Self::TestImages => &["t10k-images-idx3-ubyte", "test-images-idx3-ubyte"],
            Self::TestLabels => &["t10k-labels-idx1-ubyte", "test-labels-idx1-ubyte"],
        }
    }

    /// The official file, as it is on the servers and in the cache.
    pub fn gzip(self) -> String {
        format!("{}.gz", self.names()[0])
    }

    /// The official file's sha256.
    fn official(self) -> &'static str {
        match self {
            Self::TrainImages => "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            Self::TrainLabels => "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            Self::TestImages => "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            Self::TestLabels => "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        }
    }

    fn embedded(self) -> &'static [u8] {
        match self {
            Self::TrainImages => embedded!("train-images-idx3-ubyte"),
            Self::TrainLabels => embedded!("train-labels-idx1-ubyte"),
            Self::TestImages => embedded!("test-images-idx3-ubyte"),
            Self::TestLabels => embedded!("test-labels-idx1-ubyte"),
        }
    }
}

/// The places to look in; only [`Places::from_env`] reads the environment.
#[derive(Debug)]
pub(crate) struct Places {
    /// The user's folder of data sets.
    pub folder: Option<PathBuf>,
    /// The folder that downloads are kept in.
    pub cache: Option<PathBuf>,
    /// The servers to ask; none without the user's consent.
    pub mirrors: Vec<String>,
    /// What the sha256 of each downloaded or cached file must be.
    pub sums: fn(Kind) -> String,
}

impl Places {
    pub fn from_env() -> Self {
        let consent = std::env::var_os("CANDLELAB_DOWNLOAD").is_some_and(|value| value == "1");
        let mirrors = if consent { &download::MIRRORS[..] } else { &[] };
        Self {
            folder: std::env::var_os("CANDLELAB_DATA")
                .filter(|path| !path.is_empty())
                .map(PathBuf::from),
            cache: dirs::cache_dir().map(|cache| cache.join("candlelab/data/mnist")),
            mirrors: mirrors.iter().map(|mirror| (*mirror).to_owned()).collect(),
            sums: |kind| kind.official().to_owned(),
        }
    }

    /// Whether the file is the official one.
    pub fn trusts(&self, kind: Kind, file: &[u8]) -> bool {
        sha256(file) == (self.sums)(kind)
    }
}

fn sha256(file: &[u8]) -> String {
    Sha256::digest(file).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Loads the set from the first place that has it.
pub(crate) fn find(places: &Places) -> Result<Mnist> {
    let mut notes = Vec::new();
    if let Some(folder) = &places.folder {
        let folder = folder.join("mnist");
        if folder.is_dir() {
            return Mnist::from_dir(folder);
        }
        notes.push(format!("CANDLELAB_DATA is set, but {} is no folder", folder.display()));
    }
    if let Some(cache) = &places.cache
        && let Some(files) = cached(places, cache, &mut notes)
    {
        return Mnist::parse(files, Source::Cache(cache.clone()));
    }
    for mirror in &places.mirrors {
        match download::fetch(places, mirror) {
            Ok((files, note)) => {
                return Mnist::parse(files, Source::Download { mirror: mirror.clone(), note });
            }
            Err(error) => {
                notes.push(error.to_string().lines().next().unwrap_or_default().to_owned())
            }
        }
    }
    let files = Kind::ALL.map(|kind| (PathBuf::from(kind.gzip()), Cow::Borrowed(kind.embedded())));
    Mnist::parse(files, Source::Embedded { note: (!notes.is_empty()).then(|| notes.join("; ")) })
}

/// The files of an earlier download, if all four are there and whole.
fn cached(places: &Places, cache: &Path, notes: &mut Vec<String>) -> Option<[File; 4]> {
    let paths = Kind::ALL.map(|kind| cache.join(kind.gzip()));
    let mut files = Vec::new();
    for (kind, path) in Kind::ALL.into_iter().zip(paths) {
        let file = std::fs::read(&path).ok()?;
        if !places.trusts(kind, &file) {
            notes.push(format!("{} in the cache is damaged", path.display()));
            return None;
        }
        files.push((path, Cow::Owned(file)));
    }
    files.try_into().ok()
}

/// Reads one file from a folder, under any of its names, gzipped or not.
pub(crate) fn read(folder: &Path, kind: Kind) -> Result<File> {
    for name in kind.names() {
        for name in [format!("{name}.gz"), (*name).to_owned()] {
            let path = folder.join(name);
            match std::fs::read(&path) {
                Ok(file) => return Ok((path, Cow::Owned(file))),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(source) => return Err(Error::Read { path, source }),
            }
        }
    }
    Err(Error::Missing {
        folder: folder.to_owned(),
        expected: kind.names()[0],
        found: listing(folder),
    })
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
