//! A lab: a master notebook, and what it says of itself.

use crate::exercise::exercises;
use crate::{Error, Exercise, Marks};
use candlelab_notebook::{Cell, Notebook};
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};

/// A master notebook with solutions and tests.
#[derive(Clone, Debug)]
pub struct Lab {
    /// Where it lies.
    pub path: PathBuf,
    /// The notebook.
    pub notebook: Notebook,
    /// What it says of itself.
    pub about: About,
    /// What students do, in order.
    pub exercises: Vec<Exercise>,
}

/// What a lab says of itself, in `metadata.candlelab`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// The name, such as `03-gradient-descent`; also that of its folder.
    pub lab: String,
    /// What it is called.
    pub title: String,
    /// The question it answers.
    pub question: String,
    /// The lecture it belongs to.
    pub lecture: String,
    /// What a student can do afterwards.
    pub goals: Vec<String>,
    /// How long a student needs.
    pub minutes: u32,
    /// The data sets it loads.
    pub data: Vec<String>,
    /// How long the machine may need.
    pub seconds: Seconds,
    /// The checks that give a part of their points for a part of their ideas.
    #[serde(default)]
    pub partial: Vec<String>,
}

/// Time budgets of a whole lab, in seconds on two cores.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seconds {
    /// At full size.
    pub full: f64,
    /// With small data.
    pub fast: f64,
}

impl Lab {
    /// Reads the lab in a notebook.
    ///
    /// # Errors
    /// If it is no notebook, says nothing of itself, or a cell's marks are not nbgrader's.
    pub fn read(path: impl Into<PathBuf>) -> Result<Self, Error> {
        let path = path.into();
        let notebook = Notebook::read(&path)?;
        let about = About::deserialize(&notebook.metadata()["candlelab"])
            .map_err(|error| Error::cell(&path, "metadata", format!("candlelab: {error}")))?;
        let exercises = exercises(&notebook).map_err(|(cell, it)| Error::cell(&path, &cell, it))?;
        Ok(Self { path, notebook, about, exercises })
    }

    /// All points that the lab gives.
    pub fn points(&self) -> f64 {
        self.graded().map(|(_, marks)| marks.points()).sum()
    }

    /// The cells that give points, by a check or by hand.
    pub fn graded(&self) -> impl Iterator<Item = (Cell<'_>, Marks)> {
        let marked = |cell| Some((cell, Marks::of(cell).ok().flatten()?));
        let gives_points = |marks: &Marks| marks.is_check() || marks.is_by_hand();
        self.notebook.cells().filter_map(marked).filter(move |(_, marks)| gives_points(marks))
    }

    /// The cells that give points by a check.
    pub fn checks(&self) -> impl Iterator<Item = (Cell<'_>, Marks)> {
        self.graded().filter(|(_, marks)| marks.is_check())
    }

    /// How many cells of a notebook have the ID of one of the lab's.
    pub(crate) fn cells_shared_with(&self, notebook: &Notebook) -> usize {
        let ids: Vec<_> = self.notebook.cells().filter_map(Cell::id).collect();
        notebook.cells().filter_map(Cell::id).filter(|id| ids.contains(id)).count()
    }
}

/// The labs in a folder, by name: each is a folder with a `lab.ipynb`.
///
/// # Errors
/// If the folder cannot be read, or there is none.
pub fn labs(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).map_err(|_| Error::NoLabs { folder: folder.into() })?;
    let paths = entries.flatten().map(|entry| entry.path().join("lab.ipynb"));
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.is_file()).collect();
    paths.sort();
    if paths.is_empty() { Err(Error::NoLabs { folder: folder.into() }) } else { Ok(paths) }
}

/// The labs in a folder whose names contain one of `parts`; all, if there is no part.
///
/// # Errors
/// If the folder cannot be read, or there is none.
pub fn chosen_labs(folder: &Path, parts: &[String]) -> Result<Vec<PathBuf>, Error> {
    let name = |path: &Path| Some(path.parent()?.file_name()?.to_string_lossy().into_owned());
    let is_chosen = |path: &PathBuf| {
        let name = name(path).unwrap_or_default();
        parts.is_empty() || parts.iter().any(|part| name.contains(part))
    };
    let chosen: Vec<PathBuf> = labs(folder)?.into_iter().filter(is_chosen).collect();
    match chosen.is_empty() {
        true => Err(Error::NoSuchLab { folder: folder.into(), parts: parts.join(", ") }),
        false => Ok(chosen),
    }
}

/// The lab that a student's notebook belongs to: the one it names, or the one that its folder or its
/// file is named after, or the one with most of its cells.
///
/// # Errors
/// If there is none.
pub fn find_lab(notebook: &Notebook, path: &Path, folder: &Path) -> Result<Lab, Error> {
    let paths = labs(folder)?;
    let named = notebook.metadata()["candlelab"]["lab"].as_str().map(ToOwned::to_owned);
    let stem = path.file_stem().map(|it| it.to_string_lossy().into_owned());
    let parent =
        path.parent().and_then(Path::file_name).map(|it| it.to_string_lossy().into_owned());
    for name in [named, parent, stem].into_iter().flatten() {
        let is_it = |it: &&PathBuf| it.parent().is_some_and(|it| it.ends_with(&name));
        if let Some(path) = paths.iter().find(is_it) {
            return Lab::read(path);
        }
    }
    let labs = paths.into_iter().flat_map(Lab::read);
    labs.map(|lab| (lab.cells_shared_with(notebook), lab))
        .max_by_key(|(shared, _)| *shared)
        .filter(|(shared, _)| *shared >= 3)
        .map(|(_, lab)| lab)
        .ok_or_else(|| Error::UnknownLab { path: path.into(), labs: folder.into() })
}
