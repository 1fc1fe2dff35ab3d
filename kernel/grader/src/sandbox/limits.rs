//! How much there is of everything: resource limits.

use super::Layer;
use std::io;

/// The largest file.
const FILE: u64 = 1 << 30;
/// Open files of a process.
const OPEN: u64 = 4096;
/// Processes and threads together.
const PROCESSES: u64 = 1024;
/// Addresses that a process reserves beyond the memory it uses.
const RESERVED: u64 = 4 << 30;

/// For all that this process will start; `is_alone` tells that no other process of its user counts.
pub fn enter(is_alone: bool) -> Layer {
    let mut limits =
        vec![(libc::RLIMIT_FSIZE, FILE), (libc::RLIMIT_NOFILE, OPEN), (libc::RLIMIT_CORE, 0)];
    let mut text = format!("files of at most {} MB, {OPEN} open ones, no core dumps", FILE >> 20);
    if is_alone {
        limits.push((libc::RLIMIT_NPROC, PROCESSES));
        text += &format!(", {PROCESSES} processes");
    }
    let failed = limits.into_iter().find_map(|(resource, limit)| set(resource, limit).err());
    Layer { name: "limits", result: failed.map_or(Ok(text), |error| Err(error.to_string())) }
}

/// For a process that compiles or runs a student's code.
pub fn confine(memory: u64) -> io::Result<()> {
    set(libc::RLIMIT_AS, memory.saturating_add(RESERVED))
}

#[cfg(target_os = "linux")]
type Resource = libc::__rlimit_resource_t;
#[cfg(not(target_os = "linux"))]
type Resource = libc::c_int;

fn set(resource: Resource, limit: u64) -> io::Result<()> {
    let limit = libc::rlimit { rlim_cur: limit, rlim_max: limit };
    // SAFETY: passes a structure of ours.
    match unsafe { libc::setrlimit(resource, &limit) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
