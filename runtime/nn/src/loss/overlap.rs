//! Losses of masks.

use super::same_shape;
use crate::ops::sigmoid;
use candle_core::{Result, Tensor};

/// One minus the overlap of masks, as a mean over images (Milletari et al. 2016): with
/// `p = σ(z)` it is `1 − (2 Σ p y + 1) / (Σ p + Σ y + 1)`, 0 for a perfect mask and near 1 for none.
/// The ones keep it defined where both masks are empty.
///
/// # Shapes
/// - `logits`, `targets`: `(n, …)` both; targets are 0 or 1
/// - output: a scalar
///
/// # Errors
/// If the shapes differ.
///
/// ```
/// # use candlelab_nn::{dice, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let z = Tensor::new(&[[100f32, 100.0, -100.0]], &Device::Cpu)?; // the mask 1, 1, 0
/// let loss = dice(&z, &Tensor::new(&[[1f32, 0.0, 0.0]], &Device::Cpu)?)?;
/// assert!((loss.to_scalar::<f32>()? - 0.25).abs() < 1e-6); // 1 − (2 + 1) / (2 + 1 + 1)
/// # Ok(())
/// # }
/// ```
pub fn dice(logits: &Tensor, targets: &Tensor) -> Result<Tensor> {
    same_shape("dice", logits, targets)?;
    let p = sigmoid(logits)?.flatten_from(1)?; // (n, pixels)
    let y = targets.flatten_from(1)?;
    let both = ((((&p * &y)?.sum(1)? * 2.0)?) + 1.0)?; // (n)
    let each = ((p.sum(1)? + y.sum(1)?)? + 1.0)?;
    (1.0 - (both / each)?)?.mean_all()
}
