//! The rectifier.

use candle_core::{Result, Tensor};

/// `max(x, 0)`, with gradient 0 at 0 (Candle's own has 1 there).
///
/// # Shapes
/// Any; the output has the input's.
///
/// # Errors
/// If the type is not a number's.
///
/// ```
/// # use candlelab_nn::{relu, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[-1f32, 0.0, 2.0], &Device::Cpu)?;
/// assert_eq!(relu(&x)?.to_vec1::<f32>()?, [0.0, 0.0, 2.0]);
/// # Ok(())
/// # }
/// ```
pub fn relu(x: &Tensor) -> Result<Tensor> {
    // NaN is not at most 0, so it passes and is seen; the gradient passes where the value does.
    x.detach().le(0.0)?.where_cond(&x.zeros_like()?.detach(), x)
}
