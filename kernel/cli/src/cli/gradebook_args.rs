//! The arguments of `gradebook`.

use super::seconds;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::time::Duration;

/// What is done with a gradebook.
#[derive(Subcommand)]
pub enum GradebookCommand {
    /// Put together what the parts of a class have been graded to
    Merge(MergeArgs),
    /// Write a page about the class: marks, checks, errors, time, and submissions that are alike
    Report(ReportArgs),
    /// Put marks into a `gradebook.db` of nbgrader, which is begun where it is missing
    ToNbgrader(NbgraderArgs),
    /// Take the marks over that stand in a `gradebook.db` of nbgrader
    FromNbgrader(NbgraderArgs),
}

/// Arguments of `gradebook merge`.
#[derive(Args)]
#[command(after_help = "\
Exit codes: 0 all parts are in, 2 bad input, 7 some parts are missing or not finished")]
pub struct MergeArgs {
    /// The folder that `grade --shard I/N` was given with `--out`
    #[arg(default_value = "grades")]
    pub out: PathBuf,
    /// How many parts there should be [default: what their names say]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub shards: Option<u16>,
    /// Wait so long for parts that are still being graded
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub wait: Option<Duration>,
    /// The run that the parts must have come to the end of
    #[arg(long, hide = true)]
    pub run_id: Option<String>,
}

/// Arguments of `gradebook report`.
#[derive(Args)]
pub struct ReportArgs {
    /// The folder with the gradebook
    #[arg(default_value = "grades")]
    pub out: PathBuf,
    /// The page to write
    #[arg(short, long, default_value = "report.html", value_name = "FILE")]
    pub output: PathBuf,
    /// What was handed in: a folder with `STUDENT/LAB/lab.ipynb`
    #[arg(long, default_value = "submitted", value_name = "FOLDER")]
    pub submissions: PathBuf,
    /// The folder of the labs
    #[arg(long, default_value = "labs", value_name = "FOLDER")]
    pub labs: PathBuf,
    /// Do not compare submissions with each other, for which they and the labs are needed
    #[arg(long)]
    pub no_similar: bool,
}

/// Arguments of `gradebook to-nbgrader` and `gradebook from-nbgrader`.
#[derive(Args)]
pub struct NbgraderArgs {
    /// The gradebook of nbgrader
    pub database: PathBuf,
    /// The folder with our gradebook
    #[arg(default_value = "grades")]
    pub out: PathBuf,
    /// The folder of the labs
    #[arg(long, default_value = "labs", value_name = "FOLDER")]
    pub labs: PathBuf,
}
