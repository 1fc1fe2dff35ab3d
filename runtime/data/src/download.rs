//! Fetches the official files into the cache, and goes on where an earlier try stopped.

use crate::places::File;
use crate::remote::{Pin, Remote};
use crate::{Error, Result};
use candlelab_host::{display, progress};
use std::borrow::Cow;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use ureq::http::StatusCode;

/// The progress bar moves by this much.
const BLOCK: u64 = 256 << 10;

/// The files from one server, and why they are not in the cache if they are not.
///
/// A file has its name in the cache only once it is whole and its sha256 is right; until then it is
/// called `….part`, where the next try goes on.
pub(crate) fn fetch(
    set: &Remote,
    mirror: &str,
    cache: Option<&Path>,
) -> Result<(Vec<File>, Option<String>)> {
    let (cache, mut note) = match cache.map(|cache| (cache, fs::create_dir_all(cache))) {
        Some((cache, Ok(()))) => (Some(cache), None),
        Some((cache, Err(error))) => {
            (None, Some(format!("not kept in {}: {error}", cache.display())))
        }
        None => (None, Some("not kept, this user has no cache folder".to_owned())),
    };
    // a second notebook waits here and then finds the files of the first
    let lock = cache.and_then(|cache| fs::File::create(cache.with_extension("lock")).ok());
    let _locked = lock.as_ref().map(fs::File::lock);
    let mut files = Vec::new();
    for pin in &set.files {
        let (file, trouble) = fetch_one(pin, mirror, cache)?;
        note = note.or(trouble.map(|error| format!("not kept: {error}")));
        files.push(file);
    }
    Ok((files, note))
}

fn fetch_one(pin: &Pin, mirror: &str, cache: Option<&Path>) -> Result<(File, Option<io::Error>)> {
    let Some(cache) = cache else {
        let mut file = Vec::new();
        let url = receive(pin, mirror, &mut file, &mut Part::default())?;
        return Ok(((PathBuf::from(url), Cow::Owned(file)), None));
    };
    let (path, part) = (cache.join(pin.gzip()), cache.join(format!("{}.part", pin.gzip())));
    if let Ok(file) = fs::read(&path)
        && pin.trusts(&file)
    {
        return Ok(((path, Cow::Owned(file)), None));
    }
    let mut file = fs::read(&part).unwrap_or_default();
    if file.len() as u64 >= pin.bytes {
        file.clear(); // a rest that is of no use
    }
    let mut kept = Part { path: Some(part.clone()), trouble: None };
    let resumed = !file.is_empty();
    let url = match receive(pin, mirror, &mut file, &mut kept) {
        Err(_) if resumed && file.is_empty() => receive(pin, mirror, &mut file, &mut kept)?,
        answer => answer?,
    };
    let trouble = kept.trouble.or_else(|| fs::rename(&part, &path).err());
    Ok(((PathBuf::from(url), Cow::Owned(file)), trouble))
}

/// Appends to `file`, and to `part` likewise, what is missing of it; gives its address.
///
/// Empties both if what was there before cannot be a part of the file.
fn receive(pin: &Pin, mirror: &str, file: &mut Vec<u8>, part: &mut Part) -> Result<String> {
    let url = format!("{mirror}/{}", pin.gzip());
    let failed = |reason: String| Error::Download { url: url.clone(), reason };
    let config = ureq::Agent::config_builder()
        .timeout_connect(Some(Duration::from_secs(5)))
        .timeout_global(Some(Duration::from_secs(60 + pin.bytes / 100_000))); // 100 kB/s at least
    let mut request = config.build().new_agent().get(&url).header("Accept-Encoding", "identity");
    if !file.is_empty() {
        request = request.header("Range", format!("bytes={}-", file.len()));
    }
    let mut answer = request.call().map_err(|error| {
        if matches!(error, ureq::Error::StatusCode(416)) {
            file.clear(); // the server has nothing from that place on
            part.clear();
        }
        failed(error.to_string())
    })?;
    if answer.status() != StatusCode::PARTIAL_CONTENT {
        file.clear(); // this server begins at the beginning
    }
    if file.is_empty() {
        part.clear();
    }
    let missing = pin.bytes - file.len() as u64;
    let mut body = answer.body_mut().with_config().limit(missing + 1).reader();
    display::text(format!("downloading {url}, {:.1} MB", missing as f64 / 1e6));
    for _ in progress(0..missing.div_ceil(BLOCK)) {
        let from = file.len();
        let read = body.by_ref().take(BLOCK).read_to_end(file);
        part.append(&file[from..]); // what came before the line broke is of use, too
        read.map_err(|error| failed(error.to_string()))?;
    }
    if (file.len() as u64) < pin.bytes {
        let reason =
            format!("{} of {} bytes came; the next try goes on there", file.len(), pin.bytes);
        return Err(failed(reason));
    }
    if !pin.trusts(file) {
        let bytes = std::mem::take(file).len();
        part.clear();
        let reason = format!("{bytes} bytes came whose sha256 is not that of {}", pin.gzip());
        return Err(failed(reason));
    }
    Ok(url)
}

/// A file that is not whole yet, if there is a place for it; trouble with it does not stop the
/// download.
#[derive(Default)]
struct Part {
    path: Option<PathBuf>,
    trouble: Option<io::Error>,
}

impl Part {
    /// Forgets what was there.
    fn clear(&mut self) {
        if let Some(path) = &self.path {
            self.trouble = fs::File::create(path).err();
        }
    }

    fn append(&mut self, bytes: &[u8]) {
        if let (Some(path), None) = (&self.path, &self.trouble) {
            let file = OpenOptions::new().create(true).append(true).open(path);
            self.trouble = file.and_then(|mut file| file.write_all(bytes)).err();
        }
    }
}

#[cfg(test)]
mod tests;
