//! Namespaces of Linux.

use std::ffi::{CStr, CString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Cuts this process and all that it will start off from the network; to be called while there is
/// one thread.
///
/// # Errors
/// If the system does not let this user do so.
pub fn leave_network() -> io::Result<()> {
    // What cannot reach the network should not wait for it either.
    // SAFETY: there is one thread, so nobody reads the environment meanwhile.
    unsafe { std::env::set_var("CARGO_NET_OFFLINE", "true") };
    // SAFETY: gives this process namespaces of its own, and asks who it runs as.
    let (done, user, group) =
        unsafe { (libc::unshare(libc::CLONE_NEWNET) == 0, libc::getuid(), libc::getgid()) };
    if done {
        return raise_loopback();
    }
    // Who is not root may do so within a user namespace, in which files keep their owners.
    // SAFETY: as above.
    if unsafe { libc::unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNET) } != 0 {
        return Err(io::Error::last_os_error());
    }
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    fs::write("/proc/self/gid_map", format!("{group} {group} 1"))?;
    raise_loopback()
}

/// Goes on in a child that sees and reaches only the processes it starts, and whose end is theirs;
/// this process waits for it and ends as it does. To be called while there is one thread.
///
/// # Errors
/// If the system does not allow it.
pub fn leave_processes() -> io::Result<()> {
    // SAFETY: gives the next child a namespace of its own; nothing else happens to this process.
    if unsafe { libc::unshare(libc::CLONE_NEWPID) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: there is one thread, so the child's memory is whole.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        // SAFETY: asks to be ended with the process that waits below.
        0 => match unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        },
        child => {
            let mut status = 0;
            // SAFETY: waits for the child made just now, then ends without running anything else.
            unsafe {
                while libc::waitpid(child, &mut status, 0) == -1 {}
                libc::_exit(if libc::WIFEXITED(status) { libc::WEXITSTATUS(status) } else { 1 })
            }
        }
    }
}

/// Lets the files of a folder lie in memory, where there is room for so many and no more, and go with
/// this process; those in its folder `own` have room of their own. To be called while there is one
/// thread.
///
/// # Errors
/// If the system does not allow it.
pub fn leave_files(scratch: &Path) -> io::Result<()> {
    let path = |path: &Path| CString::new(path.as_os_str().as_bytes());
    let (folder, own) = (path(scratch)?, path(&scratch.join("own"))?);
    let mount = |kind: &CStr, to: &CStr, flags, options: &CStr| {
        // SAFETY: the strings live until the call returns.
        let done = unsafe {
            libc::mount(kind.as_ptr(), to.as_ptr(), kind.as_ptr(), flags, options.as_ptr().cast())
        };
        if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    };
    // SAFETY: gives this process a list of mounts of its own.
    if unsafe { libc::unshare(libc::CLONE_NEWNS) } != 0 {
        return Err(io::Error::last_os_error());
    }
    mount(c"none", c"/", libc::MS_REC | libc::MS_PRIVATE, c"")?;
    let flags = libc::MS_NOSUID | libc::MS_NODEV;
    mount(c"tmpfs", &folder, flags, c"size=1g,nr_inodes=100k,mode=0700")?;
    fs::create_dir(scratch.join("own"))?;
    mount(c"tmpfs", &own, flags, c"size=512m,nr_inodes=100k,mode=0700")
}

/// Lets the processes of a new network talk to each other.
fn raise_loopback() -> io::Result<()> {
    // SAFETY: opens a socket, and asks for a flag of an interface whose name is there and ends
    // with a zero.
    unsafe {
        let socket = libc::socket(libc::AF_INET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0);
        let mut request: libc::ifreq = std::mem::zeroed();
        request.ifr_name[0] = b'l' as libc::c_char;
        request.ifr_name[1] = b'o' as libc::c_char;
        request.ifr_ifru.ifru_flags = libc::IFF_UP as libc::c_short;
        let done = libc::ioctl(socket, libc::SIOCSIFFLAGS, &request);
        let error = io::Error::last_os_error();
        libc::close(socket);
        if done == 0 { Ok(()) } else { Err(error) }
    }
}
