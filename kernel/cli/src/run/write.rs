//! The reports of a run.

use crate::cli::Reports;
use crate::exit::{self, Exit};
use crate::print;
use anyhow::Context;
use candlelab_notebook::reports::{self, Entry};
use candlelab_notebook::{Notebook, write_file};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes reports: lines as notebooks end, the others at the end of the run.
pub struct Writer<'a> {
    wanted: &'a Reports,
    lines: Option<File>,
    /// Whether something could not be written.
    has_failed: bool,
}

impl<'a> Writer<'a> {
    /// Begins the file of lines, if one is wanted.
    pub fn new(wanted: &'a Reports) -> anyhow::Result<Self> {
        let lines = wanted.json.as_deref().map(create).transpose()?;
        Ok(Self { wanted, lines, has_failed: false })
    }

    /// Adds the lines of a notebook that has ended.
    pub fn line(&mut self, entry: &Entry) {
        if let Some(file) = &mut self.lines
            && let Err(error) = file.write_all(reports::json_lines(entry).as_bytes())
        {
            print::error(format_args!("cannot write the report of `{}`: {error}", entry.name));
            self.lines = None;
            self.has_failed = true;
        }
    }

    /// Writes the reports on the whole run, its notebooks by name; one that cannot be written keeps
    /// no other from being so.
    pub fn reports(mut self, entries: &mut [Entry]) -> Exit {
        entries.sort_by(|one, two| one.name.cmp(&two.name));
        let executed = |entry: &Entry| Notebook::read(&entry.output).ok();
        self.report(&self.wanted.junit, || reports::junit(entries));
        self.report(&self.wanted.html, || reports::html(entries, executed));
        self.report(&self.wanted.markdown, || reports::markdown(entries));
        let written = self.github(entries);
        self.take(written);
        if self.has_failed { Exit::BadInput } else { Exit::Ok }
    }

    fn report(&mut self, path: &Option<PathBuf>, text: impl FnOnce() -> String) {
        if let Some(path) = path {
            self.take(write_file(path, text().as_bytes()).map_err(Into::into));
        }
    }

    fn take(&mut self, written: anyhow::Result<()>) {
        if let Err(error) = written {
            exit::explain(&error);
            self.has_failed = true;
        }
    }

    fn github(&self, entries: &[Entry]) -> anyhow::Result<()> {
        let on_github = std::env::var_os("GITHUB_ACTIONS").is_some();
        if self.wanted.annotations || on_github {
            print::text(reports::annotations(entries));
        }
        if let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|_| on_github) {
            let file = OpenOptions::new().append(true).create(true).open(path);
            let written =
                file.and_then(|mut file| file.write_all(reports::markdown(entries).as_bytes()));
            written.context("cannot write the job's summary")?;
        }
        Ok(())
    }
}

fn create(path: &Path) -> anyhow::Result<File> {
    let create = || {
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        File::create(path)
    };
    create().with_context(|| format!("cannot write `{}`", path.display()))
}
