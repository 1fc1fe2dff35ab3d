//! Everything that user code lets out, in one ordered stream of frames.
//!
//! Descriptors 1 and 2 are real pipes, for child processes and C code. Writes of this process
//! itself are taken at the C function `write`, which this program defines in the C library's
//! place: that keeps the order between standard output, standard error and displays. Before each
//! frame the pipes are emptied, so that a child's output stands before what came after it.

use super::capture;
use crate::rust::frame::{self, Kind};
#[cfg(not(target_os = "macos"))]
use libc::__errno_location as errno;
#[cfg(target_os = "macos")]
use libc::__error as errno;
use libc::{c_int, c_void, size_t, ssize_t};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

/// The reading ends of the pipes behind descriptors 1 and 2.
#[derive(Clone, Copy)]
pub struct Pipes {
    pub stdout: RawFd,
    pub stderr: RawFd,
}

struct Channel {
    socket: RawFd,
    pipes: Pipes,
    nonce: u64,
    lost: Vec<String>,
    /// Not on the stack: a stack overflow is told from a signal handler's small one.
    buffer: Box<[u8; 16 * 1024]>,
}

/// Brings out what the cell has printed without a line break.
pub static FLUSH: OnceLock<extern "C" fn()> = OnceLock::new();
static REDIRECTED: AtomicBool = AtomicBool::new(false);
/// Whether an interrupt has come since the cell began.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static CHANNEL: Mutex<Option<Channel>> = Mutex::new(None);
/// The answer to a question: outer `None` while it is awaited.
static LINE: (Mutex<Option<Option<String>>>, Condvar) = (Mutex::new(None), Condvar::new());

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn pipe_over(fd: RawFd) -> io::Result<RawFd> {
    let mut ends = [0; 2];
    // SAFETY: `pipe2` fills both ends; the writing end replaces a standard descriptor.
    unsafe {
        if libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) != 0 || libc::dup2(ends[1], fd) < 0 {
            return Err(io::Error::last_os_error());
        }
        libc::close(ends[1]);
        let kept = libc::fcntl(ends[0], libc::F_DUPFD_CLOEXEC, 100);
        libc::close(ends[0]);
        libc::fcntl(kept, libc::F_SETFL, libc::O_NONBLOCK);
        Ok(kept)
    }
}

/// Gives user code its descriptors 0, 1 and 2, and starts taking its writes.
pub fn redirect(socket: &UnixStream) -> io::Result<Pipes> {
    let nothing = OwnedFd::from(std::fs::File::open("/dev/null")?);
    // SAFETY: replaces descriptor 0, which evcxr's command pipe has left.
    unsafe { libc::dup2(nothing.as_raw_fd(), 0) };
    let pipes = Pipes { stdout: pipe_over(1)?, stderr: pipe_over(2)? };
    // SAFETY: a duplicate that lives as long as the process.
    let socket = unsafe { libc::fcntl(socket.as_raw_fd(), libc::F_DUPFD_CLOEXEC, 100) };
    *lock(&CHANNEL) = Some(Channel {
        socket,
        pipes,
        nonce: 0,
        lost: Vec::new(),
        buffer: Box::new([0; 16 * 1024]),
    });
    REDIRECTED.store(true, Ordering::SeqCst);
    // Keeps both definitions in the program, for the dynamic linker to find.
    std::hint::black_box((write as *const c_void, read as *const c_void));
    Ok(pipes)
}

impl Channel {
    fn send(&self, kind: Kind, payload: &[u8]) {
        let bytes = frame::encode(kind, self.nonce, payload);
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let sent = system_write(self.socket, rest.as_ptr().cast(), rest.len());
            match usize::try_from(sent) {
                Ok(sent) => rest = &rest[sent..],
                Err(_) if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted => {}
                // The engine is gone, and with it everyone who could read this.
                Err(_) => std::process::abort(),
            }
        }
    }

    fn drain(&mut self) {
        for (fd, kind) in [(self.pipes.stdout, Kind::Stdout), (self.pipes.stderr, Kind::Stderr)] {
            loop {
                let read = system_read(fd, self.buffer.as_mut_ptr().cast(), self.buffer.len());
                match usize::try_from(read) {
                    Ok(read) if read > 0 => self.send(kind, &self.buffer[..read]),
                    _ => break,
                }
            }
        }
    }
}

fn with_channel(act: impl FnOnce(&mut Channel)) {
    if let Some(channel) = lock(&CHANNEL).as_mut() {
        channel.drain();
        act(channel);
    }
}

/// Passes on what stands in the pipes.
pub fn drain_pipes() {
    with_channel(|_| {});
}

/// Tells the engine that a cell begins or has ended.
pub fn mark(kind: Kind) {
    if kind == Kind::Began {
        INTERRUPTED.store(false, Ordering::SeqCst);
    }
    with_channel(|channel| channel.send(kind, &[]));
}

/// Takes a new nonce and tells the engine that everything before has been sent.
pub fn synchronise(nonce: u64) {
    with_channel(|channel| {
        channel.nonce = nonce;
        channel.send(Kind::Synced, &[]);
    });
}

/// The variables whose type had changed since the last call.
pub fn take_lost() -> Vec<String> {
    let mut lost = Vec::new();
    with_channel(|channel| lost = std::mem::take(&mut channel.lost));
    lost
}

