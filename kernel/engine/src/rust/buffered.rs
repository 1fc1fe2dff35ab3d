//! A socket with a buffer whose waiting has a deadline.

use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::time::Instant;

/// How many bytes are asked for at once.
const SIZE: usize = 64 * 1024;

/// The reading end of a socket.
pub struct Buffered {
    stream: UnixStream,
    bytes: Vec<u8>,
    at: usize,
}

impl Buffered {
    /// A buffer over a socket.
    pub fn new(stream: UnixStream) -> Self {
        Self { stream, bytes: Vec::new(), at: 0 }
    }

    /// Waits for bytes (or the end); false where the deadline came first.
    pub fn wait(&self, deadline: Option<Instant>) -> bool {
        if self.at < self.bytes.len() {
            return true;
        }
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let timeout = left.map_or(-1, |left| left.as_millis() as libc::c_int);
        let fd = self.stream.as_raw_fd();
        let mut poll = libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
        // SAFETY: polls one descriptor that this struct keeps open.
        unsafe { libc::poll(&mut poll, 1, timeout) != 0 }
    }
}

impl std::io::Read for Buffered {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.bytes.len() {
            self.bytes.resize(SIZE, 0);
            let read = self.stream.read(&mut self.bytes)?;
            self.bytes.truncate(read);
            self.at = 0;
        }
        let len = into.len().min(self.bytes.len() - self.at);
        into[..len].copy_from_slice(&self.bytes[self.at..self.at + len]);
        self.at += len;
        Ok(len)
    }
}
