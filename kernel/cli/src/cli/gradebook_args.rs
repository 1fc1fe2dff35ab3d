//! The arguments of `gradebook`.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What is done with a gradebook.
#[derive(Subcommand)]
pub enum GradebookCommand {
    /// Write the marks in the form of another program
    Export(ExportBookArgs),
    /// Show every grade that a student had for a lab, and what each changed
    History(HistoryArgs),
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
