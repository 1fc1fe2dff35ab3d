//! Q-learning with a network.

use crate::numbers::loss_at;
use crate::{Batch, Environment, Episode, Epsilon, Replay, Transition, greedy};
use candle_core::{Device, Module, Result, Tensor, bail};
use candlelab_host::{check_interrupt, progress};
use candlelab_nn::{Layer, Optimizer, Sequential, evaluating, smooth_l1};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// How to learn; `DqnOptions::default()` fills in what is not named.
#[derive(Clone, Debug)]
pub struct DqnOptions {
    /// How many games to play; 70.
    pub episodes: usize,
    /// The longest game; 501 steps.
    pub max_steps: usize,
    /// The discount γ; 0.98.
    pub gamma: f64,
    /// Transitions in a step of learning; 64.
    pub batch_size: usize,
    /// Transitions to remember; 10,000.
    pub capacity: usize,
    /// The chance of a random action; 0.9 to 0.01, with 1,000 steps for the way.
    pub epsilon: Epsilon,
    /// A second network for the targets; none.
    pub target: Option<TargetNetwork>,
    /// Decides all random numbers but the network's first weights; 0.
    pub seed: u64,
}

/// A slower copy of the network, which keeps the targets from running after themselves (Mnih et
/// al. 2015).
#[derive(Clone, Debug)]
pub struct TargetNetwork {
    /// A network with the same layers; its weights are overwritten.
    pub network: Sequential,
    /// After how many steps it becomes a copy of the learning one again.
    pub every: usize,
}

impl Default for DqnOptions {
    fn default() -> Self {
        Self {
            episodes: 70,
            max_steps: 501,
            gamma: 0.98,
            batch_size: 64,
            capacity: 10_000,
            epsilon: Epsilon { start: 0.9, end: 0.01, decay: 1000.0 },
            target: None,
            seed: 0,
        }
    }
}

/// The loss of Q-learning: [`smooth_l1`] between `Q(s, a)` and `r + γ max_b Q'(s', b)`, the latter
/// without its second part where the game ended, and without a gradient.
///
/// # Shapes
/// - `network`, `target`: `(n, width)` to `(n, actions)`; output: a scalar
///
/// # Errors
/// If the networks do not fit the batch.
pub fn td_loss(
    network: &dyn Module,
    target: &dyn Module,
    batch: &Batch,
    gamma: f64,
) -> Result<Tensor> {
    let q = network.forward(&batch.observations)?; // (n, actions)
    let q = q.contiguous()?.gather(&batch.actions.unsqueeze(1)?, 1)?.squeeze(1)?; // (n)
    let later = evaluating(|| target.forward(&batch.next))?.max(1)?.detach(); // (n)
    let goal = (&batch.rewards + (later * &batch.goes_on)? * gamma)?;
    smooth_l1(&q, &goal, 1.0)
}

/// Deep Q-learning (Mnih et al. 2015): plays with the network's best actions, at times with random
/// ones, and after each step learns from a batch of remembered transitions by [`td_loss`].
///
/// The defaults are those of the course's experiment, which learns without a target network, too.
/// It also takes every transition for one in the middle of a game; here the value of what comes
/// after an end is 0. A game that only ran out of time has not ended, and counts as going on.
///
/// # Shapes
/// - `network`: `(n, width)` to `(n, actions)`
///
/// # Errors
/// If the network does not fit the environment, the target network differs from it, or the loss
/// stops being a number.
pub fn dqn(
    environment: &mut dyn Environment,
    network: &dyn Layer,
    optimizer: &mut dyn Optimizer,
    options: &DqnOptions,
) -> Result<Vec<Episode>> {
    options.epsilon.check()?;
    let device = network.vars().first().map_or(Device::Cpu, |var| var.device().clone());
    if let Some(target) = &options.target {
        copy(network, &target.network)?;
    }
    let mut rng = StdRng::seed_from_u64(options.seed);
    let mut replay = Replay::new(options.capacity, rng.random());
    let mut episodes = Vec::new();
    let mut steps = 0;
    for _ in progress(0..options.episodes) {
        let mut episode = Episode::begin(environment.reset(rng.random()));
        let mut losses = Vec::new();
        while !episode.done && episode.steps < options.max_steps {
            check_interrupt();
            let action = match rng.random_bool(options.epsilon.at(steps)) {
                true => rng.random_range(0..environment.actions()),
                false => greedy(network, &episode.last, &device)?,
            };
            let step = environment.step(action)?;
            replay.push(Transition {
                observation: episode.last.clone(),
                action,
                reward: step.reward,
                next: step.observation.clone(),
                done: step.done,
            });
            episode.note(step);
            if replay.len() >= options.batch_size {
                let batch = replay.sample(options.batch_size, &device)?;
                losses.push(learn(network, optimizer, &batch, options, steps)?);
            }
            steps += 1;
        }
        if !losses.is_empty() {
            episode.loss = Some(losses.iter().sum::<f64>() / losses.len() as f64);
        }
        episodes.push(episode);
    }
    Ok(episodes)
}

/// One step of the optimiser; returns the loss before it.
fn learn(
    network: &dyn Layer,
    optimizer: &mut dyn Optimizer,
    batch: &Batch,
    options: &DqnOptions,
    steps: usize,
) -> Result<f64> {
    let loss = match &options.target {
        None => td_loss(network, network, batch, options.gamma)?,
        Some(target) => {
            if steps.is_multiple_of(target.every.max(1)) {
                copy(network, &target.network)?;
            }
            td_loss(network, &target.network, batch, options.gamma)?
        }
    };
    let number = loss_at(steps, &loss)?;
    optimizer.backward_step(&loss)?;
    Ok(number)
}

/// Gives one network the weights of another.
fn copy(from: &dyn Layer, to: &dyn Layer) -> Result<()> {
    let (from, to) = (from.vars(), to.vars());
    if from.len() != to.len() {
        bail!("the networks have {} and {} tensors of weights", from.len(), to.len());
    }
    from.iter().zip(&to).try_for_each(|(from, to)| to.set(&from.as_detached_tensor()))
}
