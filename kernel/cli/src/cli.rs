//! The arguments of every command.

mod autograder_args;
mod cluster_args;
mod comparison;
mod grade_args;
mod gradebook_args;
mod jail_args;
mod mark_args;
mod run_args;

pub use autograder_args::{AutograderArgs, ExportAutograderArgs};
pub use cluster_args::ClusterArgs;
pub use comparison::Comparison;
pub use grade_args::GradeArgs;
pub use gradebook_args::{
    BookFormat, ExportBookArgs, GradebookCommand, HistoryArgs, MergeArgs, NbgraderArgs, ReportArgs,
};
pub use jail_args::{JailArgs, SandboxCheckArgs};
pub use mark_args::MarkArgs;
pub use run_args::{Choice, Reports, RunArgs};

use candlelab_notebook::Rule;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// A deep-learning course in Rust notebooks
#[derive(Parser)]
#[command(name = "candlelab", version, about, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Subcommand)]
pub enum Command {
    /// Run notebooks from top to bottom and write the executed ones to a folder
    Run(Box<RunArgs>),
    /// Show which labs are done and which is next
    List(ListArgs),
    /// Check a student's notebook; it is not changed
    Check(CheckArgs),
    /// Help with an exercise: first a question, with `--more` a pointer
    Hint(HintArgs),
    /// Start a lab again from a fresh copy; the old one is kept
    Reset(ResetArgs),
    /// Make the students' versions of labs, without solutions and hidden tests
    Release(ReleaseArgs),
    /// Check labs as their authors would: they run, their exercises fail until they are solved
    CheckLabs(CheckLabsArgs),
    /// Grade what students have handed in, in a sandbox
    Grade(Box<GradeArgs>),
    /// Put together, tell of and give away what has been graded
    #[command(subcommand)]
    Gradebook(GradebookCommand),
    /// Mark answers that wait for a person, on a page for this machine only
    Mark(MarkArgs),
    /// Pack a lab as an autograder for Gradescope
    ExportAutograder(ExportAutograderArgs),
    /// Grade one submission as an autograder
    #[command(hide = true)]
    Autograder(AutograderArgs),
    /// Say which protections grading has on this machine
    SandboxCheck(SandboxCheckArgs),
    /// Say what is wrong with notebooks without running them
    Lint(LintArgs),
    /// Turn a notebook into a script or a program, or a script into a notebook
    Export(ExportArgs),
    /// Build the runtime that notebooks use; other commands do so when they first need it
    Prepare(PrepareArgs),
    /// List what tensors can be computed on, and why a device cannot be used
    Devices,
    /// Time the training of small models beside PyTorch and Candle's own layers
    Bench(BenchArgs),
    /// Say what this machine lacks, and how to get it
    Doctor,
    /// Make the kernel known to Jupyter
    Install(InstallArgs),
    /// Remove the kernel from Jupyter
    Uninstall(KernelPlace),
    /// Serve one Jupyter front end
    #[command(hide = true)]
    Kernel(KernelArgs),
    /// Serve one runner of notebooks
    #[command(hide = true)]
    Engine(EngineArgs),
}

/// Where the labs are.
#[derive(Args)]
pub struct LabFolder {
    /// The folder of the labs [default: `labs` or `release` here or in a folder above]
    #[arg(long, value_name = "FOLDER")]
    pub labs: Option<PathBuf>,
}

/// Arguments of `list`.
#[derive(Args)]
pub struct ListArgs {
    /// The folder with your notebooks, a folder a lab [default: that of the labs]
    pub folder: Option<PathBuf>,
    /// Where the labs are.
    #[command(flatten)]
    pub place: LabFolder,
}

/// Arguments of `check`.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 all checks pass, 1 some do not, 2 bad input, 5 no kernel")]
pub struct CheckArgs {
    /// The student's notebook
    pub notebook: PathBuf,
    /// Where the labs are.
    #[command(flatten)]
    pub place: LabFolder,
}

/// Arguments of `hint`.
#[derive(Args)]
pub struct HintArgs {
    /// The notebook
    pub notebook: PathBuf,
    /// The number of the exercise, or the name of its check
    pub exercise: String,
    /// Give the pointer as well
    #[arg(long)]
    pub more: bool,
}

/// Arguments of `reset`.
#[derive(Args)]
pub struct ResetArgs {
    /// The notebook to start again
    pub notebook: PathBuf,
    /// Where the labs are.
    #[command(flatten)]
    pub place: LabFolder,
}

/// Arguments of `release`.
#[derive(Args)]
pub struct ReleaseArgs {
    /// The folder of the labs
    pub labs: PathBuf,
    /// Only the labs whose names contain one of these
    pub only: Vec<String>,
    /// The folder for the students' versions
    #[arg(short, long, default_value = "release", value_name = "FOLDER")]
    pub output: PathBuf,
}

