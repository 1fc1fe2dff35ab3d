//! `candlelab reset`: a fresh copy of a lab.

use crate::cli::ResetArgs;
use crate::exit::Exit;
use crate::lab_folder::lab_folder;
use crate::print;
use anyhow::Context;
use candlelab_grader::{find_lab, release, salvage};
use candlelab_notebook::Notebook;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// Moves the notebook aside and puts the student version of its lab in its place.
pub fn run(args: &ResetArgs) -> anyhow::Result<Exit> {
    let path = &args.notebook;
    // Of a notebook beyond repair the folder still tells the lab.
    let student = salvage(path).map_or_else(|_| empty(path), |(notebook, _)| Ok(notebook))?;
    let lab = find_lab(&student, path, &lab_folder(args.place.labs.as_deref(), path)?)?;
    let fresh = release(&lab)?;
    let old = aside(path);
    fs::rename(path, &old).with_context(|| format!("cannot move `{}` aside", path.display()))?;
    if let Err(error) = fresh.save(path) {
        let _ = fs::rename(&old, path);
        return Err(error.into());
    }
    print::line(format_args!(
        "{} is {} as it was released; yours is now {}",
        path.display(),
        lab.about.lab,
        old.display()
    ));
    Ok(Exit::Ok)
}

fn empty(path: &Path) -> Result<Notebook, candlelab_notebook::Error> {
    if !path.exists() {
        return Err(candlelab_notebook::Error::Missing { path: path.into() });
    }
    let root = json!({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5});
    Notebook::from_json(root, path)
}

/// The first name like `lab.old-1.ipynb` that is free.
fn aside(path: &Path) -> PathBuf {
    let name = |number: u32| path.with_extension(format!("old-{number}.ipynb"));
    (1..).map(name).find(|path| !path.exists()).expect("one number is free")
}
