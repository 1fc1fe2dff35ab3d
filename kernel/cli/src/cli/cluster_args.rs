//! The arguments of `grade` on several machines.

use crate::run::Shard;
use clap::Args;

/// Where a class is graded.
#[derive(Args)]
#[command(next_help_heading = "Several machines")]
pub struct ClusterArgs {
    /// Grade the I-th of N parts of the class only, into a folder of its own below that of `--out`;
    /// `candlelab gradebook merge` puts the parts together
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// Have Slurm grade the class in N parts and put them together
    #[arg(long, value_name = "N", value_parser = count(), conflicts_with = "shard")]
    pub slurm: Option<u16>,
    /// Options for `sbatch`, such as `--slurm-options "--partition=course --time=4:00:00"`
    #[arg(long, value_name = "OPTIONS", requires = "slurm", allow_hyphen_values = true)]
    pub slurm_options: Option<String>,
    /// Show what Slurm would be told, and submit nothing
    #[arg(long, requires = "slurm")]
    pub dry_run: bool,
    /// Print jobs for Kubernetes that grade the class with this container image
    #[arg(long, value_name = "IMAGE", conflicts_with_all = ["shard", "slurm"])]
    pub kubernetes: Option<String>,
    /// In how many parts Kubernetes grades the class
    #[arg(long, value_name = "N", value_parser = count(), default_value = "8",
        requires = "kubernetes")]
    pub shards: u16,
    /// The volume claim with submissions and labs, in whose folder Kubernetes starts
    #[arg(long, value_name = "NAME", default_value = "candlelab-course", requires = "kubernetes")]
    pub claim: String,
    /// What the parts of one run leave behind as a sign that they have come to their end
    #[arg(long, hide = true, default_value = "")]
    pub run_id: String,
}

fn count() -> clap::builder::RangedI64ValueParser<u16> {
    clap::value_parser!(u16).range(1..=1000)
}
