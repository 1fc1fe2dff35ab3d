//! How often an agent tries something else.

use candle_core::{Result, bail};

/// The chance of a random action, which falls with the number of steps done:
/// `ε = end + (start − end) · exp(−step / decay)`.
///
/// ```
/// let epsilon = candlelab_rl::Epsilon { start: 0.9, end: 0.1, decay: 1000.0 };
/// assert_eq!(epsilon.at(0), 0.9);
/// assert!((epsilon.at(1000) - (0.1 + 0.8 / std::f64::consts::E)).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epsilon {
    /// Before the first step, 0 to 1.
    pub start: f64,
    /// After many steps, 0 to 1.
    pub end: f64,
    /// The steps in which the difference falls to a third (1/e).
    pub decay: f64,
}

impl Epsilon {
    /// The same chance at all times.
    pub fn constant(epsilon: f64) -> Self {
        Self { start: epsilon, end: epsilon, decay: 1.0 }
    }

    /// The chance after `step` steps.
    pub fn at(&self, step: usize) -> f64 {
        self.end + (self.start - self.end) * (-(step as f64) / self.decay).exp()
    }

    pub(crate) fn check(&self) -> Result<()> {
        let chance = |p: f64| (0.0..=1.0).contains(&p);
        if !(chance(self.start) && chance(self.end) && self.decay > 0.0) {
            bail!("an epsilon goes from 0 to 1 and decays in more than 0 steps, found {self:?}");
        }
        Ok(())
    }
}
