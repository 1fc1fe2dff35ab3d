//! How long a step takes.

use candle_core::Result;
use std::time::Instant;

/// The times of many steps.
pub struct Measured {
    /// Seconds of a step, sorted.
    times: Vec<f64>,
    /// Seconds of the main thread's own work in a step, without waiting for a core.
    busy: f64,
    /// The most memory that training took beyond what there was before, in MB.
    memory: f64,
}

/// Runs `step(number)` for about so many seconds, after a few steps to warm up.
///
/// Short steps are timed several at a time, so that reading the clock costs nothing.
pub fn measure(seconds: f64, mut step: impl FnMut(usize) -> Result<()>) -> Result<Measured> {
    let before = Memory::anew();
    let start = Instant::now();
    let mut warm = 0;
    while warm < 3 || start.elapsed().as_secs_f64() < 0.3 {
        step(warm)?;
        warm += 1;
    }
    let chunk = (warm / 100).max(1);
    let (start, busy) = (Instant::now(), busy_seconds());
    let (mut times, mut number) = (Vec::new(), 0);
    while times.len() < 5 || start.elapsed().as_secs_f64() < seconds {
        let begun = Instant::now();
        for _ in 0..chunk {
            step(number)?;
            number += 1;
        }
        times.push(begun.elapsed().as_secs_f64() / chunk as f64);
    }
    times.sort_by(f64::total_cmp);
    let busy = (busy_seconds() - busy) / number as f64;
    Ok(Measured { times, busy, memory: Memory::now().beyond(&before) })
}

impl Measured {
    /// The time below which a share of the steps stayed, in microseconds.
    fn quantile(&self, share: f64) -> f64 {
        let at = (self.times.len() as f64 * share) as usize;
        self.times[at.min(self.times.len() - 1)] * 1e6
    }

    /// A line for `candlelab bench`.
    pub fn json(&self, name: &str) -> String {
        let [low, median, high] = [0.1, 0.5, 0.9].map(|share| self.quantile(share));
        let (busy, memory) = (self.busy * 1e6, self.memory);
        format!(
            r#"{{"name": "{name}", "p10_us": {low:.1}, "median_us": {median:.1}, "p90_us": {high:.1}, "busy_us": {busy:.1}, "step_mb": {memory:.1}}}"#
        )
    }
}

/// What the main thread has worked so far, where Linux tells it.
fn busy_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|time| time.parse::<f64>().ok()).unwrap_or_default() / 1e9
}

/// The memory of this process in MB, where Linux tells it.
struct Memory {
    /// At most so far.
    peak: f64,
    /// Now, and how much of it are pages of files, such as the program itself.
    all: f64,
    files: f64,
}

impl Memory {
    /// The same as now, without what has been freed; the peak counts from here.
    fn anew() -> Self {
        let _ = candlelab_memory::give_back();
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        Self::now()
    }

    fn now() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.trim().strip_suffix("kB"));
            number.and_then(|number| number.trim().parse::<f64>().ok()).unwrap_or_default() / 1e3
        };
        Self { peak: of("VmHWM:"), all: of("VmRSS:"), files: of("RssFile:") }
    }

    /// What was taken at most since `before`, but for pages of files.
    fn beyond(&self, before: &Self) -> f64 {
        self.peak - before.all - (self.files - before.files)
    }
}
