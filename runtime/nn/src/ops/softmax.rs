//! Probabilities from logits.

use candle_core::shape::Dim;
use candle_core::{Result, Tensor};

/// `log softmax(x)ᵢ = xᵢ − m − ln Σⱼ exp(xⱼ − m)` with `m = maxⱼ xⱼ`, finite for any finite `x`.
///
/// # Shapes
/// Any; the output has the input's.
///
/// # Errors
/// If there is no such dimension.
pub fn log_softmax(x: &Tensor, dim: impl Dim) -> Result<Tensor> {
    let dim = dim.to_index(x.shape(), "log_softmax")?;
    // The maximum only shifts; its gradient cancels.
    let shifted = x.broadcast_sub(&x.detach().max_keepdim(dim)?)?;
    let sum = shifted.exp()?.sum_keepdim(dim)?;
    shifted.broadcast_sub(&sum.log()?)
}

/// `softmax(x)ᵢ = exp xᵢ / Σⱼ exp xⱼ`: logits to probabilities that sum to 1 along `dim`.
///
/// # Shapes
/// Any; the output has the input's.
///
/// # Errors
/// If there is no such dimension.
///
/// ```
/// # use candlelab_nn::{softmax, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let p = softmax(&Tensor::new(&[1000f32, 1000.0], &Device::Cpu)?, 0)?;
/// assert_eq!(p.to_vec1::<f32>()?, [0.5, 0.5]);
/// # Ok(())
/// # }
/// ```
pub fn softmax(x: &Tensor, dim: impl Dim) -> Result<Tensor> {
    log_softmax(x, dim)?.exp()
}
