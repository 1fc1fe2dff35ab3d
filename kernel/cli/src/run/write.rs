//! The reports of a run.

use crate::cli::Reports;
use crate::print;
use anyhow::Context;
use candlelab_notebook::reports::{self, Entry};
use candlelab_notebook::{Notebook, write_file};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

/// Writes reports: lines as notebooks end, the others at the end of the run.
pub struct Writer<'a> {
    wanted: &'a Reports,
    lines: Option<File>,
}

impl<'a> Writer<'a> {
    /// Begins the file of lines, if one is wanted.
    pub fn new(wanted: &'a Reports) -> anyhow::Result<Self> {
        let lines = wanted.json.as_deref().map(create).transpose()?;
        Ok(Self { wanted, lines })
    }

    /// Adds the lines of a notebook that has ended.
    pub fn line(&mut self, entry: &Entry) {
        if let Some(file) = &mut self.lines
            && let Err(error) = file.write_all(reports::json_lines(entry).as_bytes())
        {
            print::error(format_args!("cannot write the report of `{}`: {error}", entry.name));
            self.lines = None;
        }
    }

    /// Writes the reports on the whole run, its notebooks by name.
    pub fn reports(&self, entries: &mut [Entry]) -> anyhow::Result<()> {
        entries.sort_by(|one, two| one.name.cmp(&two.name));
        if let Some(path) = &self.wanted.junit {
            write_file(path, reports::junit(entries).as_bytes())?;
        }
        if let Some(path) = &self.wanted.html {
            let executed = |entry: &Entry| Notebook::read(&entry.output).ok();
            write_file(path, reports::html(entries, executed).as_bytes())?;
        }
        if let Some(path) = &self.wanted.markdown {
            write_file(path, reports::markdown(entries).as_bytes())?;
        }
        self.github(entries)
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
