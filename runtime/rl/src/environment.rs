//! What an agent acts in, and the record of what happened.

use candle_core::{Result, bail};
use candlelab_host::check_interrupt;

/// A world that goes on step by step, as an agent acts.
pub trait Environment {
    /// How many actions there are; they are counted from 0.
    fn actions(&self) -> usize;

    /// How many numbers an observation has.
    fn width(&self) -> usize;

    /// Begins anew, at a place that `seed` alone decides, and returns the first observation.
    fn reset(&mut self, seed: u64) -> Vec<f64>;

    /// Acts, and returns what comes of it.
    ///
    /// # Errors
    /// If there is no such action.
    fn step(&mut self, action: usize) -> Result<Step>;
}

/// What comes of an action.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What the agent sees now.
    pub observation: Vec<f64>,
    /// How good it was.
    pub reward: f64,
    /// Whether the game ended, so that nothing more can be won or lost. That the agent's time is
    /// up, of which it knows nothing, is no end.
    pub done: bool,
}

/// A whole run through an environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Trajectory {
    /// What was seen: one observation before the first action and one after each.
    pub observations: Vec<Vec<f64>>,
    /// What was done.
    pub actions: Vec<usize>,
    /// What it brought.
    pub rewards: Vec<f64>,
    /// Whether the game ended; if not, the time was up.
    pub done: bool,
}

impl Trajectory {
    /// The sum of all rewards.
    pub fn total(&self) -> f64 {
        self.rewards.iter().sum()
    }

    /// One number of all observations, to plot it over time.
    ///
    /// # Errors
    /// If the observations have no such number.
    pub fn series(&self, number: usize) -> Result<Vec<f64>> {
        let pick = |observation: &Vec<f64>| match observation.get(number) {
            Some(value) => Ok(*value),
            None => bail!("an observation has {} numbers, there is no {number}", observation.len()),
        };
        self.observations.iter().map(pick).collect()
    }

    /// What a training keeps of it.
    pub(crate) fn episode(self, loss: f64) -> Episode {
        let (steps, total, done) = (self.actions.len(), self.total(), self.done);
        let last = self.observations.into_iter().next_back().unwrap_or_default();
        Episode { steps, total, last, done, loss: Some(loss) }
    }
}

/// One run of many, in the record of a training.
#[derive(Clone, Debug, PartialEq)]
pub struct Episode {
    /// How many actions it took.
    pub steps: usize,
    /// The sum of all rewards.
    pub total: f64,
    /// The last observation.
    pub last: Vec<f64>,
    /// Whether the game ended; if not, the time was up.
    pub done: bool,
    /// The mean loss of the agent's steps of learning, if there was one.
    pub loss: Option<f64>,
}

impl Episode {
    /// Nothing is done yet.
    pub(crate) fn begin(observation: Vec<f64>) -> Self {
        Self { steps: 0, total: 0.0, last: observation, done: false, loss: None }
    }

    /// Adds a step.
    pub(crate) fn note(&mut self, step: Step) {
        self.steps += 1;
        self.total += step.reward;
        self.last = step.observation;
        self.done = step.done;
    }
}

/// Lets a policy act until the game ends or `max_steps` are done.
///
/// # Errors
/// If the policy fails, or chooses an action that is not there.
///
/// ```
/// use candlelab_rl::{Maglev, rollout};
/// # fn main() -> candlelab_nn::Result<()> {
/// // The magnet is on whenever the ball is too low, less half of its velocity.
/// let mut policy = |s: &[f64]| Ok(usize::from(5.0 - s[1] - 0.5 * s[0] > 0.0));
/// let mut maglev = Maglev { start: Some([-1.0, 3.0]), ..Maglev::default() };
/// let run = rollout(&mut maglev, &mut policy, 0, 500)?;
/// assert_eq!(run.observations[0], [-1.0, 3.0]);
/// assert!((run.series(1)?[500] - 5.0).abs() < 0.05);
/// # Ok(())
/// # }
/// ```
pub fn rollout(
    environment: &mut dyn Environment,
    policy: &mut dyn FnMut(&[f64]) -> Result<usize>,
    seed: u64,
    max_steps: usize,
) -> Result<Trajectory> {
    let mut observations = vec![environment.reset(seed)];
    let (mut actions, mut rewards, mut done) = (Vec::new(), Vec::new(), false);
    while !done && actions.len() < max_steps {
        check_interrupt();
        let action = policy(&observations[actions.len()])?;
        let step = environment.step(action)?;
        actions.push(action);
        rewards.push(step.reward);
        observations.push(step.observation);
        done = step.done;
    }
    Ok(Trajectory { observations, actions, rewards, done })
}

/// What is still to come after each step, `Gₜ = rₜ + γ rₜ₊₁ + γ² rₜ₊₂ + …`
///
/// ```
/// assert_eq!(candlelab_rl::discounted(&[1.0, 0.0, 4.0], 0.5), [2.0, 2.0, 4.0]);
/// ```
pub fn discounted(rewards: &[f64], gamma: f64) -> Vec<f64> {
    let mut returns = rewards.to_vec();
    for step in (1..returns.len()).rev() {
        returns[step - 1] += gamma * returns[step];
    }
    returns
}

/// Refuses an action that is not there.
pub(crate) fn check_action(action: usize, actions: usize) -> Result<()> {
    if action >= actions {
        bail!("there is no action {action} among {actions}\nhint: actions are counted from 0");
    }
    Ok(())
}
