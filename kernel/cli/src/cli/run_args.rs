//! The arguments of `run`.

use super::{Comparison, seconds};
use crate::run::{Shard, memory_size};
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// Arguments of `run`.
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub struct RunArgs {
    /// Notebooks, folders to search for notebooks, or patterns such as `labs/*/lab.ipynb`
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// The folder for the executed notebooks; each keeps its path below it
    #[arg(short, long, default_value = "out", value_name = "FOLDER")]
    pub output: PathBuf,
    /// How many notebooks run at once [default: as many as cores and memory allow]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Run another installed Jupyter kernel
    #[arg(long, value_name = "NAME")]
    pub kernel: Option<String>,
    /// Let labs use small data
    #[arg(long)]
    pub fast: bool,
    /// Do not use the network
    #[arg(long)]
    pub offline: bool,
    /// What to tell the notebooks.
    #[command(flatten)]
    pub parameters: Parameters,
    /// Which notebooks to run.
    #[command(flatten)]
    pub choice: Choice,
    /// What a notebook may use.
    #[command(flatten)]
    pub limits: Limits,
    /// What to compare outputs with.
    #[command(flatten)]
    pub comparison: Comparison,
    /// What to write beside the executed notebooks.
    #[command(flatten)]
    pub reports: Reports,
}

/// What to tell the notebooks.
#[derive(Args)]
#[command(next_help_heading = "Parameters")]
pub struct Parameters {
    /// A value for a parameter; with several, `-p lr=0.1,0.01`, the notebook runs for each
    #[arg(short = 'p', long = "parameter", value_name = "NAME=VALUE")]
    pub values: Vec<String>,
    /// A YAML or JSON file with values for parameters
    #[arg(short = 'f', long = "parameters-file", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// List the notebooks' parameters, their types, values and comments, and run nothing
    #[arg(long)]
    pub help_notebook: bool,
}

/// Which notebooks to run, and when to stop.
#[derive(Args)]
#[command(next_help_heading = "Choice")]
pub struct Choice {
    /// Only the I-th of N parts of the notebooks, so that N machines can share them
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// Only notebooks whose folders have changed since this commit, in git's words
    #[arg(long, value_name = "GIT_REF")]
    pub since: Option<String>,
    /// Leave out notebooks that passed in an earlier run to the same folder and have not changed
    #[arg(long)]
    pub resume: bool,
    /// Stop at the first notebook that does not pass
    #[arg(long)]
    pub fail_fast: bool,
    /// Run every notebook, also after one that does not pass; the default
    #[arg(long, conflicts_with = "fail_fast")]
    pub keep_going: bool,
    /// How often to try again where the kernel, not the notebook, is at fault
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub retries: u32,
}

/// What a notebook may use.
#[derive(Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// How long one cell may run [default: for ever]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub timeout: Option<Duration>,
    /// How long one notebook may run [default: for ever]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub notebook_timeout: Option<Duration>,
    /// How much memory a notebook's processes may hold, such as `2G` or `500M` [default: all]
    #[arg(long, value_name = "SIZE", value_parser = memory_size)]
    pub memory: Option<u64>,
}

/// What to write beside the executed notebooks.
#[derive(Args)]
#[command(next_help_heading = "Reports")]
pub struct Reports {
    /// A JUnit file, with a test case for each cell
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// A page with all cells, their outputs, times and memory
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// A summary in Markdown; within GitHub Actions it goes to the job's summary as well
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// A line of JSON for each cell and notebook
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Mark failing cells for GitHub; the default within GitHub Actions
    #[arg(long)]
    pub annotations: bool,
}

const EXIT_CODES: &str = "\
Exit codes, the highest one of all notebooks:
  0  every notebook passed
  1  a cell failed
  2  wrong usage or bad input, or the output cannot be written
  3  a cell or a notebook ran longer than its limit
  4  the process that ran a cell ended
  5  the kernel did not start
  6  `--check` found outputs that differ
  130  interrupted";
