//! The arguments of `export-autograder` and of what it packs.

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
    /// Let it grade where a protection is missing, as in a container without namespaces; what
    /// students hand in can then read the lab with its solutions
    #[arg(long)]
    pub allow_weak_sandbox: bool,
}

/// Arguments of `autograder`.
#[derive(Args)]
pub struct AutograderArgs {
    /// The folder that Gradescope calls `/autograder`
    pub root: PathBuf,
    /// Grade although a protection is missing
    #[arg(long)]
    pub allow_weak_sandbox: bool,
}
