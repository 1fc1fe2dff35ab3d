//! How long a step takes.

use candle_core::Result;
use std::time::Instant;

/// The times of many steps.
pub struct Measured {
    /// Seconds of a step, sorted.
    times: Vec<f64>,
    /// Seconds of the main thread's own work in a step, without waiting for a core.
    busy: f64,
}

/// Runs `step(number)` for about so many seconds, after a few steps to warm up.
///
/// Short steps are timed several at a time, so that reading the clock costs nothing.
pub fn measure(seconds: f64, mut step: impl FnMut(usize) -> Result<()>) -> Result<Measured> {
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
    Ok(Measured { times, busy: (busy_seconds() - busy) / number as f64 })
}

impl Measured {
    /// The time below which a share of the steps stayed, in microseconds.
    fn quantile(&self, share: f64) -> f64 {
        let at = (self.times.len() as f64 * share) as usize;
        self.times[at.min(self.times.len() - 1)] * 1e6
    }

    /// A line for `candlelab bench`; `peak_mb` is the most memory that the process ever had.
    pub fn json(&self, name: &str) -> String {
        let [low, median, high] = [0.1, 0.5, 0.9].map(|share| self.quantile(share));
        let (busy, peak) = (self.busy * 1e6, peak_memory().unwrap_or_default());
        format!(
            r#"{{"name": "{name}", "p10_us": {low:.1}, "median_us": {median:.1}, "p90_us": {high:.1}, "busy_us": {busy:.1}, "peak_mb": {peak:.0}}}"#
        )
    }
}

/// What the main thread has worked so far, where Linux tells it.
fn busy_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|time| time.parse::<f64>().ok()).unwrap_or_default() / 1e9
}

/// In MB, where Linux tells it.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? / 1e3)
}
