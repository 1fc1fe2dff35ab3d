//! `%time` and `%timeit`.

use crate::{check_interrupt, display};
use std::cell::Cell;
use std::time::{Duration, Instant};

thread_local! {
    static STARTED: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Starts the stopwatch.
pub fn start() {
    STARTED.set(Some(Instant::now()));
}

/// Shows what the stopwatch says.
pub fn stop() {
    if let Some(started) = STARTED.take() {
        display::text(format!("wall time: {}", duration(started.elapsed())));
    }
}

/// The value of an expression; shows how long it took.
#[doc(hidden)]
#[macro_export]
macro_rules! timed {
    ($($code:tt)*) => {{
        $crate::magic::start();
        let value = { $($code)* };
        $crate::magic::stop();
        value
    }};
}

/// Runs a block many times and shows its median time.
#[doc(hidden)]
#[macro_export]
macro_rules! timeit {
    ($block:block) => {{
        let mut timing = $crate::magic::Timing::default();
        while timing.goes_on() {
            ::std::hint::black_box($block);
            timing.lap();
        }
        timing.show();
    }};
}

/// Runs that are not measured, and how long they go on.
const WARM_UP: Duration = Duration::from_millis(300);
/// How long the measured runs go on.
const MEASURE: Duration = Duration::from_millis(1500);
/// Measured runs, at least; and at most, so that the list of them stays small.
const FEWEST: usize = 5;
const MOST: usize = 100_000;

/// The times of many runs of the same code, as Criterion takes them: first some to warm up, then
/// as many as the time allows; the median and the middle half say more than a mean.
#[derive(Debug)]
pub struct Timing {
    began: Instant,
    lap: Instant,
    warm: bool,
    laps: Vec<Duration>,
}

impl Default for Timing {
    fn default() -> Self {
        let now = Instant::now();
        Self { began: now, lap: now, warm: false, laps: Vec::new() }
    }
}

impl Timing {
    /// Whether another run is wanted; starts its clock.
    pub fn goes_on(&mut self) -> bool {
        check_interrupt();
        if !self.warm && self.began.elapsed() >= WARM_UP && !self.laps.is_empty() {
            self.warm = true;
            self.laps.clear();
            self.began = Instant::now();
        }
        let enough = self.warm
            && (self.laps.len() >= MOST
                || self.laps.len() >= FEWEST && self.began.elapsed() >= MEASURE);
        self.lap = Instant::now();
        !enough
    }

    /// Ends a run.
    pub fn lap(&mut self) {
        self.laps.push(self.lap.elapsed());
    }

    /// Shows the result.
    pub fn show(mut self) {
        self.laps.sort();
        display::text(summary(&self.laps));
    }
}

/// `1.20 ms (middle half 1.10 ms to 1.30 ms, 5 runs)`; the times are sorted.
fn summary(laps: &[Duration]) -> String {
    let at = |share: f64| duration(laps[(share * (laps.len() - 1) as f64).round() as usize]);
    let (low, middle, high) = (at(0.25), at(0.5), at(0.75));
    format!("{middle} (middle half {low} to {high}, {} runs)", laps.len())
}

fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    let units = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")];
    let (unit, name) = units.into_iter().find(|(unit, _)| seconds >= *unit).unwrap_or(units[3]);
    format!("{:.3} {name}", seconds / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_and_the_middle_half_are_told() {
        let laps: Vec<Duration> = [1, 2, 3, 4, 50].map(Duration::from_millis).into();
        let text = "3.000 ms (middle half 2.000 ms to 4.000 ms, 5 runs)";
        assert_eq!(summary(&laps), text);
        assert_eq!(duration(Duration::from_nanos(1500)), "1.500 µs");
        assert_eq!(duration(Duration::ZERO), "0.000 ns");
    }

    #[test]
    fn a_timed_value_is_the_value() {
        assert_eq!(timed!(1 + 2), 3);
    }
}
