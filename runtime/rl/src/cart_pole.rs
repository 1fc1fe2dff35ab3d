//! A pole on a cart.

use crate::environment::check_action;
use crate::{Environment, Step};
use candle_core::Result;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const GRAVITY: f64 = 9.8;
const CART: f64 = 1.0;
const POLE: f64 = 0.1;
const FORCE: f64 = 10.0;
const DT: f64 = 0.02;

/// Half of the pole, in metres.
const LENGTH: f64 = 0.5;

/// A pole stands on a cart that is pushed to the left (action 0) or to the right (action 1), and
/// must not fall (Barto, Sutton and Anderson 1983).
///
/// With `m` the mass of the pole, `M` of both, `l` half of the pole and
/// `u = (±10 N + m l θ̇² sin θ) / M`: `θ̈ = (g sin θ − u cos θ) / (l (4/3 − m cos² θ / M))` and
/// `ẍ = u − m l θ̈ cos θ / M`, by Euler steps of 0.02 s. Numbers and end are those of Gymnasium's
/// CartPole: the game ends beyond 12° or 2.4 m, and each step brings a reward of 1, the last one
/// too.
///
/// Observations are `[x, ẋ, θ, θ̇]`, each from −0.05 to 0.05 at the start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CartPole {
    /// `[x, ẋ, θ, θ̇]` now, in metres, radians and seconds.
    pub state: [f64; 4],
}

impl Environment for CartPole {
    fn actions(&self) -> usize {
        2
    }

    fn width(&self) -> usize {
        4
    }

    fn reset(&mut self, seed: u64) -> Vec<f64> {
        let mut rng = StdRng::seed_from_u64(seed);
        self.state = [(); 4].map(|()| rng.random_range(-0.05..0.05));
        self.state.to_vec()
    }

    fn step(&mut self, action: usize) -> Result<Step> {
        check_action(action, self.actions())?;
        let [x, speed, angle, turn] = self.state;
        let (sin, cos) = angle.sin_cos();
        let force = if action == 1 { FORCE } else { -FORCE };
        let both = CART + POLE;
        let push = (force + POLE * LENGTH * turn * turn * sin) / both;
        let turning =
            (GRAVITY * sin - cos * push) / (LENGTH * (4.0 / 3.0 - POLE * cos * cos / both));
        let speeding = push - POLE * LENGTH * turning * cos / both;
        let (x, speed) = (x + DT * speed, speed + DT * speeding);
        let (angle, turn) = (angle + DT * turn, turn + DT * turning);
        self.state = [x, speed, angle, turn];
        let done = x.abs() > 2.4 || angle.abs() > 12f64.to_radians();
        Ok(Step { observation: self.state.to_vec(), reward: 1.0, done })
    }
}
