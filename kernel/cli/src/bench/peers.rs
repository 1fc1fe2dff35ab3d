//! The programs that are timed.

use crate::exit::BadInput;
use crate::print;
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The version of PyTorch to compare with.
const TORCH: &str = "torch==2.15.0";

/// The workloads in PyTorch.
const SCRIPT: &str = include_str!("torch_workloads.py");

/// What a training step takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The median of many.
    pub seconds: f64,
    /// Memory beyond what there was before, at most.
    pub megabytes: f64,
}

/// A library that trains the models, as a command: `command… MODEL … SECONDS`.
pub struct Peer {
    /// Its name in the table.
    pub name: &'static str,
    program: PathBuf,
    script: Option<PathBuf>,
    library: &'static str,
}

impl Peer {
    /// This project's layers.
    pub fn ours(program: &Path) -> Self {
        Self { name: "ours", program: program.into(), script: None, library: "ours" }
    }

    /// Candle's own layers.
    pub fn candle(program: &Path) -> Self {
        Self { name: "Candle", program: program.into(), script: None, library: "candle" }
    }

    /// PyTorch, installed in `folder` if it is not there yet.
    pub fn torch(folder: &Path) -> Result<Self> {
        let environment = folder.join("torch");
        let python = environment.join("bin/python");
        if !works(&python) {
            print::note(format_args!("installing {TORCH} in {}", environment.display()));
            finish(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
            finish(
                Command::new(&python).args(["-m", "pip", "install", "--quiet", TORCH, "numpy"]),
            )?;
        }
        let script = folder.join("torch_workloads.py");
        std::fs::write(&script, SCRIPT).with_context(|| format!("cannot write {script:?}"))?;
        Ok(Self { name: "PyTorch", program: python, script: Some(script), library: "torch" })
    }

    /// A training step, from so many seconds of training.
    pub fn step(&self, model: &str, seconds: f64) -> Result<Step> {
        let mut command = Command::new(&self.program);
        command.args(&self.script).args([model, self.library, &seconds.to_string()]);
        let output = finish(&mut command)?;
        let line = String::from_utf8_lossy(&output);
        let line: Value = serde_json::from_str(line.trim()).with_context(|| {
            format!("{} did not answer with JSON for `{model}`: {line}", self.name)
        })?;
        let number = |name| line[name].as_f64().with_context(|| format!("no {name} in {line}"));
        Ok(Step { seconds: number("median_us")? / 1e6, megabytes: number("step_mb")? })
    }
}

fn works(python: &Path) -> bool {
    let mut import = Command::new(python);
    import.args(["-c", "import torch"]).stdout(Stdio::null()).stderr(Stdio::null());
    import.status().is_ok_and(|status| status.success())
}

/// What a command prints, if it ends well.
fn finish(command: &mut Command) -> Result<Vec<u8>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("cannot run {name}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let last = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    Err(BadInput {
        message: format!("{name} failed ({}): {last}", output.status),
        hint:
            "PyTorch needs Python's venv and the package registry once; `--no-torch` leaves it out"
                .into(),
    }
    .into())
}
