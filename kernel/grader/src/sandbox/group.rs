//! Exact limits for all processes of a sandbox together, where the system has handed control groups
//! (version 2) over to who grades: systemd does with `Delegate=yes`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::thread::sleep;
use std::time::Duration;

/// Processes and threads together.
const PROCESSES: u64 = 1024;
const LIMITS: [&str; 2] = ["memory", "pids"];
/// Names those that a group's parts have.
const DIVIDED: &str = "cgroup.subtree_control";
/// How often it is tried to remove a group whose processes are about to be gone.
const TRIES: usize = 200;
const STEP: Duration = Duration::from_millis(10);

/// A group that is ours to divide. It is left as it was found when it goes, which must be after all
/// that was made of it.
#[derive(Debug)]
pub struct Groups {
    base: PathBuf,
    /// Where this process is meanwhile.
    own: PathBuf,
    /// Whether somebody had divided it before.
    was_divided: bool,
}

impl Groups {
    /// Takes over the group of this process.
    ///
    /// # Errors
    /// If it is not ours, others are in it too, or it has no limits to give: why.
    pub fn take_over() -> io::Result<Self> {
        let mounts = fs::read_to_string("/proc/self/mountinfo")?;
        let own = fs::read_to_string("/proc/self/cgroup")?;
        let base = find(&mounts, &own);
        let base = base.ok_or_else(|| io::Error::other("the system has none of version 2"))?;
        let text = |error| io::Error::other(format!("`{}`: {error}", base.display()));
        Self::divide(&base).map_err(text)
    }

    /// A group either holds processes or divides what it has; so this process goes a level down.
    fn divide(base: &Path) -> io::Result<Self> {
        let has = |file| {
            let text = fs::read_to_string(base.join(file));
            text.map(|text| LIMITS.iter().all(|limit| text.contains(limit)))
        };
        if !has("cgroup.controllers")? {
            return Err(io::Error::other("it has no limits of memory and processes to give"));
        }
        let was_divided = has(DIVIDED)?;
        let own = base.join(format!("candlelab-{}", process::id()));
        fs::create_dir(&own)?;
        let groups = Self { base: base.into(), own, was_divided };
        enter(&groups.own)?;
        fs::write(base.join(DIVIDED), "+memory +pids")?;
        Ok(groups)
    }

    /// A group whose processes may have so much memory together, files in memory included.
    ///
    /// # Errors
    /// If the system does not allow it.
    pub fn group(&self, name: &str, memory: u64) -> io::Result<Group> {
        let group = Group { path: self.base.join(format!("candlelab-{}-{name}", process::id())) };
        fs::create_dir(&group.path)?;
        group.limit("memory.max", memory)?;
        group.limit("pids.max", PROCESSES)?;
        // Where there is no swap there is no such limit.
        let _ = group.limit("memory.swap.max", 0);
        Ok(group)
    }
}

impl Drop for Groups {
    fn drop(&mut self) {
        if !self.was_divided {
            let _ = fs::write(self.base.join(DIVIDED), "-memory -pids");
        }
        let _ = enter(&self.base).and_then(|()| fs::remove_dir(&self.own));
    }
}

/// Where the group of a process lies, by what the system says of the process.
fn find(mounts: &str, own: &str) -> Option<PathBuf> {
    let own = Path::new(own.lines().find_map(|line| line.strip_prefix("0::"))?);
    mounts.lines().find_map(|line| {
        let (mount, kind) = line.split_once(" - ")?;
        let mut fields = mount.split(' ').skip(3);
        let (root, at) = (fields.next()?, fields.next()?);
        let below = own.strip_prefix(root).ok().filter(|_| kind.starts_with("cgroup2 "))?;
        Some(Path::new(at).join(below))
    })
}

/// A group for one sandbox after the other; whatever is left in it ends with it.
#[derive(Debug)]
pub struct Group {
    path: PathBuf,
}

impl Group {
    /// Where it lies, for who is to [`enter`] it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn limit(&self, file: &str, most: u64) -> io::Result<()> {
        fs::write(self.path.join(file), most.to_string())
    }

    /// How often its processes wanted more memory than there is for them.
    pub fn overflows(&self) -> u64 {
        overflows(&fs::read_to_string(self.path.join("memory.events")).unwrap_or_default())
    }
}

fn overflows(events: &str) -> u64 {
    let count = events.lines().find_map(|line| line.strip_prefix("oom "));
    count.and_then(|count| count.parse().ok()).unwrap_or(0)
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = fs::write(self.path.join("cgroup.kill"), "1");
        for _ in 0..TRIES {
            if fs::remove_dir(&self.path).is_ok() {
                return;
            }
            sleep(STEP);
        }
    }
}

/// Goes on in a group, with all that this process will start.
///
/// # Errors
/// If the system does not allow it.
pub fn enter(group: &Path) -> io::Result<()> {
    fs::write(group.join("cgroup.procs"), "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
24 1 0:22 / /proc rw - proc proc rw
30 25 0:26 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro
31 30 0:27 / /sys/fs/cgroup/unified rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate
32 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory";

    #[test]
    fn its_own_limit_is_told_from_a_shortage_of_the_machine() {
        // `oom_kill` counts the machine's as well.
        assert_eq!(overflows("low 0\nhigh 0\nmax 9\noom 2\noom_kill 3\noom_group_kill 0\n"), 2);
        assert_eq!(overflows(""), 0);
    }

    #[test]
    fn the_group_of_version_2_is_found_among_others() {
        let own = "9:memory:/a\n0::/user.slice/run-1.scope\n";
        let found = find(MOUNTS, own).unwrap();
        assert_eq!(found, Path::new("/sys/fs/cgroup/unified/user.slice/run-1.scope"));
    }

    #[test]
    fn a_container_sees_its_part_of_the_tree() {
        let mounts = "31 30 0:27 /docker/a /sys/fs/cgroup ro - cgroup2 cgroup rw";
        assert_eq!(find(mounts, "0::/docker/a/b").unwrap(), Path::new("/sys/fs/cgroup/b"));
        assert_eq!(find(mounts, "0::/elsewhere"), None);
    }

    #[test]
    fn without_version_2_there_is_none() {
        assert_eq!(find(MOUNTS, "9:memory:/a\n"), None);
        assert_eq!(find("24 1 0:22 / /proc rw - proc proc rw", "0::/a\n"), None);
    }
}
