//! Namespaces of Linux.

use std::fs;
use std::io;

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
    map_user(user, group)?;
    raise_loopback()
}

/// Says to a new user namespace that this process's user is who they were.
pub(super) fn map_user(user: u32, group: u32) -> io::Result<()> {
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    fs::write("/proc/self/gid_map", format!("{group} {group} 1"))
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
