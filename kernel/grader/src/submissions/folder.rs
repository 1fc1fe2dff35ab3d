//! nbgrader's folders, `STUDENT/LAB/lab.ipynb`.

use super::layout::Handed;
use super::{LARGEST, Source};
use crate::Error;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// What lies in the folder, and what of it is no submission.
pub fn read(folder: &Path, zone: &TimeZone) -> Result<(Vec<Handed>, Vec<String>), Error> {
    let unreadable = |source| Error::Submissions { path: folder.into(), source };
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for student in folders(folder).map_err(unreadable)? {
        for lab in folders(&student).map_err(unreadable)? {
            match notebook(&lab) {
                Ok(path) => found.push(Handed {
                    lab: Some(name(&lab)),
                    submitted_at: noted(&lab, zone).or_else(|| modified(&path)),
                    ..handed(name(&student), path)
                }),
                Err(problem) => {
                    problems.push(format!("`{}`: {problem}", readable(lab.as_os_str())));
                }
            }
        }
    }
    Ok((found, problems))
}

/// A notebook by itself; its file is named after its student.
pub fn single(path: &Path) -> Handed {
    let student = path.file_stem().map(readable).unwrap_or_default();
    Handed { submitted_at: modified(path), ..handed(student, path.into()) }
}

fn handed(student: String, path: PathBuf) -> Handed {
    let (number, name, lab, submitted_at, note) = Default::default();
    Handed { student, number, name, lab, path, submitted_at, note, source: Source::File }
}

/// The folders in a folder, but no links, which may lead anywhere.
fn folders(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if entry.file_type()?.is_dir() && !hidden {
            folders.push(entry.path());
        }
    }
    folders.sort();
    Ok(folders)
}

fn notebook(folder: &Path) -> Result<PathBuf, String> {
    let entries = fs::read_dir(folder).map_err(|error| error.to_string())?;
    let is_notebook = |path: &PathBuf| path.extension().is_some_and(|it| it == "ipynb");
    let mut paths: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(is_notebook).collect();
    paths.sort();
    let preferred = paths.iter().position(|path| path.ends_with("lab.ipynb"));
    let path = match (preferred, &paths[..]) {
        (Some(index), _) => paths.swap_remove(index),
        (None, [_]) => paths.swap_remove(0),
        (None, []) => return Err("there is no notebook".into()),
        (None, _) => return Err("there are several notebooks, and none is `lab.ipynb`".into()),
    };
    let metadata = fs::symlink_metadata(&path).map_err(|error| error.to_string())?;
    match metadata.is_file() {
        false => Err("the notebook is no plain file".into()),
        true if metadata.len() > LARGEST => {
            Err(format!("the notebook has {} MB", metadata.len() >> 20))
        }
        true => Ok(path),
    }
}

/// The time that nbgrader notes beside what it collects, such as
/// `2026-11-24 10:00:00.123456 Europe/London`.
fn noted(folder: &Path, zone: &TimeZone) -> Option<Timestamp> {
    let path = folder.join("timestamp.txt");
    if !fs::symlink_metadata(&path).is_ok_and(|it| it.is_file() && it.len() < 1000) {
        return None;
    }
    let text = fs::read_to_string(path).ok()?;
    let parts: Vec<&str> = text.split_whitespace().collect();
    let [day, time, rest @ ..] = &parts[..] else { return None };
    let at = format!("{day}T{time}");
    let zone = rest.first().and_then(|name| TimeZone::get(name).ok()).unwrap_or(zone.clone());
    let local = || Some(at.parse::<DateTime>().ok()?.to_zoned(zone).ok()?.timestamp());
    at.parse().ok().or_else(local)
}

fn modified(path: &Path) -> Option<Timestamp> {
    let time = fs::metadata(path).and_then(|it| it.modified()).ok()?;
    let second = Timestamp::try_from(time).ok()?.as_second();
    Timestamp::from_second(second).ok()
}

fn name(path: &Path) -> String {
    readable(path.file_name().unwrap_or_default())
}

/// A name as text; bytes that are none become `%` and two digits, and so do controls and `%`, so
/// that two names never become one.
fn readable(name: &OsStr) -> String {
    let mut text = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        text += &plain(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("%{byte:02X}")));
    }
    text
}

/// A text that does nothing to a terminal.
pub fn plain(text: &str) -> String {
    let is_odd = |letter: char| letter.is_control() || letter == '%';
    let hex = |letter: char| {
        letter.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect::<String>()
    };
    text.chars().map(|it| if is_odd(it) { hex(it) } else { it.to_string() }).collect()
}
