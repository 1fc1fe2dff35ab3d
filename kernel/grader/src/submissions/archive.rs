//! Archives as learning platforms make them; nothing of them is written to the disk.

use super::folder::plain;
use super::layout::{Handed, Place, place};
use super::{LARGEST, Source, bounded, too_large};
use crate::Error;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use zip::read::ZipFile;
use zip::{ExtraField, ZipArchive};

/// How many files an archive may hold.
const ENTRIES: usize = 50_000;
/// How many times larger than packed a file may be; notebooks are a hundred times larger at most.
const RATIO: u64 = 250;
/// What is smaller may be packed as it likes.
const SMALL: u64 = 1 << 20;

/// An archive whose files are read one at a time.
pub struct Archive(ZipArchive<BufReader<File>>);

impl Archive {
    pub fn open(path: &Path) -> io::Result<Self> {
        let archive = ZipArchive::new(BufReader::new(File::open(path)?))?;
        if archive.len() > ENTRIES {
            return Err(io::Error::other(format!("it holds more than {ENTRIES} files")));
        }
        Ok(Self(archive))
    }

    /// A file's content, whatever the archive says of its size.
    pub fn bytes(&mut self, index: usize) -> io::Result<Vec<u8>> {
        bounded(self.0.by_index(index)?)
    }
}

/// The notebooks in an archive, and what of it is none.
pub fn read(path: &Path, zone: &TimeZone) -> Result<(Vec<Handed>, Vec<String>), Error> {
    let unreadable = |source| Error::Submissions { path: path.into(), source };
    let mut archive = Archive::open(path).map_err(unreadable)?.0;
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    // Every student who handed in anything, and whether that was a notebook.
    let mut students: BTreeMap<String, bool> = BTreeMap::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|error| unreadable(error.into()))?;
        let name = entry.name().map(|it| plain(&it)).unwrap_or_else(|_| escaped(&entry));
        let parts: Vec<&str> = name.split(['/', '\\']).filter(|it| !it.is_empty()).collect();
        let Some(file) = parts.last() else { continue };
        if entry.is_dir() || file.starts_with('.') || parts.contains(&"__MACOSX") {
            continue;
        }
        let place = place(&parts, zone);
        let place = place.unwrap_or_else(|| Place { student: stem(file), ..Place::default() });
        let has_notebook = students.entry(place.student.clone()).or_default();
        match check(&entry, &name, &parts) {
            Ok(true) => {
                *has_notebook = true;
                let at = place.at.or_else(|| modified(&entry, zone));
                let source = Source::Entry { archive: path.into(), index };
                found.push(handed(place, path, &name, at, source));
            }
            Ok(false) => {}
            Err(problem) => {
                *has_notebook = true;
                problems.push(format!("`{name}`: {problem}"));
            }
        }
    }
    let without = students.into_iter().filter(|(_, has_notebook)| !has_notebook);
    problems.extend(without.map(|(student, _)| format!("`{student}` handed in no notebook")));
    Ok((found, problems))
}

fn handed(
    place: Place,
    archive: &Path,
    name: &str,
    submitted_at: Option<Timestamp>,
    source: Source,
) -> Handed {
    let Place { student, number, name: own_name, lab, is_late, .. } = place;
    let note = is_late.then(|| "the platform calls it late".to_owned());
    let path = archive.join(name.trim_start_matches('/'));
    Handed { student, number, name: own_name, lab, path, submitted_at, note, source }
}

/// Whether a file is a notebook; what is wrong with it, where it may be a student's work.
fn check<R: Read>(entry: &ZipFile<R>, name: &str, parts: &[&str]) -> Result<bool, String> {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        Some("ipynb") => {}
        Some("zip" | "tar" | "gz" | "tgz" | "7z" | "rar" | "xz" | "bz2") => {
            return Err("an archive in an archive is not opened".into());
        }
        _ => return Ok(false),
    }
    let packed = entry.compressed_size().max(1);
    let leads_out = |part: &&str| *part == ".." || part.ends_with(':');
    match () {
        () if parts.iter().any(leads_out) => Err("its path leads out of the archive".into()),
        () if !entry.is_file() => Err("it is no plain file".into()),
        () if entry.encrypted() => Err("it is encrypted".into()),
        () if entry.size() > LARGEST => Err(too_large().to_string()),
        () if entry.size() > SMALL && entry.size() / packed > RATIO => {
            Err(format!("it would unpack to {} times its size", entry.size() / packed))
        }
        () => Ok(true),
    }
}

/// When a file was changed: exact where the archive says so, else in the course's zone.
fn modified<R: Read>(entry: &ZipFile<R>, zone: &TimeZone) -> Option<Timestamp> {
    let exact = entry.extra_data_fields().find_map(|field| match field {
        ExtraField::ExtendedTimestamp(times) => times.mod_time(),
        _ => None,
    });
    let exact = exact.and_then(|seconds| Timestamp::from_second(seconds.into()).ok());
    let local = || {
        // An archive that knows no times has them all begin with those of DOS.
        let at = entry.last_modified().filter(|at| at.year() > 1980)?;
        let [month, day, hour, minute, second] =
            [at.month(), at.day(), at.hour(), at.minute(), at.second()].map(|it| it as i8);
        let at = DateTime::new(at.year() as i16, month, day, hour, minute, second, 0).ok()?;
        Some(at.to_zoned(zone.clone()).ok()?.timestamp())
    };
    exact.or_else(local)
}

/// A name that is no text.
fn escaped<R: Read>(entry: &ZipFile<R>) -> String {
    entry.name_raw().escape_ascii().to_string()
}

fn stem(file: &str) -> String {
    file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_owned()
}
