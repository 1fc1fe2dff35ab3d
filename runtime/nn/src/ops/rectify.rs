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
    // Where x > 0, the mask is 1 and lets both the value and its gradient pass.
    let mask = x.detach().gt(0.0)?.to_dtype(x.dtype())?;
    x * mask
}
