//! The sandbox that graded work runs in: how it is asked for, and entered.

use crate::cli::{GradeArgs, JailArgs};
use crate::engine::{Engines, program};
use anyhow::Context;
use candlelab_engine::{CELL_TMPDIR, CELLS, CELLS_KEPT, EngineError, namespaces};
use candlelab_grader::sandbox::{Layer, Role, SYSTEM, Sandbox, group};
use clap::ValueEnum;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// How much protection there must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// None at all
    None,
    /// Limits on files, system calls and memory, within the system as it is
    Files,
    /// A system of its own: other files, processes, users and networks are not there
    Full,
}

impl Level {
    /// What every grade should tell of it.
    pub fn weakness(self) -> Option<String> {
        let name = self.name();
        (self != Self::Full).then(|| format!("graded with `--sandbox {name}`, a weaker one"))
    }

    /// What it is called on the command line.
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// Room for files in memory that a jail may take, in bytes.
pub const FILES: u64 = namespaces::ROOM[0] + namespaces::ROOM[1];

/// A sandbox to be.
#[derive(Clone, Debug)]
pub struct Jail {
    pub level: Level,
    /// How much memory its processes may have, in bytes.
    pub memory: u64,
    /// The folder of compiled cells that its sessions may load, and that for those of trusted ones.
    pub cells: [PathBuf; 2],
    /// The control group that its sessions enter, if there is one.
    pub group: Option<PathBuf>,
}

/// What of the environment a graded process may know.
const KNOWN: [&str; 15] = [
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "XDG_CACHE_HOME",
    "CARGO_HOME",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "CANDLELAB_STORE",
    "CANDLELAB_TARGET_CPU",
    "CANDLELAB_FAST",
    "CANDLELAB_DEVICE",
    "CANDLELAB_ENGINE",
    "CANDLELAB_NO_CELL_CACHE",
];
/// Names the folder of data sets.
const DATA_VAR: &str = "CANDLELAB_DATA";

impl Jail {
    /// A folder for all that is written, which goes with the first, and the cells' own in it.
    pub fn folder() -> anyhow::Result<(TempDir, PathBuf)> {
        let scratch = tempfile::Builder::new().prefix("candlelab-grade-").tempdir()?;
        let own = scratch.path().join("own");
        fs::create_dir(&own).with_context(|| format!("cannot make `{}`", own.display()))?;
        Ok((scratch, own))
    }

    /// Has an engine's sessions enter the sandbox, and know little.
    pub fn ask(&self, command: &mut Command, scratch: &Path) {
        command.args(["--sandbox", &self.level.name(), "--memory", &self.memory.to_string()]);
        command.arg("--scratch").arg(scratch);
        if self.level == Level::None {
            return;
        }
        command.env_clear();
        command.envs(env::vars_os().filter(|(name, _)| KNOWN.iter().any(|known| name == known)));
        command.env("TMPDIR", scratch).envs(data().map(|folder| (DATA_VAR, folder)));
        // What an earlier student's cells were compiled to is no business of this one's.
        let [lent, kept] = &self.cells;
        command.env(CELLS, lent).arg("--cells").arg(kept);
        command.args(self.group.iter().flat_map(|group| ["--group".as_ref(), group.as_os_str()]));
        command.env("CANDLELAB_NO_SHELL", "1").env("CARGO_NET_OFFLINE", "true");
    }
}

/// The folder of data sets, wherever it is.
fn data() -> Option<PathBuf> {
    let named = env::var_os(DATA_VAR).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let kept = || Some(dirs::cache_dir()?.join("candlelab/data"));
    fs::canonicalize(named.or_else(kept)?).ok()
}

/// Where an engine's sessions enter their sandboxes.
pub struct Entrance {
    level: Level,
    sandbox: Sandbox,
    /// Where a trusted session keeps compiled cells.
    cells: Option<PathBuf>,
    group: Option<PathBuf>,
}

impl Entrance {
    /// Has the engine start where its sessions will be.
    ///
    /// # Errors
    /// If the folder for what cells write is not there.
    pub fn open(engines: &Engines, args: &JailArgs, scratch: &Path) -> anyhow::Result<Self> {
        let sandbox = Sandbox {
            read: lent(engines),
            scratch: scratch.into(),
            kept: None,
            memory: args.memory,
            is_alone: false,
        };
        let own = sandbox.own();
        env::set_current_dir(&own).with_context(|| format!("cannot enter `{}`", own.display()))?;
        if args.level != Level::None {
            // What is looked for at home has been found.
            set_variables([("HOME", own.clone().into()), (CELL_TMPDIR, own.into())]);
        }
        let (cells, group) = (args.cells.clone(), args.group.clone());
        Ok(Self { level: args.level, sandbox, cells, group })
    }

    /// Gives up whatever grading does not need, and goes on in the sandbox.
    ///
    /// # Errors
    /// If it is not as strong as was asked for.
    pub fn pass(&self, is_trusted: bool) -> Result<(), EngineError> {
        let kept = self.cells.as_deref().filter(|_| is_trusted);
        problem(&self.enter(kept)).map_or(Ok(()), Err)
    }

