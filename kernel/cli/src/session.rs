//! The engine that one notebook after the other is run on, in a process of its own.

use crate::engine::Engines;
use crate::interrupt;
use crate::jail::Jail;
use candlelab_engine::{Engine, Remote};
use candlelab_notebook::Stop;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Labs run on small data from here on; to be called before anything else runs.
pub fn use_small_data() {
    // SAFETY: no other thread has been started.
    unsafe { std::env::set_var("CANDLELAB_FAST", "1") };
}

/// Nothing that is built from here on uses the network; to be called before anything else runs.
pub fn stay_offline() {
    // SAFETY: no other thread has been started.
    unsafe { std::env::set_var("CARGO_NET_OFFLINE", "true") };
}

/// Builds the runtime where it is missing, and takes care of Ctrl-C from then on.
///
/// Until then Ctrl-C ends the program, as it should during a long build.
pub fn open(stop: &Stop) -> anyhow::Result<()> {
    Engines::ready()?;
    interrupt::catch(stop)
}

/// How an engine is made.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// How many threads its cells compute on; `None` for all.
    pub threads: Option<usize>,
    /// What its processes may hold, in bytes.
    pub memory_limit: Option<u64>,
    /// Whether it is kept off the network.
    pub offline: bool,
    /// The installed kernel that it runs, if not our own.
    pub kernel: Option<String>,
    /// Where it runs what nobody trusts: the sandbox, and the folder for all that it writes.
    pub jail: Option<(Jail, PathBuf)>,
}

/// An engine for one notebook after the other.
pub fn remote(setup: Setup) -> anyhow::Result<Remote> {
    const THREADS_VAR: &str = "RAYON_NUM_THREADS";
    let program = std::env::current_exe()?;
    let memory_limit = setup.memory_limit;
    let command = move || {
        let mut command = Command::new(&program);
        command.arg("engine").args(setup.offline.then_some("--offline"));
        command.args(setup.kernel.as_ref().map(|name| format!("--kernel={name}")));
        if let Some((jail, scratch)) = &setup.jail {
            jail.ask(&mut command, scratch);
        }
        if let Some(threads) = setup.threads.filter(|_| std::env::var_os(THREADS_VAR).is_none()) {
            command.env(THREADS_VAR, threads.to_string());
        }
        command
    };
    Ok(Remote::new(command, memory_limit))
}

/// Starts the engine when the first notebook needs it.
#[derive(Default)]
pub struct Session {
    /// Ends the run; Ctrl-C sets it.
    pub stop: Stop,
    engine: Option<Remote>,
}

impl Session {
    /// An engine without variables, whose cells find files relative to `folder`, as in JupyterLab.
    pub fn fresh(&mut self, folder: &Path) -> anyhow::Result<&mut dyn Engine> {
        if self.engine.is_none() {
            open(&self.stop)?;
            self.engine = Some(remote(Setup::default())?);
        }
        let engine = self.engine.as_mut().expect("made above");
        engine.fresh(folder)?;
        Ok(engine)
    }
}
