//! Integrated gradients.

use crate::saliency::saliency;
use candle_core::{Module, Result, Tensor, bail};
use candlelab_host::check_interrupt;

/// What each number of the input adds to the score on the straight way from a baseline to the
/// input (Sundararajan et al. 2017): `(x − b) · ∫₀¹ ∂z_c/∂x (b + t (x − b)) dt`.
///
/// The parts of an example add up to `z_c(x) − z_c(b)`, which the paper calls completeness; the
/// integral is the mean over the middles of `steps` equal pieces, so the sum is exact only in the
/// limit.
///
/// # Shapes
/// - `x`: `(n, …)`; `baseline`: as `x`, or broadcastable to it
/// - output: the shape of `x`
///
/// # Errors
/// As for [`saliency`], if the baseline does not fit, or if there are no steps.
///
/// ```
/// # use candlelab_explain::integrated_gradients;
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let model = |x: &Tensor| x.narrow(1, 0, 1)? * x.narrow(1, 1, 1)?; // z = a b
/// let x = Tensor::new(&[[2f32, 3.0]], &Device::Cpu)?;
/// let parts = integrated_gradients(&model, &x, &x.zeros_like()?, 0, 1)?;
/// assert_eq!(parts.to_vec2::<f32>()?, [[3.0, 3.0]]); // each has half of z = 6
/// # Ok(())
/// # }
/// ```
pub fn integrated_gradients(
    model: &dyn Module,
    x: &Tensor,
    baseline: &Tensor,
    class: usize,
    steps: usize,
) -> Result<Tensor> {
    if steps == 0 {
        bail!("integrated_gradients needs a step or more");
    }
    let baseline = baseline.broadcast_as(x.shape())?;
    let way = (x - &baseline)?;
    let mut sum = x.zeros_like()?;
    for step in 0..steps {
        check_interrupt();
        let t = (step as f64 + 0.5) / steps as f64;
        sum = (sum + saliency(model, &(&baseline + (&way * t)?)?, class)?)?;
    }
    way * (sum / steps as f64)?
}