/// Sends one message of the runtime.
///
/// # Safety
/// `json` points to `len` readable bytes.
pub unsafe extern "C" fn send_message(json: *const u8, len: usize) {
    // SAFETY: as promised by the caller.
    let bytes = unsafe { std::slice::from_raw_parts(json, len) };
    with_channel(|channel| {
        if let Some(name) = lost_variable(bytes) {
            channel.lost.push(name);
        }
        channel.send(Kind::Message, bytes);
    });
}

fn lost_variable(json: &[u8]) -> Option<String> {
    if !json.starts_with(br#"{"type":"lost""#) {
        return None;
    }
    let message: serde_json::Value = serde_json::from_slice(json).ok()?;
    Some(message["variable"].as_str()?.to_owned())
}

/// Asks the engine for a line; fills `buffer` and returns its length, or -1 without a keyboard.
///
/// # Safety
/// `prompt` points to `len` readable bytes, `buffer` to `capacity` writable ones.
pub unsafe extern "C" fn ask(
    prompt: *const u8,
    len: usize,
    password: bool,
    buffer: *mut u8,
    capacity: usize,
) -> isize {
    // SAFETY: as promised by the caller.
    let prompt = String::from_utf8_lossy(unsafe { std::slice::from_raw_parts(prompt, len) });
    match wait_for_line(&prompt, password) {
        Some(line) => {
            let len = line.len().min(capacity);
            // SAFETY: at most `capacity` bytes are written.
            unsafe { std::ptr::copy_nonoverlapping(line.as_ptr(), buffer, len) };
            len as isize
        }
        None => -1,
    }
}

fn wait_for_line(prompt: &str, password: bool) -> Option<String> {
    let question = serde_json::json!({"prompt": prompt, "password": password}).to_string();
    let (answer, arrived) = &LINE;
    *lock(answer) = None;
    with_channel(|channel| channel.send(Kind::Ask, question.as_bytes()));
    let mut answer = lock(answer);
    loop {
        if let Some(line) = answer.take() {
            return line;
        }
        answer = arrived.wait(answer).unwrap_or_else(PoisonError::into_inner);
    }
}

/// Takes a question back.
pub fn interrupt() {
    INTERRUPTED.store(true, Ordering::SeqCst);
    answer(None);
}

/// Hands an answer to the thread that asked.
pub fn answer(line: Option<String>) {
    *lock(&LINE.0) = Some(line);
    LINE.1.notify_all();
}

fn system_write(fd: c_int, bytes: *const c_void, count: size_t) -> ssize_t {
    // SAFETY: the system call that the C function `write` makes.
    unsafe { libc::syscall(libc::SYS_write, fd, bytes, count) as ssize_t }
}

fn system_read(fd: c_int, bytes: *mut c_void, count: size_t) -> ssize_t {
    // SAFETY: the system call that the C function `read` makes.
    unsafe { libc::syscall(libc::SYS_read, fd, bytes, count) as ssize_t }
}

/// Takes the place of the C library's `write`: in a worker, what goes to descriptors 1 and 2
/// becomes a frame.
///
/// # Safety
/// As for the C function.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(fd: c_int, bytes: *const c_void, count: size_t) -> ssize_t {
    let kind = match fd {
        1 => Kind::Stdout,
        2 => Kind::Stderr,
        _ => return system_write(fd, bytes, count),
    };
    if !REDIRECTED.load(Ordering::Relaxed) {
        return system_write(fd, bytes, count);
    }
    if let (Kind::Stderr, Some(flush)) = (kind, FLUSH.get()) {
        flush();
    }
    // SAFETY: the caller of `write` promises `count` readable bytes.
    let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), count) };
    if !capture::keep(bytes) {
        with_channel(|channel| channel.send(kind, bytes));
    }
    count as ssize_t
}

/// Takes the place of the C library's `read`: in a worker, reading descriptor 0 asks the user.
///
/// # Safety
/// As for the C function.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn read(fd: c_int, bytes: *mut c_void, count: size_t) -> ssize_t {
    if fd != 0 || !REDIRECTED.load(Ordering::Relaxed) || count == 0 {
        return system_read(fd, bytes, count);
    }
    let mut waiting = lock(&TYPED);
    if waiting.is_empty() {
        let Some(line) = wait_for_line("", false) else { return no_line() };
        waiting.extend(line.into_bytes());
        waiting.push(b'\n');
    }
    let len = waiting.len().min(count);
    // SAFETY: the caller of `read` promises `count` writable bytes.
    unsafe { std::ptr::copy_nonoverlapping(waiting.as_ptr(), bytes.cast(), len) };
    waiting.drain(..len);
    len as ssize_t
}

/// The end of the input where there is no keyboard; an error where an interrupt came first, or a
/// loop that asks again and again would never end.
fn no_line() -> ssize_t {
    if !INTERRUPTED.swap(false, Ordering::SeqCst) {
        return 0;
    }
    // SAFETY: the calling thread's own error number.
    unsafe { *errno() = libc::EIO };
    -1
}

/// What was typed and not yet read.
static TYPED: Mutex<Vec<u8>> = Mutex::new(Vec::new());
