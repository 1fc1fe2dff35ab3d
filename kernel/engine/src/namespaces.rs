//! Namespaces: a process with a network, processes and files of its own. Linux only.

#[cfg(target_os = "linux")]
pub use linux::{leave_files, leave_network, leave_processes};
#[cfg(not(target_os = "linux"))]
pub use other::{leave_files, leave_network, leave_processes};

#[cfg(target_os = "linux")]
mod linux;

#[cfg(not(target_os = "linux"))]
mod other {
    use std::io;
    use std::path::Path;

    /// Cuts this process off from the network.
    ///
    /// # Errors
    /// Always: this system has no means for it; so below.
    pub fn leave_network() -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Goes on in a child that sees only the processes it starts.
    ///
    /// # Errors
    /// Always.
    pub fn leave_processes() -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Lets the files of a folder lie in memory, with a limit.
    ///
    /// # Errors
    /// Always.
    pub fn leave_files(_scratch: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
