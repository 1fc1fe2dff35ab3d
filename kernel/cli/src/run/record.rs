//! Which runs of notebooks have passed, so that a later call can leave them out.

use super::task::{Ended, Task};
use crate::exit::Exit;
use crate::print;
use anyhow::Context;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// In the output folder, a line of JSON for each run that has ended.
const FILE: &str = ".candlelab-runs";

/// What is known of executed notebooks, by their paths.
pub struct Record {
    path: PathBuf,
    file: Option<File>,
    /// The key of the last run of each, where that passed.
    passed: HashMap<String, String>,
}

impl Record {
    /// Reads what earlier calls have noted; a line cut short is none.
    pub fn read(folder: &Path) -> Self {
        let path = folder.join(FILE);
        let text = fs::read_to_string(&path).unwrap_or_default();
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut passed = HashMap::new();
        for line in lines {
            let Some(output) = line["output"].as_str() else { continue };
            match line["passed"].as_str() {
                Some(key) => passed.insert(output.into(), key.into()),
                None => passed.remove(output),
            };
        }
        Self { path, file: None, passed }
    }

    /// Whether the last run of this was of the same notebook in the same way, and every cell passed.
    pub fn has_passed(&self, task: &Task) -> bool {
        let job = task.job();
        self.passed.get(&name(&job.output_name)) == Some(&task.key()) && job.output.exists()
    }

    /// Notes how a run ended. Where that cannot be, a later call runs the notebook again.
    pub fn note(&mut self, ended: &Ended) {
        let passed = ended.key.as_ref().filter(|_| ended.exit() == Exit::Ok);
        let line = json!({"output": name(&ended.job.output_name), "passed": passed});
        if let Err(error) = self.append(&format!("{line}\n")) {
            print::note(format_args!("`--resume` will run everything again: {error:#}"));
        }
    }

    fn append(&mut self, line: &str) -> anyhow::Result<()> {
        let context = || format!("cannot write `{}`", self.path.display());
        if self.file.is_none() {
            let file = OpenOptions::new().append(true).create(true).open(&self.path);
            self.file = Some(file.with_context(context)?);
        }
        let file = self.file.as_mut().expect("opened above");
        file.write_all(line.as_bytes()).with_context(context)
    }
}

fn name(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
