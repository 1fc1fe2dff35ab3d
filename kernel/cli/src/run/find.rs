//! Which notebooks to run, and where each executed one goes.

use crate::exit::BadInput;
use anyhow::Context;
use candlelab_notebook::reports::Entry;
use candlelab_notebook::{Error, Report};
use glob::MatchOptions;
use std::collections::HashMap;
use std::fs;
use std::path::{Component, Path, PathBuf, absolute};

/// One notebook to run.
#[derive(Clone, Debug)]
pub struct Job {
    /// The notebook as the user calls it.
    pub name: PathBuf,
    /// The notebook, whatever the working directory.
    pub input: PathBuf,
    /// Where the executed notebook goes, whatever the working directory.
    pub output: PathBuf,
    /// The same as the user calls it.
    pub output_name: PathBuf,
}

impl Job {
    /// The same notebook, whose output is told from others by a label; where that is empty, the same.
    pub fn labelled(&self, label: &str) -> Self {
        if label.is_empty() {
            return self.clone();
        }
        let plain = |letter: char| {
            if letter.is_alphanumeric() || "=.,-+".contains(letter) { letter } else { '_' }
        };
        let label: String = label.chars().map(plain).collect();
        let name = |path: &Path| {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            path.with_file_name(format!("{stem}.{label}.ipynb"))
        };
        let (output, output_name) = (name(&self.output), name(&self.output_name));
        Self { output, output_name, ..self.clone() }
    }

    /// How the user calls this run of the notebook.
    pub fn called(&self, label: &str) -> String {
        let name = self.name.display();
        if label.is_empty() { name.to_string() } else { format!("{name} {label}") }
    }

    /// What reports say of a run of the notebook.
    pub fn entry(&self, label: &str, result: Result<Report, String>) -> Entry {
        let (file, output) = (self.name.clone(), self.output_name.clone());
        Entry { name: self.called(label), file, output, result }
    }

    /// The folder of the notebook.
    pub fn folder(&self) -> &Path {
        self.input.parent().unwrap_or(Path::new("/"))
    }

    /// The folder of the executed notebook.
    pub fn output_folder(&self) -> &Path {
        self.output.parent().unwrap_or(Path::new("/"))
    }
}

/// The notebooks of all paths, those of a folder sorted.
pub fn jobs(paths: &[PathBuf], output: &Path) -> anyhow::Result<Vec<Job>> {
    let mut jobs: Vec<Job> = Vec::new();
    for path in paths {
        for name in notebooks(path, output)? {
            let job = job(path, name, output)?;
            if jobs.iter().all(|other| other.input != job.input) {
                jobs.push(job);
            }
        }
    }
    check_outputs(&jobs.iter().collect::<Vec<_>>())?;
    Ok(jobs)
}

/// The notebooks of a path, those of a folder sorted; none of the output folder.
pub fn notebooks(path: &Path, output: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.exists() {
        return matching(path, output);
    }
    if !path.is_dir() {
        return Ok(vec![path.into()]);
    }
    let mut found = Vec::new();
    search(path, &fs::canonicalize(output).unwrap_or_default(), &mut found)?;
    if found.is_empty() {
        let message = format!("no notebooks in `{}`", path.display());
        let hint = "notebooks are files that end in `.ipynb`".into();
        return Err(BadInput { message, hint }.into());
    }
    found.sort();
    Ok(found)
}

/// The notebooks that a pattern with `*`, `?` or `[…]` stands for, and those in folders for which it
/// stands; none of the output folder.
fn matching(path: &Path, output: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let Some(pattern) = path.to_str().filter(|text| text.contains(['*', '?', '['])) else {
        return Err(Error::Missing { path: path.into() }.into());
    };
    let output = fs::canonicalize(output).unwrap_or_default();
    // A hidden name must be asked for by its dot.
    let options = MatchOptions { require_literal_leading_dot: true, ..MatchOptions::new() };
    let mut found = Vec::new();
    for path in glob::glob_with(pattern, options)
        .map_err(|error| bad_pattern(format!("`{pattern}` is no pattern: {error}")))?
    {
        let path = path?;
        if fs::canonicalize(&path).is_ok_and(|path| path.starts_with(&output)) {
            continue;
        }
        match path.is_dir() {
            true => search(&path, &output, &mut found)?,
            false if path.extension().is_some_and(|it| it == "ipynb") => found.push(path),
            false => {}
        }
    }
    found.sort();
    found.dedup();
    match found.is_empty() {
        true => Err(bad_pattern(format!("nothing matches `{pattern}`"))),
        false => Ok(found),
    }
}

fn bad_pattern(message: String) -> anyhow::Error {
    let hint = "in a pattern `*` stands for any name and `**` for any folders".into();
    BadInput { message, hint }.into()
}

/// Hidden folders (such as Jupyter's checkpoints) and the output folder hold no input.
fn search(folder: &Path, output: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let unreadable = || format!("cannot read the folder `{}`", folder.display());
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if !entry.file_type().with_context(unreadable)?.is_dir() {
            found.extend(path.extension().is_some_and(|it| it == "ipynb").then_some(path));
        } else if fs::canonicalize(&path).is_ok_and(|path| path != output) {
            search(&path, output, found)?;
        }
    }
    Ok(())
}

fn job(argument: &Path, name: PathBuf, output: &Path) -> anyhow::Result<Job> {
    let input = fs::canonicalize(&name)
        .with_context(|| format!("cannot read the path `{}`", name.display()))?;
    let output_name = output.join(place(argument, &name, &input));
    let output = absolute(&output_name)
        .with_context(|| format!("cannot use the path `{}`", output_name.display()))?;
    Ok(Job { name, input, output, output_name })
}

/// The path below the output folder: the one given, or where that leads elsewhere, the one below
/// the working directory, or else below the folder that holds the argument.
fn place(argument: &Path, name: &Path, input: &Path) -> PathBuf {
    let is_plain = |it: Component| matches!(it, Component::Normal(_) | Component::CurDir);
    if name.components().all(is_plain) {
        return name.components().filter(|it| *it != Component::CurDir).collect();
    }
    let working = std::env::current_dir().and_then(fs::canonicalize).unwrap_or_default();
    if let Ok(below) = input.strip_prefix(working) {
        return below.into();
    }
    let argument = fs::canonicalize(argument).unwrap_or_default();
    let base = argument.parent().unwrap_or(&argument);
    input.strip_prefix(base).unwrap_or(Path::new("notebook.ipynb")).into()
}

/// An executed notebook must replace neither an input nor another executed notebook.
pub fn check_outputs(jobs: &[&Job]) -> anyhow::Result<()> {
    let mut seen: HashMap<&Path, &Job> = HashMap::new();
    for job in jobs {
        let output = job.output_name.display();
        let existing = fs::canonicalize(&job.output).unwrap_or_default();
        if jobs.iter().any(|other| other.input == existing) {
            let message = format!("the executed notebook would replace the input `{output}`");
            let hint = "choose another folder with `--output`".into();
            return Err(BadInput { message, hint }.into());
        }
        if let Some(other) = seen.insert(&job.output, job) {
            let (one, two) = (other.name.display(), job.name.display());
            let message = format!("`{one}` and `{two}` would both be written to `{output}`");
            let hint = "run them one after the other, each with its own `--output`".into();
            return Err(BadInput { message, hint }.into());
        }
    }
    Ok(())
}
