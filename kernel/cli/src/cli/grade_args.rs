//! The arguments of `grade`.

use super::{ClusterArgs, seconds};
use crate::jail::Level;
use crate::run::memory_size;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// Arguments of `grade`.
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub struct GradeArgs {
    /// What was handed in: a folder with `STUDENT/LAB/lab.ipynb`, the zip archive of Moodle, Canvas
    /// or Blackboard, or a notebook
    #[arg(long, default_value = "submitted", value_name = "PATH")]
    pub submissions: PathBuf,
    /// The folder of the labs, with their solutions
    #[arg(long, default_value = "labs", value_name = "FOLDER")]
    pub labs: PathBuf,
    /// The folder for the gradebook, tables and feedback
    #[arg(short, long, default_value = "grades", value_name = "FOLDER")]
    pub out: PathBuf,
    /// Only labs whose names contain one of these
    pub only: Vec<String>,
    /// The rules for lateness and extra credit [default: `grading.toml` beside the submissions]
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// The course's students, a CSV file with the headings `id`, `first_name`, `last_name`, `email`
    /// and `lms_user_id`, of which only the first is needed
    #[arg(long, value_name = "FILE")]
    pub roster: Option<PathBuf>,
    /// Let feedback speak of hidden tests
    #[arg(long)]
    pub publish_hidden: bool,
    /// How many submissions are graded at once [default: as many as cores and memory allow]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Grade again what has been graded already
    #[arg(long)]
    pub regrade: bool,
    /// Let labs use small data
    #[arg(long)]
    pub fast: bool,
    /// How long one cell may run
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = seconds)]
    pub timeout: Duration,
    /// How long one submission may run
    #[arg(long, value_name = "SECONDS", default_value = "1800", value_parser = seconds)]
    pub submission_timeout: Duration,
    /// How much memory a submission's processes may hold
    #[arg(long, value_name = "SIZE", default_value = "4G", value_parser = memory_size)]
    pub memory: u64,
    /// What submissions must be kept away from by this machine; less than `full` is noted in every
    /// grade
    #[arg(long, value_name = "LEVEL", default_value = "full")]
    pub sandbox: Level,
    /// What checks draw their examples from [default: another number each time]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Where it is done.
    #[command(flatten)]
    pub cluster: ClusterArgs,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  every submission was graded, whatever its mark
  2  wrong usage or bad input, or the output cannot be written
  7  some submissions could not be graded, or this machine cannot protect itself
  130  interrupted; a later run goes on";
