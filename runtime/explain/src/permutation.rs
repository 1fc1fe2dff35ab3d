//! Features whose values are dealt out anew.

use candle_core::{Module, Result, Tensor, bail};
use candlelab_host::check_interrupt;
use candlelab_nn::evaluating;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// What [`permutation_importance`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct Importance {
    /// The score on the examples as they are.
    pub base: f64,
    /// How much the score falls without each feature, mean over the repeats.
    pub mean: Vec<f64>,
    /// The standard deviation over the repeats.
    pub deviation: Vec<f64>,
}

/// How much worse a model does when the values of one feature are shuffled between the examples
/// (Breiman 2001; Fisher et al. 2019): `score − score with column j shuffled`.
///
/// `score(outputs, y)` is larger for better models, as [`accuracy`](candlelab_nn::accuracy()) is;
/// for a loss, take its negative. Use examples that were not trained on. Of two features that say
/// the same, each looks unimportant, as the other is still there.
///
/// # Shapes
/// - `x`: `(n, features)`; `y`: `(n, …)`, whatever `score` takes
///
/// # Errors
/// If `x` and `y` differ in length, there are no examples, or no repeats.
///
/// ```
/// # use candlelab_explain::permutation_importance;
/// # use candlelab_nn::{Device, Result, Tensor, accuracy};
/// # fn main() -> Result<()> {
/// let model = |x: &Tensor| x.narrow(1, 0, 2); // looks at the first two columns only
/// let x = Tensor::new(&[[0f32, 0.5, 7.0], [1.0, 0.5, 8.0]], &Device::Cpu)?;
/// let y = Tensor::new(&[1u32, 0], &Device::Cpu)?;
/// let importance = permutation_importance(&model, &x, &y, &accuracy, 20, 42)?;
/// assert_eq!((importance.base, importance.mean[1], importance.mean[2]), (1.0, 0.0, 0.0));
/// assert!(importance.mean[0] > 0.2); // all wrong when the two swap, which is every second time
/// # Ok(())
/// # }
/// ```
pub fn permutation_importance(
    model: &dyn Module,
    x: &Tensor,
    y: &Tensor,
    score: &dyn Fn(&Tensor, &Tensor) -> Result<f64>,
    repeats: usize,
    seed: u64,
) -> Result<Importance> {
    let (n, features) = x.dims2()?;
    if n == 0 || y.dims().first() != Some(&n) || repeats == 0 {
        bail!(
            "permutation_importance: x: {:?}, y: {:?}, {repeats} repeats\nhint: as many answers as examples, one or more, and a repeat or more",
            x.dims(),
            y.dims()
        );
    }
    let rate = |x: &Tensor| score(&evaluating(|| model.forward(x))?, y);
    let mut rng = StdRng::seed_from_u64(seed);
    let mut order: Vec<u32> = (0..n as u32).collect();
    let columns = x.chunk(features, 1)?;
    let base = rate(x)?;
    let mut importance = Importance { base, mean: Vec::new(), deviation: Vec::new() };
    for feature in 0..features {
        let mut falls = Vec::with_capacity(repeats);
        for _ in 0..repeats {
            check_interrupt();
            order.shuffle(&mut rng);
            let mut columns = columns.clone();
            let order = Tensor::new(order.as_slice(), x.device())?;
            columns[feature] = columns[feature].contiguous()?.index_select(&order, 0)?;
            falls.push(base - rate(&Tensor::cat(&columns, 1)?)?);
        }
        let mean = falls.iter().sum::<f64>() / repeats as f64;
        let variance = falls.iter().map(|fall| (fall - mean).powi(2)).sum::<f64>() / repeats as f64;
        importance.mean.push(mean);
        importance.deviation.push(variance.sqrt());
    }
    Ok(importance)
}
