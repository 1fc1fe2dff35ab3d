//! Fetches the official files into the cache.

use crate::source::{File, Kind, Places};
use crate::{Error, Result};
use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Servers with the official files; the original one no longer has them.
pub(crate) const MIRRORS: [&str; 2] = [
    "https://storage.googleapis.com/cvdf-datasets/mnist",
    "https://ossci-datasets.s3.amazonaws.com/mnist",
];

/// No file is larger; the largest has 9.9 MB.
const LIMIT: u64 = 16 << 20;

/// The four files from one server, and why they are not in the cache if they are not.
pub(crate) fn fetch(places: &Places, mirror: &str) -> Result<([File; 4], Option<String>)> {
    let config = ureq::Agent::config_builder()
        .timeout_connect(Some(Duration::from_secs(5)))
        .timeout_global(Some(Duration::from_secs(120)));
    let agent = config.build().new_agent();
    let file = |kind| fetch_one(places, &agent, mirror, kind);
    let files = [
        file(Kind::TrainImages)?,
        file(Kind::TrainLabels)?,
        file(Kind::TestImages)?,
        file(Kind::TestLabels)?,
    ];
    let note = match &places.cache {
        Some(cache) => keep(cache, &files)
            .err()
            .map(|error| format!("not kept in {}: {error}", cache.display())),
        None => Some("not kept, this user has no cache folder".to_owned()),
    };
    Ok((files, note))
}

fn fetch_one(places: &Places, agent: &ureq::Agent, mirror: &str, kind: Kind) -> Result<File> {
    let url = format!("{mirror}/{}", kind.gzip());
    let answer = agent.get(&url).call();
    let file =
        answer.and_then(|mut answer| answer.body_mut().with_config().limit(LIMIT).read_to_vec());
    let file = match file {
        Ok(file) => file,
        Err(error) => return Err(Error::Download { url, reason: error.to_string() }),
    };
    if !places.trusts(kind, &file) {
        let reason = format!("{} bytes came whose sha256 is not that of MNIST", file.len());
        return Err(Error::Download { url, reason });
    }
    Ok((PathBuf::from(url), Cow::Owned(file)))
}

/// Writes the files beside their places first, so that another reader never sees half of one.
fn keep(cache: &Path, files: &[File; 4]) -> io::Result<()> {
    std::fs::create_dir_all(cache)?;
    for (kind, (_, file)) in Kind::ALL.into_iter().zip(files) {
        let part = cache.join(format!("{}.{}.part", kind.gzip(), std::process::id()));
        std::fs::write(&part, file)?;
        std::fs::rename(&part, cache.join(kind.gzip()))?;
    }
    Ok(())
}
