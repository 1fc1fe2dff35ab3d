//! A system of its own for a process that nobody trusts: its root holds what it is lent, to be read,
//! and room in memory, to be written; it sees no other process, network or user.

use super::map_user;
use std::ffi::CString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Room for files in memory, in bytes: for the engine's and for the cells' own.
pub const ROOM: [u64; 2] = [768 << 20, 256 << 20];

/// Who has no rights anywhere; root becomes them.
const NOBODY: u32 = 65534;
const DEVICES: [&str; 5] = ["null", "zero", "full", "random", "urandom"];
const NAMESPACES: libc::c_int = libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP;

/// What a jailed process has.
#[derive(Clone, Copy, Debug)]
pub struct Jail<'a> {
    /// Files and folders that it may read.
    pub lent: &'a [PathBuf],
    /// A folder that it may change, and that outlives it.
    pub kept: Option<&'a Path>,
    /// A folder for what the engine writes; its `own` is that of the cells. What lies there now is
    /// not seen inside, and what is written is gone in the end.
    pub scratch: &'a Path,
}

impl Jail<'_> {
    /// Goes on as a child in the jail; this process waits for it and ends as it does, and with the
    /// one that started it. To be called while there is one thread.
    ///
    /// # Errors
    /// If the system does not allow it; says at which step.
    pub fn enter(&self) -> io::Result<()> {
        let lent: io::Result<Vec<_>> = self.lent.iter().map(|path| Lent::find(path)).collect();
        let lent = at("a file that it needs", lent)?;
        let kept = at("a folder for what is kept", self.kept.map(Lent::find).transpose())?;
        end_with_parent()?;
        at("namespaces", unshare())?;
        at("a process of its own", go_on_as_first())?;
        let is_root = may_be_nobody();
        let user = if is_root { NOBODY } else { ids().0 };
        at("a root of its own", self.build(&lent, kept.as_ref(), user))?;
        if is_root {
            at("giving up root", become_nobody())?;
        }
        at("giving up its rights", drop_rights())?;
        end_with_parent()
    }

    /// Makes a root with what is lent, and leaves the old one.
    fn build(&self, lent: &[Lent], kept: Option<&Lent>, user: u32) -> io::Result<()> {
        mount("none", "/", "none", libc::MS_REC | libc::MS_PRIVATE, "")?;
        mount(
            "tmpfs",
            self.scratch,
            "tmpfs",
            libc::MS_NOSUID | libc::MS_NODEV,
            "size=1m,mode=0755",
        )?;
        let old = self.scratch.join("old");
        fs::create_dir(&old)?;
        pivot_root(self.scratch, &old)?;
        std::env::set_current_dir("/")?;
        lent.iter().try_for_each(Lent::lend)?;
        kept.map_or(Ok(()), Lent::place)?;
        fs::create_dir("/dev")?;
        DEVICES.iter().try_for_each(|name| Lent::device(name).lend())?;
        fs::create_dir("/proc")?;
        let closed = libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC;
        mount("proc", "/proc", "proc", closed, "")?;
        fs::create_dir_all(self.scratch)?;
        self.make_room(user)?;
        unmount("/old")?;
        fs::remove_dir("/old")?;
        close_to_writes("/", false)
    }

    fn make_room(&self, user: u32) -> io::Result<()> {
        let open = libc::MS_NOSUID | libc::MS_NODEV;
        for (folder, size) in [self.scratch.to_owned(), self.scratch.join("own")].iter().zip(ROOM) {
            fs::create_dir_all(folder)?;
            let options = format!("size={size},nr_inodes=100k,mode=0700,uid={user}");
            mount("tmpfs", folder, "tmpfs", open, &options)?;
        }
        Ok(())
    }
}

/// Something that is lent.
struct Lent {
    /// What it is called inside.
    name: PathBuf,
    /// Where it is outside, without links.
    real: PathBuf,
    /// Where a link leads that is lent as such.
    link: Option<PathBuf>,
}

impl Lent {
    fn device(name: &str) -> Self {
        let path = Path::new("/dev").join(name);
        Self { name: path.clone(), real: path, link: None }
    }

    fn find(path: &Path) -> io::Result<Self> {
        let link = fs::read_link(path).ok().filter(|to| to.is_relative());
        Ok(Self { name: path.into(), real: fs::canonicalize(path)?, link })
    }

    /// Puts it into the new root, to be read.
    fn lend(&self) -> io::Result<()> {
        if self.name.symlink_metadata().is_ok() {
            return Ok(());
        }
        if let Some(to) = &self.link {
            fs::create_dir_all(self.name.parent().unwrap_or(Path::new("/")))?;
            return symlink(to, &self.name);
        }
        self.place()?;
        close_to_writes(&self.name, self.name.is_dir())
    }

    /// Puts it there as it is.
    fn place(&self) -> io::Result<()> {
        fs::create_dir_all(self.name.parent().unwrap_or(Path::new("/")))?;
        let outside = Path::new("/old").join(self.real.strip_prefix("/").unwrap_or(&self.real));
        match outside.metadata()?.is_dir() {
            true => fs::create_dir_all(&self.name)?,
            false => drop(fs::File::create(&self.name)?),
        }
        mount(&outside, &self.name, "none", libc::MS_BIND | libc::MS_REC, "")
    }
}

/// Leaves this process the three standard descriptors; to be called before it opens any itself.
pub fn close_inherited() {
    // SAFETY: closes descriptors, none of which this process has opened itself by now.
    unsafe { libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, 0) };
}

