//! A ball under a magnet.

use crate::environment::check_action;
use crate::{Environment, Step};
use candle_core::Result;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// How near the target is near, in metres.
const NEAR: f64 = 0.5;

/// Magnetic levitation: a magnet that is off (action 0) or on (action 1) is to hold a ball at a
/// height.
///
/// With `a = action · force / mass − gravity`, a step of `dt` takes the state `(v, x)` to
/// `v + a dt` and `x + v dt + ½ a dt²`. The reward is `−|x − target|`, 2 more within 0.5 of the
/// target, 1 less outside of the box `|v| ≤ 20, −0.1 ≤ x ≤ 10`.
///
/// Observations are `[v, x]`. The game has no end: a ball outside of the box flies on. Ending it
/// there would teach to leave, since nearly all rewards are below 0 and an end saves them.
#[derive(Clone, Debug, PartialEq)]
pub struct Maglev {
    /// The mass of the ball; 1 kg.
    pub mass: f64,
    /// The force of the magnet; 19.6 N.
    pub force: f64,
    /// 9.8 m/s².
    pub gravity: f64,
    /// The length of a step; 0.01 s.
    pub dt: f64,
    /// The height to hold; 5 m.
    pub target: f64,
    /// `[v, x]` at the start; if none, `x` is drawn from 0, 1, … 10 and `v` from −20..20.
    pub start: Option<[f64; 2]>,
    /// `[v, x]` now.
    pub state: [f64; 2],
}

impl Default for Maglev {
    fn default() -> Self {
        let (mass, force, gravity) = (1.0, 19.6, 9.8);
        Self { mass, force, gravity, dt: 0.01, target: 5.0, start: None, state: [0.0, 5.0] }
    }
}

impl Environment for Maglev {
    fn actions(&self) -> usize {
        2
    }

    fn width(&self) -> usize {
        2
    }

    fn reset(&mut self, seed: u64) -> Vec<f64> {
        let mut rng = StdRng::seed_from_u64(seed);
        let drawn = [rng.random_range(-20.0..20.0), f64::from(rng.random_range(0..=10))];
        self.state = self.start.unwrap_or(drawn);
        self.state.to_vec()
    }

    /// ```
    /// use candlelab_rl::{Environment, Maglev};
    /// # fn main() -> candlelab_nn::Result<()> {
    /// let mut maglev = Maglev { start: Some([-1.0, 3.0]), ..Maglev::default() };
    /// maglev.reset(0);
    /// let step = maglev.step(1)?; // a = 9.8
    /// assert_eq!(step.observation[0], -0.902);
    /// assert!((step.observation[1] - 2.99049).abs() < 1e-12);
    /// assert!((step.reward + 2.00951).abs() < 1e-12); // so far from the target
    /// # Ok(())
    /// # }
    /// ```
    fn step(&mut self, action: usize) -> Result<Step> {
        check_action(action, self.actions())?;
        let [v, x] = self.state;
        let a = action as f64 * self.force / self.mass - self.gravity;
        let (v, x) = (v + a * self.dt, x + v * self.dt + 0.5 * a * self.dt * self.dt);
        self.state = [v, x];
        let error = (x - self.target).abs();
        let near = if error < NEAR { 2.0 } else { 0.0 };
        let inside = v.abs() <= 20.0 && (-0.1..=10.0).contains(&x);
        let reward = near - error - if inside { 0.0 } else { 1.0 };
        Ok(Step { observation: vec![v, x], reward, done: false })
    }
}
