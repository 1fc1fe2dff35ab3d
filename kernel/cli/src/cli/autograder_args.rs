//! The arguments of `export-autograder` and of what it packs.

use crate::jail::Level;
use clap::Args;
use std::path::PathBuf;

/// Arguments of `export-autograder`.
#[derive(Args)]
pub struct ExportAutograderArgs {
    /// The lab; a part of its name is enough
    pub lab: String,
    /// The archive to write
    #[arg(short, long, value_name = "FILE", default_value = "autograder.zip")]
    pub output: PathBuf,
    /// The folder of the labs, with their solutions
    #[arg(long, default_value = "labs", value_name = "FOLDER")]
    pub labs: PathBuf,
    /// How much protection there must be; a container without namespaces has `files` at most, where
    /// what students hand in can read the lab with its solutions
    #[arg(long, value_name = "LEVEL", default_value = "full")]
    pub sandbox: Level,
}

/// Arguments of `autograder`.
#[derive(Args)]
pub struct AutograderArgs {
    /// The folder that Gradescope calls `/autograder`
    pub root: PathBuf,
    /// How much protection there must be
    #[arg(long, value_name = "LEVEL", default_value = "full")]
    pub sandbox: Level,
}
