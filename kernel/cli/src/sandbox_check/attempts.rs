//! What must fail in a sandbox, and does or does not.

use crate::jail::Level;
use candlelab_grader::sandbox::Layer;
use std::fs::{self, File, Permissions};
use std::hint::black_box;
use std::io;
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::SystemTime;

/// More processes than any sandbox allows.
const TOO_MANY: usize = 4096;
/// More memory than any sandbox allows, in bytes.
const TOO_MUCH: usize = 1 << 40;

/// Tries it all; `outside` has a `secret` and a `socket`, `scratch` is the sandbox's own folder.
pub fn all(level: Level, outside: &Path, scratch: &Path) -> Vec<Layer> {
    let secret = &outside.join("secret");
    let own = fs::write(scratch.join("own/file"), "").map_err(|error| error.to_string());
    let own = own.map(|()| "a cell can write to its own folder".to_owned());
    let mut layers = vec![
        Layer { name: "own", result: own },
        refused("read", "another file is out of reach", || fs::read(secret).map(drop)),
        refused("passwords", "/etc/passwd is out of reach", || fs::read("/etc/passwd").map(drop)),
        refused("write", "no file can be made elsewhere", || fs::write(outside.join("new"), "")),
        refused("truncate", "no file can be cut short", || {
            File::options().write(true).truncate(true).open(secret).map(drop)
        }),
        refused("session", "the engine's files cannot be changed", || {
            fs::write(scratch.join("session/file"), "")
        }),
        refused("proc", "other processes cannot be looked into", || {
            fs::read("/proc/1/environ").map(drop)
        }),
        refused("network", "no other machine is in reach", || {
            TcpStream::connect("192.0.2.1:80").map(drop)
        }),
        refused("memory", "memory has a limit", || map(TOO_MUCH)),
        refused("signal", "other processes cannot be signalled", || signal(1)),
        refused("namespaces", "no namespaces can be made", || {
            // SAFETY: changes this process only.
            done(unsafe { libc::unshare(libc::CLONE_NEWUSER) })
        }),
    ];
    if level == Level::Full {
        layers.extend([
            refused("chmod", "no file's mode can be changed", || {
                fs::set_permissions(secret, Permissions::from_mode(0o777))
            }),
            refused("system", "not even the system's own can be", || {
                fs::set_permissions("/usr/bin", Permissions::from_mode(0o755))
                    .or_else(|_| chown("/usr/bin", Some(0), None))
            }),
            refused("times", "no file's time can be changed", || {
                File::open(secret)?.set_modified(SystemTime::UNIX_EPOCH)
            }),
            refused("sockets", "nothing outside can be connected to", || {
                UnixStream::connect(outside.join("socket")).map(drop)
            }),
            refused("root", "root cannot be become", || {
                // SAFETY: changes this process only.
                done(unsafe { libc::syscall(libc::SYS_setuid, 0) } as libc::c_int)
            }),
            refused("processes", "the number of processes has a limit", fork_often),
        ]);
    }
    layers
}

/// Has a process use more memory than all together may.
pub fn overflow(most: u64) -> Layer {
    refused("together", "who takes more memory than all may have is ended", || {
        let bytes = 2 * most as usize;
        match by_child(|| black_box(vec![1_u8; bytes]).len() == bytes)? {
            true => Ok(()),
            false => Err(io::Error::other("it was ended")),
        }
    })
}

/// Has a child try, as a cell's process is one of the engine's; whether it says that all held.
pub fn by_child(attempts: impl FnOnce() -> bool) -> io::Result<bool> {
    // SAFETY: there is one thread, so the child's memory is whole.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        // SAFETY: ends the child without running what is the parent's to run.
        0 => unsafe { libc::_exit(i32::from(!attempts())) },
        child => {
            let mut status = 0;
            // SAFETY: waits for the child made just now.
            done(unsafe { libc::waitpid(child, &mut status, 0) } - child)?;
            Ok(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0)
        }
    }
}

fn refused(name: &'static str, what: &str, attempt: impl FnOnce() -> io::Result<()>) -> Layer {
    let result = match attempt() {
        Err(_) => Ok(what.to_owned()),
        Ok(()) => Err(format!("not so: {what}")),
    };
    Layer { name, result }
}

fn done(result: libc::c_int) -> io::Result<()> {
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

fn map(bytes: usize) -> io::Result<()> {
    let (rights, flags) =
        (libc::PROT_READ, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE);
    // SAFETY: asks for addresses that nothing uses.
    match unsafe { libc::mmap(std::ptr::null_mut(), bytes, rights, flags, -1, 0) } {
        libc::MAP_FAILED => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

fn signal(process: libc::pid_t) -> io::Result<()> {
    // SAFETY: signal 0 only asks whether one may signal it.
    done(unsafe { libc::kill(process, 0) })
}

/// Starts processes until the system refuses; then ends them.
fn fork_often() -> io::Result<()> {
    let mut children = Vec::new();
    let result = loop {
        // SAFETY: there is one thread, and the child does nothing but wait for its end.
        match unsafe { libc::fork() } {
            -1 => break Err(io::Error::last_os_error()),
            0 => loop {
                // SAFETY: waits for a signal.
                unsafe { libc::pause() };
            },
            child => children.push(child),
        }
        if children.len() > TOO_MANY {
            break Ok(());
        }
    };
    for child in children {
        // SAFETY: ends a child made above, and takes note of its end.
        unsafe {
            libc::kill(child, libc::SIGKILL);
            libc::waitpid(child, std::ptr::null_mut(), 0);
        }
    }
    result
}
