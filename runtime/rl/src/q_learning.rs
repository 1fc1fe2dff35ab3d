//! Q-learning with a table.

use crate::{Environment, Episode, Epsilon, QTable};
use candle_core::{Result, bail};
use candlelab_host::{check_interrupt, progress};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// How to learn; `QOptions::default()` fills in what is not named.
#[derive(Clone, Debug, PartialEq)]
pub struct QOptions {
    /// How many games to play; 500.
    pub episodes: usize,
    /// The longest game; 100 steps.
    pub max_steps: usize,
    /// The discount γ; 0.95.
    pub gamma: f64,
    /// How far a value moves to its target, α; 0.5. Where chance plays a part, less.
    pub alpha: f64,
    /// The chance of a random action; 0.3 at all times.
    pub epsilon: Epsilon,
    /// Decides all random numbers; 0.
    pub seed: u64,
}

impl Default for QOptions {
    fn default() -> Self {
        let epsilon = Epsilon::constant(0.3);
        Self { episodes: 500, max_steps: 100, gamma: 0.95, alpha: 0.5, epsilon, seed: 0 }
    }
}

/// Learns what each action is worth in each state by playing (Watkins 1989):
/// `Q(s, a) ← Q(s, a) + α (r + γ max_b Q(s', b) − Q(s, a))`, without the term in γ where the game
/// ended.
///
/// `state` gives the number of an observation's state, below `states`: for a board
/// [`GridWorld::state`](crate::GridWorld::state), for a pole any division into cells.
///
/// # Errors
/// If the environment has no action, or a state is not below `states`.
pub fn q_learning(
    environment: &mut dyn Environment,
    states: usize,
    state: &dyn Fn(&[f64]) -> usize,
    options: &QOptions,
) -> Result<(QTable, Vec<Episode>)> {
    let actions = environment.actions();
    if actions == 0 {
        bail!("q_learning needs an environment with an action or more");
    }
    options.epsilon.check()?;
    let mut table = QTable::new(states, actions);
    let mut rng = StdRng::seed_from_u64(options.seed);
    let mut episodes = Vec::new();
    let mut steps = 0;
    for _ in progress(0..options.episodes) {
        let mut episode = Episode::begin(environment.reset(rng.random()));
        while !episode.done && episode.steps < options.max_steps {
            check_interrupt();
            let s = state(&episode.last);
            let explore = rng.random_bool(options.epsilon.at(steps));
            let best = table.best(s)?;
            let a = if explore { rng.random_range(0..actions) } else { best };
            let step = environment.step(a)?;
            let later = if step.done { 0.0 } else { table.value(state(&step.observation))? };
            let value = &mut table.values[s][a];
            *value += options.alpha * (step.reward + options.gamma * later - *value);
            episode.note(step);
            steps += 1;
        }
        episodes.push(episode);
    }
    Ok((table, episodes))
}
