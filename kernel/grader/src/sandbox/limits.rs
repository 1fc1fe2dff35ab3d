//! How much there is of everything: resource limits.

use super::Layer;
use std::io;

/// The largest file.
const FILE: u64 = 1 << 30;
/// Open files of a process.
const OPEN: u64 = 4096;

pub fn enter() -> Layer {
    let limits = [(libc::RLIMIT_FSIZE, FILE), (libc::RLIMIT_NOFILE, OPEN), (libc::RLIMIT_CORE, 0)];
    let failed = limits.into_iter().find_map(|(resource, limit)| set(resource, limit).err());
    let text = format!("files of at most {} MB, {OPEN} open ones, no core dumps", FILE >> 20);
    Layer { name: "limits", result: failed.map_or(Ok(text), |error| Err(error.to_string())) }
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
