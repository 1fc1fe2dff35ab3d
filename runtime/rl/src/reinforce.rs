//! Policy gradients.

use crate::environment::{Environment, Episode, Trajectory};
use crate::numbers::loss_at;
use crate::policy::draw;
use crate::{discounted, rollout};
use candle_core::{D, Device, Result, Tensor, bail};
use candlelab_host::progress;
use candlelab_nn::{Layer, Optimizer, log_softmax};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// How to learn; `ReinforceOptions::default()` fills in what is not named.
#[derive(Clone, Debug, PartialEq)]
pub struct ReinforceOptions {
    /// How many steps of the optimiser; 100.
    pub updates: usize,
    /// Games before each of them; 8.
    pub games: usize,
    /// The longest game; 500 steps.
    pub max_steps: usize,
    /// The discount γ; 0.99.
    pub gamma: f64,
    /// Whether returns are compared with their mean; yes.
    pub baseline: bool,
    /// Decides all random numbers but the network's first weights; 0.
    pub seed: u64,
}

impl Default for ReinforceOptions {
    fn default() -> Self {
        Self { updates: 100, games: 8, max_steps: 500, gamma: 0.99, baseline: true, seed: 0 }
    }
}

/// A loss whose gradient is the policy gradient (Williams 1992): `−1/n Σₜ Aₜ ln π(aₜ | sₜ)` for
/// actions that were drawn from `π = softmax(logits)` and their advantages `A`.
///
/// # Shapes
/// - `logits`: `(n, actions)`; `actions`: `(n)`, u32; `advantages`: `(n)`, taken as constants
/// - output: a scalar
///
/// # Errors
/// If the shapes do not fit or there is no such action.
///
/// ```
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let logits = Tensor::new(&[[0f32, 0.0]], &Device::Cpu)?; // two equal chances
/// let (action, advantage) = (Tensor::new(&[1u32], &Device::Cpu)?, Tensor::new(&[3f32], &Device::Cpu)?);
/// let loss = candlelab_rl::policy_loss(&logits, &action, &advantage)?.to_scalar::<f32>()?;
/// assert!((loss - 3.0 * 2f32.ln()).abs() < 1e-6);
/// # Ok(())
/// # }
/// ```
pub fn policy_loss(logits: &Tensor, actions: &Tensor, advantages: &Tensor) -> Result<Tensor> {
    let chosen = log_softmax(logits, D::Minus1)?.gather(&actions.unsqueeze(1)?, 1)?.squeeze(1)?;
    (chosen * advantages.detach())?.mean_all()?.neg()
}

/// REINFORCE (Williams 1992): plays some games with actions drawn from the policy, then takes a
/// step along [`policy_loss`] with the returns `Gₜ = rₜ + γ rₜ₊₁ + …` as advantages, less their
/// mean over all steps of these games if there is a baseline.
///
/// The baseline changes what is expected only by the small part that each step has in the mean,
/// but makes it far less noisy.
///
/// # Shapes
/// - `policy`: `(n, width)` to logits `(n, actions)`
///
/// # Errors
/// If the policy does not fit the environment, there are no games, or the numbers stop being
/// numbers.
pub fn reinforce(
    environment: &mut dyn Environment,
    policy: &dyn Layer,
    optimizer: &mut dyn Optimizer,
    options: &ReinforceOptions,
) -> Result<Vec<Episode>> {
    if options.games == 0 || options.max_steps == 0 {
        bail!("reinforce needs a game and a step or more, found {options:?}");
    }
    let device = policy.vars().first().map_or(Device::Cpu, |var| var.device().clone());
    let mut rng = StdRng::seed_from_u64(options.seed);
    let mut episodes = Vec::new();
    for update in progress(0..options.updates) {
        let mut runs = Vec::new();
        for _ in 0..options.games {
            let seed = rng.random();
            let mut act = |observation: &[f64]| draw(policy, observation, &device, &mut rng);
            runs.push(rollout(environment, &mut act, seed, options.max_steps)?);
        }
        let (seen, actions, advantages) = examples(&runs, options, &device)?;
        let loss = policy_loss(&policy.forward(&seen)?, &actions, &advantages)?;
        let number = loss_at(update, &loss)?;
        optimizer.backward_step(&loss)?;
        episodes.extend(runs.into_iter().map(|run| run.episode(number)));
    }
    Ok(episodes)
}

/// What was seen `(n, width)` and done `(n)` in all steps of the games, and what it brought `(n)`.
fn examples(
    runs: &[Trajectory],
    options: &ReinforceOptions,
    device: &Device,
) -> Result<(Tensor, Tensor, Tensor)> {
    // The last observation of a game is followed by no action.
    let seen = runs.iter().flat_map(|run| &run.observations[..run.actions.len()]);
    let seen: Vec<f32> = seen.flatten().map(|number| *number as f32).collect();
    let actions: Vec<u32> =
        runs.iter().flat_map(|run| &run.actions).map(|action| *action as u32).collect();
    let returns: Vec<f64> =
        runs.iter().flat_map(|run| discounted(&run.rewards, options.gamma)).collect();
    let n = returns.len();
    let mean = returns.iter().sum::<f64>() / n as f64;
    let baseline = if options.baseline { mean } else { 0.0 };
    let advantages = returns.iter().map(|value| (value - baseline) as f32);
    Ok((
        Tensor::from_vec(seen, n * runs[0].observations[0].len(), device)?.reshape((n, ()))?,
        Tensor::from_vec(actions, n, device)?,
        Tensor::from_iter(advantages, device)?,
    ))
}
