//! Rounds in which nothing else kept the machine busy.

use super::peers::Peer;
use super::table::peak;
use anyhow::Result;

/// How much of its best rate the machine has to reach before and after a round.
const CALM: f64 = 0.9;

/// How often a round is tried before it counts all the same.
const TRIES: usize = 5;

/// Seconds of matrix products that tell the machine's rate.
const PROBE: f64 = 0.3;

/// Watches how fast the machine multiplies matrices.
pub struct Watch<'a> {
    ours: &'a Peer,
    /// The best rate so far, in billions of operations a second.
    pub best: f64,
    /// Whether it was at its best the last time.
    calm: bool,
    /// Rounds that counted although other programs kept the machine busy.
    pub disturbed: usize,
}

impl<'a> Watch<'a> {
    /// Measures the rate a few times.
    pub fn new(ours: &'a Peer) -> Result<Self> {
        let mut watch = Self { ours, best: 0.0, calm: false, disturbed: 0 };
        for _ in 0..3 {
            watch.look()?;
        }
        Ok(watch)
    }

    fn look(&mut self) -> Result<()> {
        let rate = peak(self.ours.step("gemm", PROBE)?.seconds);
        self.best = self.best.max(rate);
        self.calm = rate >= CALM * self.best;
        Ok(())
    }

    /// A round, again if the machine was slower before or after it than it can be.
    pub fn round<T>(&mut self, mut round: impl FnMut() -> Result<T>) -> Result<T> {
        let mut tries = 0;
        loop {
            let before = self.calm;
            let result = round()?;
            self.look()?;
            tries += 1;
            let calm = before && self.calm;
            if calm || tries == TRIES {
                self.disturbed += usize::from(!calm);
                return Ok(result);
            }
        }
    }
}
