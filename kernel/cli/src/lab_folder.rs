//! Where the labs are.

use crate::exit::BadInput;
use std::env::current_dir;
use std::path::{Path, PathBuf, absolute};

/// The folder that was named, or the nearest `labs` or `release` beside or above a place.
pub fn lab_folder(named: Option<&Path>, place: &Path) -> anyhow::Result<PathBuf> {
    if let Some(named) = named {
        return Ok(named.into());
    }
    let place = absolute(place)?;
    let working = current_dir()?;
    let folders = place.ancestors().chain(working.ancestors());
    let candidates = folders.flat_map(|folder| ["labs", "release"].map(|name| folder.join(name)));
    let found = candidates.into_iter().find(|folder| candlelab_grader::labs(folder).is_ok());
    found.ok_or_else(|| {
        let message = format!("there are no labs beside or above `{}`", place.display());
        BadInput { message, hint: "name their folder with `--labs`".into() }.into()
    })
}
