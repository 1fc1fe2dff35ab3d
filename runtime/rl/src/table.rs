//! The worth of each action in each state.

use crate::Outcome;
use candle_core::{Result, bail};
use candlelab_host::check_interrupt;

/// Sweeps after which something must be wrong.
const MOST_SWEEPS: usize = 100_000;

/// What each action is worth in each state: the discounted sum of the rewards to come.
#[derive(Clone, Debug, PartialEq)]
pub struct QTable {
    /// `values[state][action]`
    pub values: Vec<Vec<f64>>,
}

impl QTable {
    pub(crate) fn new(states: usize, actions: usize) -> Self {
        Self { values: vec![vec![0.0; actions]; states] }
    }

    /// The best action in a state; of equally good ones, the first.
    ///
    /// # Errors
    /// If there is no such state.
    pub fn best(&self, state: usize) -> Result<usize> {
        let values = self.row(state)?;
        let better = |best, action| if values[action] > values[best] { action } else { best };
        Ok((1..values.len()).fold(0, better))
    }

    /// What a state is worth if the best action is taken, `max_a Q(s, a)`.
    ///
    /// # Errors
    /// If there is no such state.
    pub fn value(&self, state: usize) -> Result<f64> {
        Ok(self.row(state)?[self.best(state)?])
    }

    fn row(&self, state: usize) -> Result<&[f64]> {
        match self.values.get(state) {
            Some(values) => Ok(values),
            None => bail!("there is no state {state} among {}", self.values.len()),
        }
    }
}

/// The best values for known rules (Bellman 1957): `Q(s, a) ← Σ p (r + γ max_b Q(s', b))` over the
/// outcomes of each action, again and again until nothing changes by more than 1e-12.
///
/// # Errors
/// If the values do not settle, as they may for γ = 1, or an outcome is no state.
///
/// ```
/// use candlelab_rl::{GridWorld, value_iteration};
/// # fn main() -> candlelab_nn::Result<()> {
/// let grid = GridWorld::new(&["S.G"])?;
/// let best = value_iteration(3, 4, &|state, action| grid.outcomes(state, action), 0.5)?;
/// assert_eq!(best.values[1][1], 1.0); // one step to the right is the goal
/// assert_eq!(best.value(0)?, -0.04 + 0.5 * 1.0);
/// assert_eq!(best.best(0)?, 1);
/// # Ok(())
/// # }
/// ```
pub fn value_iteration(
    states: usize,
    actions: usize,
    outcomes: &dyn Fn(usize, usize) -> Vec<Outcome>,
    gamma: f64,
) -> Result<QTable> {
    if actions == 0 {
        bail!("value_iteration needs an action or more");
    }
    let mut table = QTable::new(states, actions);
    for _ in 0..MOST_SWEEPS {
        check_interrupt();
        let mut change = 0f64;
        for state in 0..states {
            for action in 0..actions {
                let mut new = 0.0;
                for Outcome { probability, state, reward, done } in outcomes(state, action) {
                    let later = if done { 0.0 } else { table.value(state)? };
                    new += probability * (reward + gamma * later);
                }
                change = change.max((new - table.values[state][action]).abs());
                table.values[state][action] = new;
            }
        }
        if change <= 1e-12 {
            return Ok(table);
        }
    }
    bail!(
        "the values do not settle for gamma {gamma}\nhint: gamma below 1, or rewards below 0 until the goal"
    )
}
