//! The arguments of `gradebook`.

use super::seconds;
use clap::{Args, Subcommand, ValueEnum};
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
    /// Write the marks in the form of another program
    Export(ExportBookArgs),
    /// Show every grade that a student had for a lab, and what each changed
    History(HistoryArgs),
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

/// Arguments of `gradebook export`.
#[derive(Args)]
pub struct ExportBookArgs {
    /// For which program
    #[arg(long, value_enum)]
    pub to: BookFormat,
    /// The folder of the gradebook
    #[arg(long, default_value = "grades", value_name = "FOLDER")]
    pub out: PathBuf,
    /// The file to write, or the folder for a file a student and lab [default: standard output]
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<PathBuf>,
    /// The rules for lateness and extra credit [default: those of the last `grade`]
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// The course's students [default: those of the last `grade`]
    #[arg(long, value_name = "FILE")]
    pub roster: Option<PathBuf>,
    /// Speak of hidden tests
    #[arg(long)]
    pub publish_hidden: bool,
}

/// The programs that read marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BookFormat {
    /// nbgrader's CSV, a line a student and lab
    Nbgrader,
    /// CSV for Moodle, a line a student
    Moodle,
    /// CSV for Canvas, a line a student
    Canvas,
    /// Gradescope's `results.json`, a file a student and lab
    Gradescope,
    /// PrairieLearn's `results.json`, a file a student and lab
    Prairielearn,
    /// All that the gradebook knows, for its owner
    Json,
    /// JUnit's XML, a test case a check
    Junit,
}

/// Arguments of `gradebook history`.
#[derive(Args)]
pub struct HistoryArgs {
    /// The student
    pub student: String,
    /// The lab
    pub lab: String,
    /// The folder of the gradebook
    #[arg(long, default_value = "grades", value_name = "FOLDER")]
    pub out: PathBuf,
}
