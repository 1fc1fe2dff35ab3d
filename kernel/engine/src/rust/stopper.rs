//! Stops the running cell: the compiler at once, the cell by a flag, its process after a grace.

use super::front;
use super::link::Link;
use crate::processes;
use std::path::PathBuf;
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a cell may take to stop by itself before its process is killed.
const GRACE: Duration = Duration::from_secs(2);

/// How often it is looked whether the execution has come to something that can be stopped.
const STEP: Duration = Duration::from_millis(20);

/// Knows which execution is under way and how to end it. Clones share that.
#[derive(Clone)]
pub struct Stopper(Arc<Shared>);

struct Shared {
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
        let (running, stopped) = (AtomicU64::new(0), AtomicU64::new(0));
        Self(Arc::new(Shared { running, stopped, link, worker, session }))
    }

    /// Starts an execution.
    pub fn start(&self) {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        self.0.running.store(number, Ordering::SeqCst);
    }

    /// Ends it.
    pub fn finish(&self) {
        self.0.running.store(0, Ordering::SeqCst);
    }

    /// Whether the execution under way was asked to stop.
    pub fn is_stopped(&self) -> bool {
        let running = self.0.running.load(Ordering::SeqCst);
        running != 0 && self.0.stopped.load(Ordering::SeqCst) == running
    }

    /// Asks the execution under way to stop, whatever it is at; where there is none, the callback
    /// of a widget. Returns at once.
    pub fn interrupt(&self) {
        let number = self.0.running.load(Ordering::SeqCst);
        if number == 0 {
            self.0.link.interrupt();
        } else if self.0.stopped.swap(number, Ordering::SeqCst) != number {
            let shared = self.0.clone();
            std::thread::spawn(move || shared.stop(number));
        }
    }

    /// Waits for a worker that has left its socket; kills one that only closed it.
    pub fn end_worker(&self) -> std::io::Result<ExitStatus> {
        let mut worker = self.0.worker.lock().unwrap_or_else(PoisonError::into_inner);
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

    /// Kills the worker.
    pub fn kill_worker(&self) -> std::io::Result<ExitStatus> {
        let mut worker = self.0.worker.lock().unwrap_or_else(PoisonError::into_inner);
        worker.kill()?;
        worker.wait()
    }

    /// The worker's process.
    pub fn worker(&self) -> u32 {
        self.0.worker.lock().unwrap_or_else(PoisonError::into_inner).id()
    }

    /// Measures the worker's peak of memory anew from here on, where the system can.
    pub fn forget_peak_memory(&self) {
        let _ = std::fs::write(format!("/proc/{}/clear_refs", self.worker()), "5");
    }

    /// The most memory the worker had since then, in bytes.
    pub fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.worker())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kilobytes * 1024)
    }
}

impl Shared {
    /// Stops an execution at whatever it comes to: each compiler, and the cell once it runs.
    fn stop(&self, number: u64) {
        let mut asked: Option<Instant> = None;
        while self.running.load(Ordering::SeqCst) == number {
            match asked {
                _ if !self.link.is_running() => {
                    asked = None;
                    self.kill_compiler();
                }
                None => {
                    asked = Some(Instant::now());
                    self.link.interrupt();
                    self.interrupt_children();
                }
                Some(since) if since.elapsed() >= GRACE => {
                    let _ = self.worker.lock().unwrap_or_else(PoisonError::into_inner).kill();
                    return;
                }
                Some(_) => {}
            }
            std::thread::sleep(STEP);
        }
    }

    fn kill_compiler(&self) {
        if let Some(group) = front::compiler(&self.session) {
            // SAFETY: signals other processes: the front, and what it has started.
            unsafe { libc::kill(-group, libc::SIGKILL) };
        }
    }

    /// Does to programs that the cell has started what Ctrl-C in a terminal does.
    fn interrupt_children(&self) {
        let worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner).id();
        for child in processes::descendants(worker) {
            processes::signal(child, libc::SIGINT);
        }
    }
}
