//! What a student's code may do to this machine: very little.
//!
//! A process that grades calls [`Sandbox::enter`] before it runs anything of a student's; what it
//! starts to compile a cell, and to run it, gives up more with [`Sandbox::confine`]. Each layer
//! stands for itself; what one cannot do here, [`Layer`] tells.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod files;
pub mod group;
mod limits;
#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(not(target_os = "linux"))]
use other::{calls, files};

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Names the files that a process which is started in the sandbox may reach.
const FILES_VAR: &str = "CANDLELAB_SANDBOX_FILES";
/// Names the folder in which it may keep what it compiles.
const KEPT_VAR: &str = "CANDLELAB_SANDBOX_KEPT";
/// Names how much memory it may have.
const MEMORY_VAR: &str = "CANDLELAB_SANDBOX_MEMORY";

/// What a graded process may reach.
#[derive(Clone, Debug, Default)]
pub struct Sandbox {
    /// Files and folders that it may read, and programs there that it may run.
    pub read: Vec<PathBuf>,
    /// The folder that it may change; its `own` is that of the cells.
    pub scratch: PathBuf,
    /// A folder in which the engine and its compilers, but not its cells, may keep files.
    pub kept: Option<PathBuf>,
    /// How much memory each of its processes may ask for, in bytes.
    pub memory: u64,
    /// Whether its processes are counted apart from others of the same user.
    pub is_alone: bool,
}

/// Who gives up more than the process that starts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Compiles a cell: reads and writes the session's folder, and no other's.
    Compiler,
    /// Runs cells: writes its own folder, and reads of the session's what has been compiled.
    Worker,
}

/// One protection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its name.
    pub name: &'static str,
    /// What it does, or why it does not.
    pub result: Result<String, String>,
}

impl Sandbox {
    /// The folder that cells may change.
    pub fn own(&self) -> PathBuf {
        self.scratch.join("own")
    }

    /// Gives up, for this process and all that it will start, whatever grading does not need.
    ///
    /// There must be one thread only.
    pub fn enter(&self) -> Vec<Layer> {
        vec![limits::enter(self.is_alone), files::enter(self), calls::enter()]
    }

    /// Gives up more, within the sandbox; `session` is the folder that the engine writes to.
    ///
    /// # Errors
    /// If the system does not do it: why.
    pub fn confine(&self, role: Role, session: &Path) -> Result<(), String> {
        limits::confine(self.memory).map_err(|error| error.to_string())?;
        files::confine(self, role, session)
    }

    /// The variables by which a process that is started in the sandbox knows it.
    ///
    /// # Errors
    /// If a path has a colon in it.
    pub fn variables(&self) -> Result<Vec<(&'static str, OsString)>, String> {
        let paths = std::iter::once(&self.scratch).chain(&self.read);
        let paths = env::join_paths(paths).map_err(|error| error.to_string())?;
        let kept = self.kept.iter().map(|folder| (KEPT_VAR, folder.into()));
        let memory = self.memory.to_string().into();
        Ok([(FILES_VAR, paths), (MEMORY_VAR, memory)].into_iter().chain(kept).collect())
    }

    /// The sandbox that this process was started in, if it was.
    pub fn around() -> Option<Self> {
        let files = env::var_os(FILES_VAR)?;
        let mut paths = env::split_paths(&files);
        let scratch = paths.next()?;
        let memory = env::var(MEMORY_VAR).ok()?.parse().ok()?;
        let kept = env::var_os(KEPT_VAR).map(PathBuf::from);
        Some(Self { scratch, read: paths.collect(), kept, memory, is_alone: false })
    }
}

/// What the compiler and the linker read of the system.
pub const SYSTEM: [&str; 12] = [
    "/usr/bin",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libexec",
    "/bin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
];
