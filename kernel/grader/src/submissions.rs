//! What has been handed in: nbgrader's folders, an archive of a learning platform, or a notebook.

mod archive;
mod folder;
mod layout;
mod roster;

pub use roster::{Roster, Student};

use crate::{Error, Lab, salvage};
use archive::Archive;
use candlelab_notebook::Notebook;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use layout::Handed;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The largest notebook that is read; outputs count.
const LARGEST: u64 = 64 << 20;

/// A student's notebook for a lab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Whose it is: the name in the list of students, else that of the folder or file.
    pub student: String,
    /// The lab's name.
    pub lab: String,
    /// Where it lies; in an archive, the path of the archive and that within.
    pub path: PathBuf,
    /// When it was handed in, where that is known.
    pub submitted_at: Option<Timestamp>,
    /// What is odd about how it was handed in, a sentence each.
    pub notes: Vec<String>,
    source: Source,
}

/// Where a notebook's bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    File,
    Entry { archive: PathBuf, index: usize },
}

/// What has been handed in, and what of it cannot be graded, a sentence each.
#[derive(Clone, Debug, Default)]
pub struct HandedIn {
    /// The notebook that counts of each student and lab, in order.
    pub submissions: Vec<Submission>,
    /// What is no submission.
    pub problems: Vec<String>,
}

/// What tells whose a notebook is, of which lab and from when.
pub struct Intake<'a> {
    /// The labs that are graded.
    pub labs: Vec<&'a Lab>,
    /// Where times are from that name no zone.
    pub zone: TimeZone,
    /// The course's students.
    pub roster: Option<&'a Roster>,
}

impl<'a> Intake<'a> {
    /// For these labs, whoever the students are.
    pub fn of(labs: impl IntoIterator<Item = &'a Lab>) -> Self {
        Self { labs: labs.into_iter().collect(), zone: TimeZone::UTC, roster: None }
    }
}

/// What has been handed in: a folder `STUDENT/LAB/lab.ipynb`, an archive or a single notebook.
///
/// # Errors
/// If the folder or archive cannot be read.
pub fn submissions(path: &Path, intake: &Intake) -> Result<HandedIn, Error> {
    let is =
        |extension: &str| path.extension().is_some_and(|own| own.eq_ignore_ascii_case(extension));
    let (handed, mut problems) = if path.is_dir() {
        folder::read(path, &intake.zone)?
    } else if is("ipynb") {
        (vec![folder::single(path)], Vec::new())
    } else {
        archive::read(path, &intake.zone)?
    };
    let mut found = Vec::new();
    for handed in handed {
        match intake.submission(handed) {
            Ok(submission) => found.push(submission),
            Err(problem) => problems.push(problem),
        }
    }
    Ok(HandedIn { submissions: last_of_each(found), problems })
}

impl Intake<'_> {
    fn submission(&self, handed: Handed) -> Result<Submission, String> {
        let Handed { path, submitted_at, source, .. } = &handed;
        let mut notes: Vec<String> = handed.note.iter().cloned().collect();
        let student = match self.roster {
            None => handed.student.clone(),
            Some(roster) => roster.find(&handed).map_or_else(
                || {
                    notes.push(format!("`{}` is not in the list of students", handed.student));
                    handed.student.clone()
                },
                |student| student.id.clone(),
            ),
        };
        let mut submission = Submission {
            student,
            lab: handed.lab.clone().unwrap_or_default(),
            path: path.clone(),
            submitted_at: *submitted_at,
            notes,
            source: source.clone(),
        };
        if handed.lab.is_none() {
            submission.lab = self.lab_of(&submission)?;
        }
        Ok(submission)
    }

    /// The lab of a notebook that lies in no folder of a lab.
    fn lab_of(&self, submission: &Submission) -> Result<String, String> {
        if let [only] = self.labs[..] {
            return Ok(only.about.lab.clone());
        }
        let (notebook, _) = submission.notebook().map_err(|error| error.to_string())?;
        let found = lab_of(&notebook, &self.labs).map(|lab| lab.about.lab.clone());
        found.ok_or_else(|| format!("`{}` belongs to no lab", submission.path.display()))
    }
}

/// The lab that a notebook names, else the one with most of its cells.
fn lab_of<'a>(notebook: &Notebook, labs: &[&'a Lab]) -> Option<&'a Lab> {
    let name = notebook.metadata()["candlelab"]["lab"].as_str();
    let named = labs.iter().find(|lab| Some(lab.about.lab.as_str()) == name);
    let shared = |lab: &Lab| lab.cells_shared_with(notebook);
    let alike = || labs.iter().max_by_key(|lab| shared(lab)).filter(|lab| shared(lab) >= 3);
    named.or_else(alike).copied()
}

/// Of several notebooks of one student for one lab the last one.
fn last_of_each(mut found: Vec<Submission>) -> Vec<Submission> {
    let key = |it: &Submission| (it.student.clone(), it.lab.clone());
    found.sort_by_cached_key(|it| (key(it), it.submitted_at, it.path.clone()));
    let groups = found.chunk_by(|a, b| key(a) == key(b));
    let last = groups.map(|group| {
        let mut last = group.last().expect("a group has members").clone();
        if group.len() > 1 {
            let path = last.path.display();
            last.notes.push(format!(
                "it was handed in {} times; the last one counts, `{path}`",
                group.len()
            ));
        }
        last
    });
    last.collect()
}

impl Submission {
    /// The bytes of the notebook; nothing is unpacked to the disk.
    ///
    /// # Errors
    /// If it cannot be read, or is larger than a notebook may be.
    pub fn read(&self) -> Result<Vec<u8>, Error> {
        let bytes = match &self.source {
            Source::File => File::open(&self.path).and_then(bounded),
            Source::Entry { archive, index } => {
                Archive::open(archive).and_then(|mut archive| archive.bytes(*index))
            }
        };
        bytes.map_err(|source| Error::Submissions { path: self.path.clone(), source })
    }

    /// The notebook, or what can be read of it, with a note.
    ///
    /// # Errors
    /// If nothing can be read of it.
    pub fn notebook(&self) -> Result<(Notebook, Option<String>), Error> {
        salvage::from_bytes(&self.read()?, &self.path)
    }
}

/// All that can be read, unless it is too much.
fn bounded(reader: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST { Err(too_large()) } else { Ok(bytes) }
}

fn too_large() -> std::io::Error {
    std::io::Error::other(format!("it has more than {} MB", LARGEST >> 20))
}

#[cfg(test)]
pub(crate) mod tests;
