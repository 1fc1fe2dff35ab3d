//! Several notebooks at once.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::mpsc;
use std::thread::{self, available_parallelism};

/// What an engine and its compiler need, as far as it can be told before a notebook runs.
const MEMORY_EACH: u64 = 1536 << 20;

/// How many engines the machine bears, and no more than there are notebooks.
pub fn default_jobs(notebooks: usize, memory_limit: Option<u64>) -> usize {
    let each = memory_limit.unwrap_or(0).max(MEMORY_EACH);
    let by_memory = free_memory().map_or(usize::MAX, |free| (free / each) as usize);
    cores().min(by_memory).min(notebooks).max(1)
}

/// How many threads each of so many jobs should compute on; all, where there is one.
pub fn threads(jobs: usize) -> Option<usize> {
    (jobs > 1).then(|| (cores() / jobs).max(1))
}

fn cores() -> usize {
    available_parallelism().map_or(1, NonZero::get)
}

/// What programs may still take, in bytes, where the system tells.
fn free_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// Works through the items, on a worker in each of so many threads, and tells of each item in the
/// order in which they are done; after one that is the last, no other begins.
///
/// # Errors
/// If a worker cannot be made.
pub fn run<I: Send, T: Send, W: Send>(
    items: Vec<I>,
    jobs: usize,
    worker: impl Fn() -> anyhow::Result<W>,
    work: impl Fn(I, &mut W) -> T + Sync,
    is_last: impl Fn(&T) -> bool + Sync,
    done: impl FnMut(T),
) -> anyhow::Result<()> {
    let workers: anyhow::Result<Vec<W>> = (0..jobs).map(|_| worker()).collect();
    let workers = workers?;
    let queue = Mutex::new(items.into_iter());
    let next = || queue.lock().ok()?.next();
    let step = |item: I, worker: &mut W| {
        let result = work(item, worker);
        if is_last(&result) {
            while next().is_some() {}
        }
        result
    };
    thread::scope(|scope| {
        let (sender, finished) = mpsc::channel();
        for mut worker in workers {
            let (sender, step, next) = (sender.clone(), &step, &next);
            scope.spawn(move || {
                while let Some(item) = next() {
                    let _ = sender.send(step(item, &mut worker));
                }
            });
        }
        drop(sender);
        finished.into_iter().for_each(done);
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_always_one_and_never_too_many() {
        assert_eq!(default_jobs(0, None), 1);
        assert_eq!(default_jobs(1, None), 1);
        assert_eq!(default_jobs(100, Some(1 << 60)), 1);
        assert!(default_jobs(100, None) <= cores());
    }
}
