//! Stops the running cell: the compiler at once, the cell by a flag, its process after a grace.

use super::front::Settings;
use super::link::Link;
use std::path::PathBuf;
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a cell may take to stop by itself before its process is killed.
const GRACE: Duration = Duration::from_secs(2);

/// Knows which execution is under way and how to end it.
pub struct Stopper {
    /// The number of the execution under way; 0 where there is none.
    running: AtomicU64,
    /// The last execution that was asked to stop.
    stopped: AtomicU64,
    link: Link,
    worker: Arc<Mutex<Child>>,
    session: PathBuf,
}

impl Stopper {
    /// A stopper for the worker behind `link`.
    pub fn new(link: Link, worker: Arc<Mutex<Child>>, session: PathBuf) -> Self {
        Self { running: AtomicU64::new(0), stopped: AtomicU64::new(0), link, worker, session }
    }

    /// Starts an execution; returns its number.
    pub fn start(&self) -> u64 {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let _ = std::fs::remove_file(Settings::compiler_file(&self.session));
        self.running.store(number, Ordering::SeqCst);
        number
    }

    /// Ends an execution; true if it was asked to stop.
    pub fn finish(&self, number: u64) -> bool {
        self.running.store(0, Ordering::SeqCst);
        self.stopped.load(Ordering::SeqCst) == number
    }

    /// Waits for a worker that has left its socket; kills one that only closed it.
    pub fn end_worker(&self) -> std::io::Result<ExitStatus> {
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        let deadline = Instant::now() + GRACE;
        while Instant::now() < deadline {
            if let Some(status) = worker.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        worker.kill()?;
        worker.wait()
    }

    /// The most memory the worker ever had, in bytes.
    pub fn peak_memory(&self) -> Option<u64> {
        let id = self.worker.lock().ok()?.id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kilobytes * 1024)
    }

    fn kill_compiler(&self) {
        let file = Settings::compiler_file(&self.session);
        let text = std::fs::read_to_string(file).unwrap_or_default();
        if let Ok(process) = text.parse::<i32>() {
            // SAFETY: the process is a child that this engine started and has not yet reaped.
            unsafe { libc::kill(process, libc::SIGKILL) };
        }
    }
}

impl Stopper {
    /// Asks the execution under way to stop; returns at once.
    pub fn interrupt(&self) {
        let number = self.running.load(Ordering::SeqCst);
        if number == 0 {
            return;
        }
        self.stopped.store(number, Ordering::SeqCst);
        if !self.link.is_running() {
            self.kill_compiler();
            return;
        }
        self.link.interrupt();
        let link = self.link.clone();
        let worker = self.worker.clone();
        std::thread::spawn(move || {
            if !link.wait_until_idle(GRACE)
                && let Ok(mut worker) = worker.lock()
            {
                let _ = worker.kill();
            }
        });
    }
}
