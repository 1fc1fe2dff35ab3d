//! The arguments that ask for a sandbox.

use crate::jail::Level;
use crate::run::memory_size;
use clap::Args;
use std::path::PathBuf;

/// Which sandbox an engine enters.
#[derive(Args, Clone, Debug)]
pub struct JailArgs {
    /// How much protection there must be
    #[arg(id = "level", long = "sandbox", value_name = "LEVEL", default_value = "none")]
    pub level: Level,
    /// The folder for all that it writes
    #[arg(long, value_name = "FOLDER")]
    pub scratch: Option<PathBuf>,
    /// The folder in which a trusted session keeps compiled cells
    #[arg(long, value_name = "FOLDER")]
    pub cells: Option<PathBuf>,
    /// The control group that its sessions enter
    #[arg(long, value_name = "FOLDER")]
    pub group: Option<PathBuf>,
    /// How much memory each of its processes may ask for
    #[arg(long, value_name = "SIZE", default_value = "4G", value_parser = memory_size)]
    pub memory: u64,
}

/// Arguments of `sandbox-check`.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 all of it is there, 7 something is missing")]
pub struct SandboxCheckArgs {
    /// How much protection there must be
    #[arg(long, value_name = "LEVEL", default_value = "full")]
    pub sandbox: Level,
    /// Try to break out, to the things in this folder
    #[arg(long, hide = true)]
    pub inside: Option<PathBuf>,
    /// The control group that it enters
    #[arg(long, hide = true)]
    pub group: Option<PathBuf>,
}
