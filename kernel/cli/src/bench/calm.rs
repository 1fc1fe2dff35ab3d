//! Rounds in which the machine is as fast as it can be.

use super::peers::Peer;
use super::table::peak;
use anyhow::Result;

/// How much of its best rate the machine has to reach before and after a round.
const CALM: f64 = 0.9;

/// How many times its shortest time the way from one core to another may take. In a virtual machine it
/// is five times as long while the host has two cores on different dies, and training then takes up to
/// twice the time.
const NEAR: f64 = 2.5;

/// How often a round is tried before it counts all the same.
const TRIES: usize = 5;

/// Seconds of matrix products that tell the machine's rate.
const PROBE: f64 = 0.3;

/// Seconds of numbers that go from core to core.
const HANDOVERS: f64 = 0.05;

/// Watches how fast the machine multiplies matrices, and how far its cores are apart.
pub struct Watch<'a> {
    ours: &'a Peer,
    /// The best rate so far, in billions of operations a second.
    pub best: f64,
    /// The shortest time from core to core.
    nearest: f64,
    /// Whether it was at its best the last time.
    calm: bool,
    /// Rounds that counted although the machine was slower.
    pub disturbed: usize,
}

impl<'a> Watch<'a> {
    /// Measures the rate a few times.
    pub fn new(ours: &'a Peer) -> Result<Self> {
        let mut watch = Self { ours, best: 0.0, nearest: f64::MAX, calm: false, disturbed: 0 };
        for _ in 0..3 {
            watch.look()?;
        }
        Ok(watch)
    }

    fn look(&mut self) -> Result<()> {
        let rate = peak(self.ours.step("gemm", PROBE)?.seconds);
        self.best = self.best.max(rate);
        let handover = self.ours.step("handover", HANDOVERS)?.seconds;
        self.nearest = self.nearest.min(handover);
        self.calm = rate >= CALM * self.best && handover <= NEAR * self.nearest;
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