    /// The same, whatever that comes to; what is compiled there is kept in a folder, or nowhere.
    pub fn enter(&self, kept: Option<&Path>) -> Vec<Layer> {
        if self.level == Level::None {
            return Vec::new();
        }
        let mut layers: Vec<Layer> = self.group.iter().map(|it| grouped(it)).collect();
        if self.level == Level::Full {
            let system = SYSTEM.iter().map(PathBuf::from).filter(|path| path.exists());
            let lent: Vec<PathBuf> = system.chain(self.sandbox.read.iter().cloned()).collect();
            let jail = namespaces::Jail { lent: &lent, kept, scratch: &self.sandbox.scratch };
            let what = "a root, processes, a network and a user of its own";
            let result = jail.enter().map(|()| what.to_owned()).map_err(|error| error.to_string());
            layers.push(Layer { name: "system", result });
        }
        let is_alone = layers.iter().any(|it| it.name == "system" && it.result.is_ok());
        let kept = kept.map(Path::to_owned);
        let sandbox = Sandbox { is_alone, kept, ..self.sandbox.clone() };
        set_variables(sandbox.variables().into_iter().flatten());
        set_variables(sandbox.kept.iter().map(|folder| (CELLS_KEPT, folder.into())));
        layers.extend(sandbox.enter());
        // In another root it is another folder.
        if let Err(error) = env::set_current_dir(sandbox.own()) {
            layers.push(Layer { name: "folder", result: Err(error.to_string()) });
        }
        layers
    }
}

fn grouped(group: &Path) -> Layer {
    let what = "all processes together have a limit of memory, and of their number";
    let result = group::enter(group).map(|()| what.to_owned()).map_err(|error| error.to_string());
    Layer { name: "group", result }
}

fn set_variables(variables: impl IntoIterator<Item = (&'static str, OsString)>) {
    for (name, value) in variables {
        // SAFETY: there is one thread, so nobody reads the environment meanwhile.
        unsafe { env::set_var(name, value) };
    }
}

/// What the engine reads beside the system.
fn lent(engines: &Engines) -> Vec<PathBuf> {
    let cells = env::var_os(CELLS).map(PathBuf::from);
    engines.files().into_iter().chain(program()).chain(data()).chain(cells).collect()
}

/// Gives up more, where this process was started in a sandbox to compile or run a cell.
///
/// # Errors
/// If the system does not do it: why.
pub fn confine(role: Role, session: &Path) -> Result<(), String> {
    let Some(sandbox) = Sandbox::around() else { return Ok(()) };
    if role == Role::Compiler {
        // SAFETY: there is one thread, so nobody reads the environment meanwhile.
        unsafe { env::set_var("TMPDIR", session) };
    }
    sandbox.confine(role, session)
}

/// Why a sandbox is not as strong as it was asked to be.
fn problem(layers: &[Layer]) -> Option<EngineError> {
    let missing = layers.iter().filter_map(|layer| {
        layer.result.as_ref().err().map(|problem| format!("{}: {problem}", layer.name))
    });
    let missing: Vec<String> = missing.collect();
    (!missing.is_empty()).then(|| EngineError {
        message: format!("no sandbox for what nobody trusts: {}", missing.join("; ")),
        hint: Some("see `candlelab sandbox-check`".into()),
    })
}

/// Makes sure that this machine can keep the sandbox asked for, and that what students must not see
/// does not lie where they can.
pub fn require(args: &GradeArgs) -> anyhow::Result<()> {
    if args.sandbox == Level::None {
        return Ok(());
    }
    for path in [&args.labs, &args.submissions, &args.out] {
        hidden(path)?;
    }
    let mut check = Command::new(env::current_exe()?);
    let output = check.args(["sandbox-check", "--sandbox", &args.sandbox.name()]).output()?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let missing =
        text.lines().filter_map(|line| line.strip_prefix("✗ ").or(line.strip_prefix("error: ")));
    let missing = missing.collect::<Vec<_>>().join("; ");
    let message = format!("this machine cannot grade what nobody trusts: {missing}");
    let hint = "see `candlelab sandbox-check`; `--sandbox files` or `none` ask for less".into();
    Err(NotProtected { message, hint }.into())
}

/// Refuses a folder of the course's that lies where every program may read.
fn hidden(path: &Path) -> anyhow::Result<()> {
    let Ok(real) = fs::canonicalize(path) else { return Ok(()) };
    let system = SYSTEM.iter().map(PathBuf::from).chain(data());
    let seen = system.filter_map(|folder| fs::canonicalize(folder).ok());
    match seen.into_iter().find(|folder| real.starts_with(folder)) {
        None => Ok(()),
        Some(folder) => Err(NotProtected {
            message: format!(
                "students could read `{}`, which lies in `{}`",
                path.display(),
                folder.display()
            ),
            hint: "move it into a folder of its own".into(),
        }
        .into()),
    }
}

/// Why nothing was graded.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct NotProtected {
    message: String,
    /// What to do about it.
    pub hint: String,
}
