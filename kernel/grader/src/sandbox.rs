//! What a student's code may do to this machine: very little.
//!
//! A process that grades calls [`Sandbox::enter`] before it runs anything of a student's, its
//! compilation included. Each layer stands for itself; what one cannot do here, [`Layer`] tells.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod files;
mod limits;

use std::path::PathBuf;

/// What a graded process may reach.
#[derive(Clone, Debug, Default)]
pub struct Sandbox {
    /// Files and folders that it may read, and programs there that it may run.
    pub read: Vec<PathBuf>,
    /// The folder that it may change.
    pub scratch: PathBuf,
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
    /// Gives up, for this process and all that it will start, whatever grading does not need.
    ///
    /// There must be one thread only.
    pub fn enter(&self) -> Vec<Layer> {
        let mut layers = vec![limits::enter()];
        #[cfg(target_os = "linux")]
        layers.extend([files::enter(self), calls::enter()]);
        #[cfg(not(target_os = "linux"))]
        for name in ["files", "calls"] {
            layers.push(Layer { name, result: Err("only Linux has the means for it".into()) });
        }
        layers
    }
}

/// What the compiler and the linker read of the system.
pub const SYSTEM: [&str; 16] = [
    "/usr",
    "/lib",
    "/lib32",
    "/lib64",
    "/bin",
    "/opt",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/localtime",
    "/etc/fonts",
    "/dev/null",
    "/dev/zero",
    "/dev/urandom",
    "/dev/random",
];
