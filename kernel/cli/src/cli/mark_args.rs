//! The arguments of `mark`.

use clap::Args;
use std::path::PathBuf;

/// Arguments of `mark`.
#[derive(Args)]
pub struct MarkArgs {
    /// What was handed in: a folder with `STUDENT/LAB/lab.ipynb`
    #[arg(long, default_value = "submitted", value_name = "FOLDER")]
    pub submissions: PathBuf,
    /// The folder of the labs, with their solutions
    #[arg(long, default_value = "labs", value_name = "FOLDER")]
    pub labs: PathBuf,
    /// The folder of the gradebook
    #[arg(short, long, default_value = "grades", value_name = "FOLDER")]
    pub out: PathBuf,
    /// Only labs whose names contain one of these
    pub only: Vec<String>,
    /// Whose marks these are [default: the user's name]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// The port of the page [default: any that is free]
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    pub port: u16,
}
