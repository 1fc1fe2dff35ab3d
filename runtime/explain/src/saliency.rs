//! The slope of a score by each number of the input.

use crate::score::{class_scores, gradient, like};
use candle_core::{Module, Result, Tensor, bail};
use candlelab_host::check_interrupt;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::StandardNormal;

/// How much the score of a class changes with each number of the input (Simonyan et al. 2014):
/// `∂z_c / ∂x`.
///
/// The paper's map of an image is the largest size over its channels: `.abs()?.max(1)?`.
///
/// # Shapes
/// - `x`: `(n, …)`, of a float type; the model's output: `(n, classes)`
/// - output: the shape of `x`
///
/// # Errors
/// If there is no such class, or the model cannot be differentiated.
///
/// ```
/// # use candlelab_explain::saliency;
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let model = |x: &Tensor| x.powf(3.0); // two classes, a³ and b³
/// let x = Tensor::new(&[[1f32, 2.0]], &Device::Cpu)?;
/// assert_eq!(saliency(&model, &x, 1)?.to_vec2::<f32>()?, [[0.0, 12.0]]); // 3b²
/// # Ok(())
/// # }
/// ```
pub fn saliency(model: &dyn Module, x: &Tensor, class: usize) -> Result<Tensor> {
    gradient(x, |x| class_scores(model, x, class))
}

/// The mean [`saliency`] of noisy copies of the input, which is smoother than that of the input
/// alone (Smilkov et al. 2017): `1/m Σᵢ ∂z_c/∂x` at `x + noise · N(0, 1)`.
///
/// `noise` is in units of the input; the paper takes a tenth to a fifth of its range, and 50
/// samples.
///
/// # Shapes
/// As for [`saliency`].
///
/// # Errors
/// As for [`saliency`], and if there are no samples.
pub fn smooth_grad(
    model: &dyn Module,
    x: &Tensor,
    class: usize,
    noise: f64,
    samples: usize,
    seed: u64,
) -> Result<Tensor> {
    if samples == 0 {
        bail!("smooth_grad needs a sample or more");
    }
    let mut rng = StdRng::seed_from_u64(seed);
    let mut sum = x.zeros_like()?;
    for _ in 0..samples {
        check_interrupt();
        let shift = (0..x.elem_count()).map(|_| noise * rng.sample::<f64, _>(StandardNormal));
        let noisy = (x + like(x, shift.collect(), x.dims())?)?;
        sum = (sum + saliency(model, &noisy, class)?)?;
    }
    sum / samples as f64
}