fn unshare() -> io::Result<()> {
    let (user, group) = ids();
    // SAFETY: gives this process, and its next child, namespaces of their own.
    if is_root() && unsafe { libc::unshare(NAMESPACES) } == 0 {
        return Ok(());
    }
    // Whoever is not root is so within a user namespace, in which files keep their owners.
    // SAFETY: as above.
    checked(unsafe { libc::unshare(libc::CLONE_NEWUSER | NAMESPACES) })?;
    map_user(user, group)
}

/// Goes on in a child that is the first process of its namespace.
fn go_on_as_first() -> io::Result<()> {
    // SAFETY: there is one thread, so the child's memory is whole.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => end_with_parent(),
        child => {
            let mut status = 0;
            // SAFETY: waits for the child made just now.
            while unsafe { libc::waitpid(child, &mut status, 0) } == -1 {}
            let code = if libc::WIFEXITED(status) { libc::WEXITSTATUS(status) } else { 1 };
            // SAFETY: ends this process without running anything else.
            unsafe { libc::_exit(code) }
        }
    }
}

/// Whether this process is root where there is somebody else to become: within a user namespace it
/// is alone, and has no rights outside of it.
fn may_be_nobody() -> bool {
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    let known = map.split_whitespace().nth(2).and_then(|count| count.parse::<u64>().ok());
    is_root() && known.is_some_and(|known| known > u64::from(NOBODY))
}

/// Is nobody from here on, with a count of processes of its own where the system lets it.
fn become_nobody() -> io::Result<()> {
    // SAFETY: changes who this process runs as.
    unsafe {
        checked(libc::setgroups(0, std::ptr::null()))?;
        checked(libc::setresgid(NOBODY, NOBODY, NOBODY))?;
        checked(libc::setresuid(NOBODY, NOBODY, NOBODY))?;
        // Changing who one is makes one's own `/proc` someone else's.
        checked(libc::prctl(libc::PR_SET_DUMPABLE, 1))?;
        if libc::unshare(libc::CLONE_NEWUSER) != 0 {
            return Ok(());
        }
    }
    map_user(NOBODY, NOBODY)
}

/// Ends with the process that waits for this one; whoever changes who they are forgets that.
fn end_with_parent() -> io::Result<()> {
    // SAFETY: asks for a signal.
    checked(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) })
}

/// Gives up every right that root has, for good.
fn drop_rights() -> io::Result<()> {
    #[repr(C)]
    struct Header {
        version: u32,
        process: libc::c_int,
    }
    const VERSION: u32 = 0x2008_0522; // _LINUX_CAPABILITY_VERSION_3
    let (header, none) = (Header { version: VERSION, process: 0 }, [0u32; 6]);
    // SAFETY: changes this process's own rights; the structures are as the system defines them.
    unsafe {
        // Numbers that the system does not know are refused, which is as good.
        for right in 0..64 {
            libc::prctl(libc::PR_CAPBSET_DROP, right, 0, 0, 0);
        }
        checked(libc::syscall(libc::SYS_capset, &header, none.as_ptr()) as libc::c_int)?;
        checked(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    }
}

/// Makes a mount, and those below it if it may have some, readable only.
fn close_to_writes(path: impl AsRef<Path>, is_folder: bool) -> io::Result<()> {
    let path = c_path(path.as_ref())?;
    let attributes = libc::mount_attr {
        attr_set: libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID,
        attr_clr: 0,
        propagation: 0,
        userns_fd: 0,
    };
    let flags = if is_folder { libc::AT_RECURSIVE } else { 0 };
    let size = size_of::<libc::mount_attr>();
    // SAFETY: the structure and the path live until the call returns.
    let done = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            path.as_ptr(),
            flags,
            &attributes,
            size,
        )
    };
    checked(done as libc::c_int)
}

fn mount(
    what: impl AsRef<Path>,
    to: impl AsRef<Path>,
    kind: &str,
    flags: libc::c_ulong,
    options: &str,
) -> io::Result<()> {
    let (what, to) = (c_path(what.as_ref())?, c_path(to.as_ref())?);
    let (kind, options) = (CString::new(kind)?, CString::new(options)?);
    // SAFETY: the strings live until the call returns.
    checked(unsafe {
        libc::mount(what.as_ptr(), to.as_ptr(), kind.as_ptr(), flags, options.as_ptr().cast())
    })
}

fn pivot_root(new: &Path, old: &Path) -> io::Result<()> {
    let (new, old) = (c_path(new)?, c_path(old)?);
    // SAFETY: the strings live until the call returns.
    let done = unsafe { libc::syscall(libc::SYS_pivot_root, new.as_ptr(), old.as_ptr()) };
    checked(done as libc::c_int)
}

fn unmount(path: &str) -> io::Result<()> {
    let path = CString::new(path)?;
    // SAFETY: the string lives until the call returns.
    checked(unsafe { libc::umount2(path.as_ptr(), libc::MNT_DETACH) })
}

fn c_path(path: &Path) -> io::Result<CString> {
    Ok(CString::new(path.as_os_str().as_bytes())?)
}

fn checked(done: libc::c_int) -> io::Result<()> {
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

fn at<T>(step: &str, result: io::Result<T>) -> io::Result<T> {
    result.map_err(|error| io::Error::new(error.kind(), format!("{step}: {error}")))
}

fn ids() -> (u32, u32) {
    // SAFETY: asks who this process runs as.
    unsafe { (libc::getuid(), libc::getgid()) }
}

fn is_root() -> bool {
    ids().0 == 0
}
