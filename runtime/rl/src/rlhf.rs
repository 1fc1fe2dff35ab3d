//! A policy that follows a reward model, and does not go too far.

use crate::numbers::numbers;
use crate::policy::draw_from;
use crate::policy_loss;
use candle_core::{D, Device, Result, Tensor, Var, bail};
use candlelab_host::progress;
use candlelab_nn::{Optimizer, log_softmax, softmax};
use rand::SeedableRng;
use rand::rngs::StdRng;

/// How to train a policy; `RlhfOptions::default()` fills in what is not named.
#[derive(Clone, Debug, PartialEq)]
pub struct RlhfOptions {
    /// How many steps of the optimiser; 200.
    pub steps: usize,
    /// Replies drawn for each of them; 64.
    pub samples: usize,
    /// The weight β of the divergence from the first policy, in rewards a nat; 0.1.
    pub beta: f64,
    /// Decides which replies are drawn; 0.
    pub seed: u64,
}

impl Default for RlhfOptions {
    fn default() -> Self {
        Self { steps: 200, samples: 64, beta: 0.1, seed: 0 }
    }
}

/// A loss whose gradient raises `E r − β KL(π ‖ π_ref)` (Ouyang et al. 2022): [`policy_loss`] of
/// replies drawn from `π`, with `r − β ln(π/π_ref)`, less its mean, as advantage.
///
/// # Shapes
/// - `logits`, `reference`: `(k)`, of the policy and of the one to stay near, `k` replies
/// - `replies`: `(n)`, u32, drawn from the policy; `rewards`: `(n)`, one each
/// - output: a scalar
///
/// # Errors
/// If the shapes do not fit or there is no such reply.
pub fn rlhf_loss(
    logits: &Tensor,
    reference: &Tensor,
    replies: &Tensor,
    rewards: &Tensor,
    beta: f64,
) -> Result<Tensor> {
    let n = replies.dims1()?;
    let chosen = |logits: &Tensor| log_softmax(logits, D::Minus1)?.index_select(replies, 0); // (n)
    let divergence = (chosen(logits)? - chosen(reference)?)?.detach();
    let gain = (rewards - (divergence * beta)?)?;
    let advantages = gain.broadcast_sub(&gain.mean_keepdim(0)?)?;
    policy_loss(&logits.unsqueeze(0)?.repeat((n, 1))?, replies, &advantages)
}

/// The policy step of learning from human feedback, on a policy that is a table: draws replies,
/// judges them by `rewards` and follows [`rlhf_loss`]. Returns the chances of all replies, before
/// the first step and after each.
///
/// The policy to stay near is the one before the first step. Replies are drawn and followed once
/// (REINFORCE); the clipped ratio of PPO, which lets the same replies serve for several steps, is
/// not needed for that.
///
/// # Shapes
/// - `logits`: `(k)`, the policy, which the optimiser changes; `rewards`: a number for each of `k`
///
/// # Errors
/// If there is not one reward a reply, no reply is drawn, or the numbers stop being numbers.
///
/// ```
/// # use candlelab_nn::{Adam, Device, Result, Var};
/// use candlelab_rl::{RlhfOptions, rlhf};
/// # fn main() -> Result<()> {
/// let logits = Var::new(&[0f32, 0.0, 0.0], &Device::Cpu)?;
/// let mut optimizer = Adam::new(vec![logits.clone()], 0.1);
/// let chances = rlhf(&logits, &[0.2, 1.0, 0.0], &mut optimizer, &RlhfOptions::default())?;
/// assert!(chances[200][1] > 0.95); // a third at the start
/// # Ok(())
/// # }
/// ```
pub fn rlhf(
    logits: &Var,
    rewards: &[f64],
    optimizer: &mut dyn Optimizer,
    options: &RlhfOptions,
) -> Result<Vec<Vec<f64>>> {
    if logits.dims() != [rewards.len()] || options.samples == 0 {
        bail!(
            "rlhf: {} rewards and {} samples, logits: {:?}",
            rewards.len(),
            options.samples,
            logits.dims()
        );
    }
    let reference = logits.as_detached_tensor().copy()?;
    let mut rng = StdRng::seed_from_u64(options.seed);
    let mut chances = vec![numbers(&softmax(logits, D::Minus1)?)?];
    for _ in progress(0..options.steps) {
        let policy = softmax(&logits.as_detached_tensor(), D::Minus1)?;
        let replies: Vec<usize> =
            (0..options.samples).map(|_| draw_from(&policy, &mut rng)).collect::<Result<_>>()?;
        let judged = replies.iter().map(|reply| rewards[*reply]);
        let judged = Tensor::from_iter(judged, &Device::Cpu)?.to_dtype(logits.dtype())?;
        let judged = judged.to_device(logits.device())?;
        let replies =
            Tensor::from_iter(replies.iter().map(|reply| *reply as u32), logits.device())?;
        let loss = rlhf_loss(logits, &reference, &replies, &judged, options.beta)?;
        optimizer.backward_step(&loss)?;
        chances.push(numbers(&softmax(logits, D::Minus1)?)?);
    }
    Ok(chances)
}

/// Where [`rlhf`] leads to: the policy with the largest `E r − β KL(π ‖ π_ref)`, which is
/// `π ∝ π_ref exp(r / β)`.
///
/// # Errors
/// If there is not a reward for each reply, or β is not above 0.
///
/// ```
/// let best = candlelab_rl::kl_optimum(&[0.5, 0.5], &[0.0, 3f64.ln()], 1.0)?;
/// assert!((best[1] - 0.75).abs() < 1e-12); // 1 : 3
/// # Ok::<(), candle_core::Error>(())
/// ```
pub fn kl_optimum(reference: &[f64], rewards: &[f64], beta: f64) -> Result<Vec<f64>> {
    if reference.len() != rewards.len() || beta.is_nan() || beta <= 0.0 {
        bail!(
            "kl_optimum: {} chances and {} rewards, beta {beta}, which is above 0",
            reference.len(),
            rewards.len()
        );
    }
    let highest = rewards.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weight = |(chance, reward): (&f64, &f64)| chance * ((reward - highest) / beta).exp();
    let weights: Vec<f64> = reference.iter().zip(rewards).map(weight).collect();
    let sum: f64 = weights.iter().sum();
    Ok(weights.iter().map(|weight| weight / sum).collect())
}
