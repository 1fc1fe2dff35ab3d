//! Namespaces: a process with a network, or a whole system, of its own. Linux only.

#[cfg(target_os = "linux")]
mod jail;
#[cfg(target_os = "linux")]
mod linux;

#[cfg(target_os = "linux")]
pub use jail::{Jail, ROOM, close_inherited};
#[cfg(target_os = "linux")]
pub use linux::leave_network;
#[cfg(target_os = "linux")]
use linux::map_user;
#[cfg(not(target_os = "linux"))]
pub use other::{Jail, ROOM, close_inherited, leave_network};

#[cfg(not(target_os = "linux"))]
mod other {
    use std::io;
    use std::path::{Path, PathBuf};

    /// Room for files in memory; here there is none.
    pub const ROOM: [u64; 2] = [0, 0];

    /// What a jailed process would have.
    #[derive(Clone, Copy, Debug)]
    pub struct Jail<'a> {
        /// Files and folders that it may read.
        pub lent: &'a [PathBuf],
        /// A folder that it may change, and that outlives it.
        pub kept: Option<&'a Path>,
        /// A folder for what it writes.
        pub scratch: &'a Path,
    }

    impl Jail<'_> {
        /// Goes on in the jail.
        ///
        /// # Errors
        /// Always: this system has no means for it; so below.
        pub fn enter(&self) -> io::Result<()> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    /// Would leave this process its standard descriptors.
    pub fn close_inherited() {}

    /// Cuts this process off from the network.
    ///
    /// # Errors
    /// Always.
    pub fn leave_network() -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
