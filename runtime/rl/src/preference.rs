//! What people prefer, and the best of several tries.

use crate::numbers::loss_at;
use candle_core::{Device, Module, Result, Tensor, bail};
use candlelab_host::check_interrupt;
use candlelab_nn::{Optimizer, bradley_terry};

/// All pairs (better, worse) of a ranking, best first: from Response 2 > 1 > 3 the three pairs
/// (2, 1), (2, 3), (1, 3).
///
/// ```
/// assert_eq!(candlelab_rl::ranked_pairs(&[2, 1, 3]), [(2, 1), (2, 3), (1, 3)]);
/// ```
pub fn ranked_pairs(ranking: &[usize]) -> Vec<(usize, usize)> {
    let pairs = |(place, better): (usize, &usize)| {
        let better = *better;
        ranking[place + 1..].iter().map(move |worse| (better, *worse)).collect::<Vec<_>>()
    };
    ranking.iter().enumerate().flat_map(pairs).collect()
}

/// Trains a reward model on pairs of which people preferred one (Christiano et al. 2017; Ouyang et
/// al. 2022), by the loss of Bradley and Terry, `−mean ln σ(r(better) − r(worse))`; see
/// [`bradley_terry`]. Returns the loss before each step, which is ln 2 while all rewards are equal.
///
/// Only differences of rewards are learnt; their common level means nothing.
///
/// # Shapes
/// - `replies`: `(n, …)`, what the model takes; `model`: to rewards `(n, 1)`
/// - `pairs`: numbers of replies, (better, worse)
///
/// # Errors
/// If there are no pairs, a pair names a reply that is not there, or the loss stops being a number.
///
/// ```
/// # use candlelab_nn::{Adam, Device, Layer, Linear, Module, Result, Tensor, seed};
/// use candlelab_rl::{fit_reward_model, ranked_pairs};
/// # fn main() -> Result<()> {
/// seed(1);
/// let replies = Tensor::eye(3, candlelab_nn::DType::F32, &Device::Cpu)?; // one number a reply
/// let model = Linear::new(3, 1, &Device::Cpu)?;
/// let mut optimizer = Adam::new(model.vars(), 0.1);
/// let losses = fit_reward_model(&model, &mut optimizer, &replies, &ranked_pairs(&[1, 0, 2]), 100)?;
/// let rewards = model.forward(&replies)?.flatten_all()?.to_vec1::<f32>()?;
/// assert!(rewards[1] > rewards[0] && rewards[0] > rewards[2] && losses[99] < 0.1);
/// # Ok(())
/// # }
/// ```
pub fn fit_reward_model(
    model: &dyn Module,
    optimizer: &mut dyn Optimizer,
    replies: &Tensor,
    pairs: &[(usize, usize)],
    steps: usize,
) -> Result<Vec<f64>> {
    let n = replies.dims().first().copied().unwrap_or(0);
    if pairs.is_empty() {
        bail!("fit_reward_model needs a pair or more");
    }
    if let Some(pair) = pairs.iter().find(|(better, worse)| *better.max(worse) >= n) {
        bail!("the pair {pair:?} names a reply that is not there, replies: {:?}", replies.dims());
    }
    let better = column(pairs.iter().map(|pair| pair.0), replies.device())?; // (pairs)
    let worse = column(pairs.iter().map(|pair| pair.1), replies.device())?;
    let mut losses = Vec::new();
    for step in 0..steps {
        check_interrupt();
        let rewards = model.forward(replies)?.reshape(n)?; // (n)
        let loss =
            bradley_terry(&rewards.index_select(&better, 0)?, &rewards.index_select(&worse, 0)?)?;
        losses.push(loss_at(step, &loss)?);
        optimizer.backward_step(&loss)?;
    }
    Ok(losses)
}

fn column(numbers: impl Iterator<Item = usize>, device: &Device) -> Result<Tensor> {
    Tensor::from_iter(numbers.map(|number| number as u32), device)
}

/// Draws `n` replies and returns the one with the largest reward, with its reward: the simplest way
/// to follow a reward model, which trains nothing.
///
/// It moves a policy by a Kullback–Leibler divergence of at most `ln n − (n − 1) / n` (Stiennon et
/// al. 2020).
///
/// # Errors
/// If `n` is 0, all rewards are NaN, or drawing or judging fails.
///
/// ```
/// let mut tries = [3.0, 7.0, 5.0].into_iter();
/// let best = candlelab_rl::best_of_n(3, || Ok(tries.next().unwrap()), |reply| Ok(-reply))?;
/// assert_eq!(best, (3.0, -3.0));
/// # Ok::<(), candle_core::Error>(())
/// ```
pub fn best_of_n<T>(
    n: usize,
    mut draw: impl FnMut() -> Result<T>,
    reward: impl Fn(&T) -> Result<f64>,
) -> Result<(T, f64)> {
    let mut best: Option<(T, f64)> = None;
    for _ in 0..n {
        check_interrupt();
        let reply = draw()?;
        let reward = reward(&reply)?;
        if best.as_ref().map_or(!reward.is_nan(), |best| reward > best.1) {
            best = Some((reply, reward));
        }
    }
    match best {
        Some(best) => Ok(best),
        None => bail!("best_of_n: none of {n} replies has a reward"),
    }
}
