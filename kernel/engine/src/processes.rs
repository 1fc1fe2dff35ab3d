//! Other processes: which there are below one, what memory they take, and their end.

use std::fs::{self, File};
use std::io;
use std::os::fd::FromRawFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The processes below a process that have not ended, as far as the system tells.
pub fn descendants(process: u32) -> Vec<u32> {
    let children = children(process);
    children.into_iter().flat_map(|child| [vec![child], descendants(child)].concat()).collect()
}

/// Those of them that it has started itself, or adopted.
pub fn children(process: u32) -> Vec<u32> {
    all_children(process).into_iter().filter(|child| !has_ended(*child)).collect()
}

fn all_children(process: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    let ids = |list: String| -> Vec<u32> {
        list.split_whitespace().filter_map(|id| id.parse().ok()).collect()
    };
    lists.flat_map(ids).collect()
}

/// Whether of a process nothing is left but that nobody has taken note of its end.
fn has_ended(process: u32) -> bool {
    state(&format!("/proc/{process}/stat")).is_none_or(|state| state == 'Z')
}

/// The letter of a process or thread that says what it does, by its file.
fn state(stat: &str) -> Option<char> {
    let text = fs::read_to_string(stat).ok()?;
    // Its name stands in brackets and may hold anything.
    text.rsplit_once(')')?.1.trim_start().chars().next()
}

/// Takes note of the end of children that this process has adopted, where it adopts any: of all but
/// these.
pub fn reap(but: &[u32]) {
    if !ADOPTS.load(Ordering::SeqCst) {
        return;
    }
    for child in all_children(std::process::id()) {
        if !but.contains(&child) && has_ended(child) {
            // SAFETY: takes note of the end of a child; one that is not ours is left alone.
            unsafe { libc::waitpid(child as i32, std::ptr::null_mut(), libc::WNOHANG) };
        }
    }
}

/// Waits until this process's other threads have nothing to do, as far as the system tells: a copy
/// of the process has none of them, and would miss what one was in the middle of. False where one
/// still has at the end of `patience`.
pub fn await_calm(patience: Duration) -> bool {
    const STEP: Duration = Duration::from_millis(2);
    let deadline = Instant::now() + patience;
    // SAFETY: returns a number.
    let own = unsafe { libc::gettid() };
    let is_calm = || {
        let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
        let mut others = tasks.filter(|task| task.file_name() != *own.to_string());
        others.all(|task| {
            let stat = task.path().join("stat");
            state(&stat.to_string_lossy()).is_none_or(|state| state == 'S')
        })
    };
    let mut calm = 0;
    while calm < 3 && Instant::now() < deadline {
        std::thread::sleep(STEP);
        calm = if is_calm() { calm + 1 } else { 0 };
    }
    calm == 3
}

/// Whether a process is the first of a namespace below this process's own.
pub fn is_first_of_namespace(process: u32) -> bool {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let numbers = text.lines().find_map(|line| line.strip_prefix("NSpid:")).unwrap_or_default();
    let numbers: Vec<&str> = numbers.split_whitespace().collect();
    numbers.len() > 1 && numbers.last() == Some(&"1")
}

/// The memory that these processes hold, in bytes: all but their files' pages, which the system can
/// take back; what processes share counts for each.
pub fn resident(processes: &[u32]) -> u64 {
    let kilobytes = |process: &u32| -> u64 {
        let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let fields = ["RssAnon:", "RssShmem:"].map(|name| field(&text, name).unwrap_or(0));
        fields.into_iter().sum()
    };
    processes.iter().map(kilobytes).sum::<u64>() * 1024
}

/// The process that started this one, or adopted it.
pub fn parent(process: u32) -> Option<u32> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    field(&text, "PPid:").and_then(|id| id.try_into().ok())
}

fn field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Sends a signal to a process; where it has just ended, nothing happens.
pub fn signal(process: u32, signal: libc::c_int) {
    // SAFETY: signals another process and touches no memory of this one.
    unsafe { libc::kill(process as i32, signal) };
}

/// Ends a process and all below it.
///
/// Each is stopped before its children are looked for, so that none can start others meanwhile.
pub fn kill_tree(process: u32) {
    signal(process, libc::SIGSTOP);
    for child in descendants(process) {
        kill_tree(child);
    }
    signal(process, libc::SIGKILL);
}

/// Ends what a notebook has left running: these processes and all that are below them by now.
pub fn end_strays(strays: &[u32]) {
    for stray in strays {
        kill_tree(*stray);
        // SAFETY: takes note of the end of a child; one that is not ours is left alone.
        unsafe { libc::waitpid(*stray as i32, std::ptr::null_mut(), libc::WNOHANG) };
    }
}

static ADOPTS: AtomicBool = AtomicBool::new(false);

/// Makes orphans among this process's descendants its children, so that they can be found.
pub fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    // SAFETY: sets an attribute of this process.
    unsafe {
        libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1)
    };
    ADOPTS.store(true, Ordering::SeqCst);
}

/// Ends the children of this process that it has adopted; where it adopts none, nothing. `own` are
/// those that it started itself.
pub fn end_orphans(own: &[u32]) {
    if ADOPTS.load(Ordering::SeqCst) {
        let mut children = descendants(std::process::id());
        children.retain(|it| !own.contains(it) && parent(*it) == Some(std::process::id()));
        end_strays(&children);
    }
}

/// How a process was called; empty where it is gone.
pub fn command(process: u32) -> Vec<u8> {
    fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default()
}

/// Moves standard input or output out of the way of everything else that may use it.
///
/// # Errors
/// If the system has no descriptor left.
pub fn keep(descriptor: libc::c_int) -> io::Result<File> {
    // SAFETY: duplicates a descriptor to a fresh one that only the returned file owns.
    match unsafe { libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, 100) } {
        -1 => Err(io::Error::last_os_error()),
        // SAFETY: the descriptor was made just now.
        kept => Ok(unsafe { File::from_raw_fd(kept) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn a_tree_is_found_measured_and_ended() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 100 & echo; wait"]).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        io::BufRead::read_line(&mut io::BufReader::new(child.stdout.take().unwrap()), &mut line)
            .unwrap();
        let below = descendants(child.id());
        assert_eq!(below.len(), 1);
        assert!(resident(&below) > 0);
        kill_tree(child.id());
        assert!(!child.wait().unwrap().success());
        // A signal takes effect a moment after it was sent.
        let deadline = Instant::now() + Duration::from_secs(10);
        while !has_ended(below[0]) {
            assert!(Instant::now() < deadline, "{} goes on", below[0]);
            std::thread::yield_now();
        }
    }
}
