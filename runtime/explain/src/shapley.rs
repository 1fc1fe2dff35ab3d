//! Shapley values of features.

use crate::score::{class_scores, numbers};
use candle_core::{Module, Result, Tensor, bail};
use candlelab_host::check_interrupt;

/// 4096 coalitions; each further feature doubles them.
const MOST_FEATURES: usize = 12;

/// How the features of an example share the difference between its score and the mean score.
#[derive(Clone, Debug, PartialEq)]
pub struct Shapley {
    /// `E f`, the mean score of the background.
    pub base: f64,
    /// `f(x)`, the score of the example.
    pub prediction: f64,
    /// The part of each feature; all together are `f(x) − E f`.
    pub values: Vec<f64>,
}

/// Exact Shapley values (Shapley 1953; Lundberg and Lee 2017): the mean, over all orders in which
/// the features of `x` become known, of what feature `j` adds to the score when its turn comes,
/// `φⱼ = Σ_S |S|! (d−|S|−1)! / d! · (v(S ∪ j) − v(S))`.
///
/// `v(S)` is the mean score of the background's rows with the features in `S` taken from `x`. All
/// `2ᵈ` sets are computed, which is why there may be at most 12 features; see
/// [`kernel_shap`](crate::kernel_shap) for more.
///
/// # Shapes
/// - `x`: `(features)`; `background`: `(n, features)`
///
/// # Errors
/// If the shapes do not fit, there is no background, or there are more than 12 features.
///
/// ```
/// # use candlelab_explain::shapley_values;
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let model = |x: &Tensor| x.narrow(1, 0, 1)? * x.narrow(1, 1, 1)?; // a b, which neither has alone
/// let x = Tensor::new(&[2f32, 3.0], &Device::Cpu)?;
/// let zero = Tensor::new(&[[0f32, 0.0]], &Device::Cpu)?;
/// let shapley = shapley_values(&model, &x, &zero, 0)?;
/// assert_eq!((shapley.base, shapley.prediction, shapley.values), (0.0, 6.0, vec![3.0, 3.0]));
/// # Ok(())
/// # }
/// ```
pub fn shapley_values(
    model: &dyn Module,
    x: &Tensor,
    background: &Tensor,
    class: usize,
) -> Result<Shapley> {
    let game = Game::new(model, x, background, class)?;
    let d = game.features;
    if d > MOST_FEATURES {
        bail!(
            "{d} features have 2^{d} coalitions, too many\nhint: kernel_shap samples some of them"
        );
    }
    let shown = |set: usize| (0..d).map(|feature| set >> feature & 1 == 1).collect::<Vec<_>>();
    let v: Vec<f64> = (0..1 << d).map(|set| game.value(&shown(set))).collect::<Result<_>>()?;
    let weight = |size: usize| 1.0 / (d as f64 * choose(d - 1, size));
    let value = |feature: usize| {
        let without = (0..1 << d).filter(|set| set >> feature & 1 == 0);
        let part =
            |set: usize| weight(set.count_ones() as usize) * (v[set | 1 << feature] - v[set]);
        without.map(part).sum::<f64>()
    };
    Ok(Shapley { base: v[0], prediction: v[(1 << d) - 1], values: (0..d).map(value).collect() })
}

/// How many sets of `k` there are among `n`.
pub(crate) fn choose(n: usize, k: usize) -> f64 {
    (0..k).map(|i| (n - i) as f64 / (i + 1) as f64).product()
}

/// The score as a game of the features.
pub(crate) struct Game<'a> {
    model: &'a dyn Module,
    x: Tensor,
    background: &'a Tensor,
    class: usize,
    pub features: usize,
}

impl<'a> Game<'a> {
    pub fn new(
        model: &'a dyn Module,
        x: &Tensor,
        background: &'a Tensor,
        class: usize,
    ) -> Result<Self> {
        let (n, features) = background.dims2()?;
        if n * features == 0 || x.dims() != [features] {
            let (x, background) = (x.dims(), background.dims());
            bail!(
                "x needs a number for each column of the background, found {x:?} and {background:?}"
            );
        }
        let x = x.to_dtype(background.dtype())?.broadcast_as((n, features))?.contiguous()?;
        Ok(Self { model, x, background, class, features })
    }

    /// The mean score when these features come from the example and the others from the background.
    pub fn value(&self, shown: &[bool]) -> Result<f64> {
        check_interrupt();
        let shown: Vec<u8> = shown.iter().map(|shown| u8::from(*shown)).collect();
        let shown = Tensor::new(shown, self.x.device())?.broadcast_as(self.x.shape())?;
        let rows = shown.where_cond(&self.x, self.background)?; // (n, features)
        let scores = numbers(&class_scores(self.model, &rows, self.class)?)?;
        Ok(scores.iter().sum::<f64>() / scores.len() as f64)
    }
}
