//! What has been handed in: nbgrader's folders, `STUDENT/LAB/lab.ipynb`.

use crate::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// The largest notebook that is read; outputs count.
const LARGEST: u64 = 256 << 20;

/// A student's notebook for a lab.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Submission {
    /// The name of the student's folder.
    pub student: String,
    /// The name of the lab's folder.
    pub lab: String,
    /// The notebook.
    pub path: PathBuf,
}

/// What has been handed in, by student and lab, and what in the folder is none, a sentence each.
///
/// # Errors
/// If the folder cannot be read.
pub fn submissions(folder: &Path) -> Result<(Vec<Submission>, Vec<String>), Error> {
    let unreadable = |source| Error::Submissions { folder: folder.into(), source };
    let (mut found, mut notes) = (Vec::new(), Vec::new());
    for student in folders(folder).map_err(unreadable)? {
        for lab in folders(&student).map_err(unreadable)? {
            match notebook(&lab) {
                Ok(path) => {
                    found.push(Submission { student: name(&student), lab: name(&lab), path });
                }
                Err(problem) => notes.push(format!("`{}`: {problem}", lab.display())),
            }
        }
    }
    found.sort();
    Ok((found, notes))
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

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notebooks_are_found_and_links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for lab in ["ada/01/lab.ipynb", "ada/02/mine.ipynb", "bob/01/x.ipynb", "bob/01/y.ipynb"] {
            fs::create_dir_all(root.join(lab).parent().unwrap()).unwrap();
            fs::write(root.join(lab), "{}").unwrap();
        }
        fs::create_dir_all(root.join("eve/01")).unwrap();
        fs::create_dir_all(root.join("eve/02")).unwrap();
        #[cfg(unix)]
        for (from, to) in [("ada", "mallory"), ("ada/01/lab.ipynb", "eve/02/lab.ipynb")] {
            std::os::unix::fs::symlink(root.join(from), root.join(to)).unwrap();
        }
        let (found, notes) = submissions(root).unwrap();
        let names: Vec<_> = found.iter().map(|it| format!("{} {}", it.student, it.lab)).collect();
        assert_eq!(names, ["ada 01", "ada 02"]);
        let said = notes.iter().map(|note| note.split(": ").nth(1).unwrap());
        let expected = [
            "there are several notebooks, and none is `lab.ipynb`",
            "there is no notebook",
            "the notebook is no plain file",
        ];
        assert!(said.eq(expected), "{notes:?}");
    }
}