/// Arguments of `check-labs`.
#[derive(Args)]
pub struct CheckLabsArgs {
    /// The folder of the labs
    #[arg(default_value = "labs")]
    pub labs: PathBuf,
    /// Only the labs whose names contain one of these
    pub only: Vec<String>,
    /// Use small data
    #[arg(long)]
    pub fast: bool,
    /// Read the labs, but run nothing
    #[arg(long)]
    pub no_run: bool,
}

/// Arguments of `prepare`.
#[derive(Args)]
pub struct PrepareArgs {
    /// Only print the name of the runtime's folder below `CANDLELAB_STORE`: a key for caches
    #[arg(long)]
    pub print_key: bool,
}

/// Arguments of `lint`.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 no problems, 1 some, 2 bad input")]
pub struct LintArgs {
    /// Notebooks, or folders to search for notebooks
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// A rule that may be broken; its name stands in brackets behind each problem
    #[arg(long, value_name = "RULE")]
    pub allow: Vec<Rule>,
    /// Let no notebook have outputs or execution counts (the rule `committed-outputs`)
    #[arg(long)]
    pub no_outputs: bool,
    /// Print a JSON object a problem
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `export`.
#[derive(Args)]
pub struct ExportArgs {
    /// The notebook, or a script that was made of one
    pub notebook: PathBuf,
    /// What to make of it
    #[arg(long, value_enum)]
    pub to: Target,
    /// The file to write; for a project, its folder
    #[arg(short, long, value_name = "PATH")]
    pub output: PathBuf,
    /// Replace what is there
    #[arg(long)]
    pub force: bool,
    /// The folder of candlelab's sources, for a project [default: its repository, by git]
    #[arg(long, value_name = "FOLDER")]
    pub runtime: Option<PathBuf>,
}

/// What `export` makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// Rust in the percent format, which goes back to a notebook and which jupytext reads
    Script,
    /// A Cargo project that prints what the notebook does
    Project,
    /// A notebook
    Notebook,
}

/// Arguments of `bench`.
#[derive(Args)]
pub struct BenchArgs {
    /// The models to train [default: all]
    #[arg(value_name = "MODEL", value_parser = crate::bench::WORKLOADS)]
    pub models: Vec<String>,
    /// How often each is timed, ours and its peers in turn; the median counts
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// How long each is timed in a round
    #[arg(long, default_value = "2", value_name = "SECONDS", value_parser = seconds)]
    pub time: Duration,
    /// Leave out PyTorch, which is installed (about 2 GB) when it is first needed
    #[arg(long)]
    pub no_torch: bool,
    /// Leave out Candle's own layers
    #[arg(long)]
    pub no_candle: bool,
}

/// Arguments of `install`.
#[derive(Args)]
pub struct InstallArgs {
    /// Where to put it.
    #[command(flatten)]
    pub place: KernelPlace,
    /// Do not build the runtime now; the first notebook will then wait for it
    #[arg(long)]
    pub no_prepare: bool,
}

/// Where Jupyter looks for the kernel.
#[derive(Args)]
pub struct KernelPlace {
    /// For this user, in every Python environment; the default
    #[arg(long, group = "place")]
    pub user: bool,
    /// For the Python environment of the `python3` on the path
    #[arg(long, group = "place")]
    pub sys_prefix: bool,
    /// Below this folder, in `share/jupyter/kernels`
    #[arg(long, group = "place", value_name = "FOLDER")]
    pub prefix: Option<PathBuf>,
    /// The name of the kernel; notebooks refer to it
    #[arg(long, default_value = "candlelab", value_parser = kernel_name)]
    pub name: String,
}

/// Arguments of `engine`.
#[derive(Args)]
pub struct EngineArgs {
    /// Leave the network first
    #[arg(long)]
    pub offline: bool,
    /// Run an installed kernel
    #[arg(long)]
    pub kernel: Option<String>,
    /// Run what nobody trusts
    #[command(flatten)]
    pub jail: JailArgs,
}

/// Arguments of `kernel`.
#[derive(Args)]
pub struct KernelArgs {
    /// The file in which Jupyter names its ports
    pub connection_file: PathBuf,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0.0);
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| "it must be a number of seconds greater than 0".into())
}

fn kernel_name(text: &str) -> Result<String, String> {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    if text.is_empty() || text.starts_with('.') || !text.chars().all(allowed) {
        return Err("it may hold letters, digits, `.`, `_` and `-`, and no `.` in front".into());
    }
    Ok(text.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_limit_is_a_positive_number() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for text in ["0", "-1", "nan", "inf", "1e300", "soon"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_kernel_name_cannot_leave_its_folder() {
        assert_eq!(kernel_name("Rust-2.0"), Ok("rust-2.0".into()));
        for text in ["", "..", "a/b", "ä", "a b"] {
            assert!(kernel_name(text).is_err(), "{text}");
        }
    }
}
