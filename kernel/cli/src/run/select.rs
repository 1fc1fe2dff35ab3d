//! Which of the notebooks that were found are to be run.

use super::find::Job;
use crate::cli::Choice;
use crate::exit::BadInput;
use crate::print;
use anyhow::Context;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Leaves out what has not changed, and what other machines run.
pub fn choose(mut jobs: Vec<Job>, choice: &Choice) -> anyhow::Result<Vec<Job>> {
    let found = jobs.len();
    if let Some(commit) = &choice.since {
        let changed = changed_files(&jobs, commit)?;
        jobs.retain(|job| changed.iter().any(|file| concerns(file, job)));
    }
    if let Some(shard) = choice.shard {
        jobs = shard.part(jobs);
    }
    say_how_many(jobs.len(), found);
    Ok(jobs)
}

/// Says how many of the notebooks are left, where some were left out.
pub fn say_how_many(left: usize, found: usize) {
    if left < found {
        print::note(format_args!("{left} of {found} notebooks are to be run"));
    }
}

/// The files in the notebooks' repositories that differ from those of a commit, and those that git
/// does not know yet.
fn changed_files(jobs: &[Job], commit: &str) -> anyhow::Result<Vec<PathBuf>> {
    let mut roots = BTreeSet::new();
    for folder in jobs.iter().map(Job::folder).collect::<BTreeSet<_>>() {
        roots.insert(PathBuf::from(git(folder, &["rev-parse", "--show-toplevel"])?.trim_end()));
    }
    let mut files = Vec::new();
    for root in roots {
        // A file that was moved away has changed the folder that it was in.
        let diff = ["diff", "--name-only", "--no-renames", "-z", "--end-of-options", commit, "--"];
        let changed = git(&root, &diff)?;
        let new = git(&root, &["ls-files", "--others", "--exclude-standard", "-z"])?;
        let names = changed.split('\0').chain(new.split('\0')).filter(|name| !name.is_empty());
        files.extend(names.map(|name| root.join(name)));
    }
    Ok(files)
}

fn git(folder: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output();
    let output = output.context("cannot run git, which `--since` needs")?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let message = format!("git cannot tell what has changed: {}", said.trim_end());
    let hint = "`--since` takes a commit, such as `origin/main`, of the notebooks' repository";
    Err(BadInput { message, hint: hint.into() }.into())
}

/// A notebook depends on itself and on the other files in and below its folder.
fn concerns(file: &Path, job: &Job) -> bool {
    let is_notebook = file.extension().is_some_and(|it| it == "ipynb");
    file == job.input || (!is_notebook && file.starts_with(job.folder()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notebook_depends_on_its_folder_but_not_on_its_neighbours() {
        let input = PathBuf::from("/labs/01/lab.ipynb");
        let job =
            Job { name: input.clone(), output: input.clone(), output_name: input.clone(), input };
        for (file, expected) in [
            ("/labs/01/lab.ipynb", true),
            ("/labs/01/data/a.csv", true),
            ("/labs/01/other.ipynb", false),
            ("/labs/02/a.csv", false),
        ] {
            assert_eq!(concerns(Path::new(file), &job), expected, "{file}");
        }
    }
}
