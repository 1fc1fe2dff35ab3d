//! Shapley values by regression.

use crate::Shapley;
use crate::ridge::least_squares;
use crate::score::numbers;
use crate::shapley::{Game, choose};
use candle_core::{Device, Module, Result, Tensor};
use rand::distr::weighted::WeightedIndex;
use rand::rngs::StdRng;
use rand::seq::index::sample;
use rand::{Rng, SeedableRng};

/// A set of features, and what it counts in the regression.
type Coalition = (Vec<bool>, f64);

/// Shapley values from some of the coalitions, Kernel SHAP (Lundberg and Lee 2017): the `φ` with
/// the smallest `Σ_S k(|S|) (v(S) − E f − Σ_{j ∈ S} φⱼ)²` among those that add up to `f(x) − E f`,
/// with `k(s) = (d−1) / (C(d,s) s (d−s))`.
///
/// If `samples` reaches `2ᵈ − 2`, all coalitions are taken and the values are those of
/// [`shapley_values`](crate::shapley_values). Otherwise so many are drawn with chances as `k`,
/// each together with the coalition of all other features.
///
/// # Shapes
/// - `x`: `(features)`; `background`: `(n, features)`
///
/// # Errors
/// If the shapes do not fit, there is no background, or there are too few samples.
pub fn kernel_shap(
    model: &dyn Module,
    x: &Tensor,
    background: &Tensor,
    class: usize,
    samples: usize,
    seed: u64,
) -> Result<Shapley> {
    let game = Game::new(model, x, background, class)?;
    let d = game.features;
    let (base, prediction) = (game.value(&vec![false; d])?, game.value(&vec![true; d])?);
    let all = prediction - base;
    if d == 1 {
        return Ok(Shapley { base, prediction, values: vec![all] });
    }
    let coalitions =
        if d < 30 && (1 << d) - 2 <= samples { every(d) } else { some(d, samples, seed) };
    // As the values add up to `all`, the last one is `all` less the others: d − 1 are free.
    let (mut a, mut t) = (Vec::new(), Vec::new());
    let number = |shown: bool| f64::from(u8::from(shown));
    for (shown, weight) in &coalitions {
        let (root, last) = (weight.sqrt(), number(shown[d - 1]));
        a.extend(shown[..d - 1].iter().map(|shown| root * (number(*shown) - last)));
        t.push(root * (game.value(shown)? - base - last * all));
    }
    let a = Tensor::from_vec(a, (coalitions.len(), d - 1), &Device::Cpu)?;
    let t = Tensor::from_vec(t, (coalitions.len(), 1), &Device::Cpu)?;
    let mut values = numbers(&least_squares(&a, &t, 0.0)?)?;
    values.push(all - values.iter().sum::<f64>());
    Ok(Shapley { base, prediction, values })
}

/// `(d−1) / (s (d−s))`: what all coalitions of size `s` count together.
fn size_weight(d: usize, size: usize) -> f64 {
    (d - 1) as f64 / (size * (d - size)) as f64
}

/// All coalitions but the empty one and the whole, which the regression meets exactly.
fn every(d: usize) -> Vec<Coalition> {
    let coalition = |set: usize| {
        let size = set.count_ones() as usize;
        let shown = (0..d).map(|feature| set >> feature & 1 == 1).collect();
        (shown, size_weight(d, size) / choose(d, size))
    };
    (1..(1 << d) - 1).map(coalition).collect()
}

/// Coalitions drawn with chances as their weights, so that each counts the same.
fn some(d: usize, samples: usize, seed: u64) -> Vec<Coalition> {
    let mut rng = StdRng::seed_from_u64(seed);
    let sizes = WeightedIndex::new((1..d).map(|size| size_weight(d, size)));
    let sizes = sizes.expect("there are sizes, and their weights are positive");
    let mut coalitions = Vec::new();
    for _ in 0..samples / 2 {
        let mut shown = vec![false; d];
        let size = 1 + rng.sample(&sizes);
        sample(&mut rng, d, size).into_iter().for_each(|feature| shown[feature] = true);
        let others = shown.iter().map(|shown| !shown).collect();
        coalitions.extend([(shown, 1.0), (others, 1.0)]);
    }
    coalitions
}
