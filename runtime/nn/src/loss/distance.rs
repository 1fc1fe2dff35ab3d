//! Losses of answers that are numbers.

use super::same_shape;
use crate::ops::{size, smooth_size};
use candle_core::{Result, Tensor, bail};

/// Mean squared error: `1/n Σᵢ (zᵢ − yᵢ)²`.
///
/// # Shapes
/// Both of one shape; the output is a scalar.
///
/// # Errors
/// If the shapes differ.
///
/// ```
/// # use candlelab_nn::{mse, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let loss = mse(&Tensor::new(&[1f32, 3.0], &Device::Cpu)?, &Tensor::new(&[1f32, 1.0], &Device::Cpu)?)?;
/// assert_eq!(loss.to_scalar::<f32>()?, 2.0); // (0 + 4) / 2
/// # Ok(())
/// # }
/// ```
pub fn mse(outputs: &Tensor, targets: &Tensor) -> Result<Tensor> {
    same_shape("mse", outputs, targets)?;
    (outputs - targets)?.sqr()?.mean_all()
}

/// Mean absolute error: `1/n Σᵢ |zᵢ − yᵢ|`, with slope 0 where both are equal.
///
/// # Shapes
/// Both of one shape; the output is a scalar.
///
/// # Errors
/// If the shapes differ.
///
/// ```
/// # use candlelab_nn::{l1, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let loss = l1(&Tensor::new(&[1f32, 3.0], &Device::Cpu)?, &Tensor::new(&[4f32, 2.0], &Device::Cpu)?)?;
/// assert_eq!(loss.to_scalar::<f32>()?, 2.0); // (3 + 1) / 2
/// # Ok(())
/// # }
/// ```
pub fn l1(outputs: &Tensor, targets: &Tensor) -> Result<Tensor> {
    same_shape("l1", outputs, targets)?;
    size(&(outputs - targets)?)?.mean_all()
}

/// Mean of a parabola near 0 and a straight line beyond `beta` (Girshick 2015): with
/// `d = |zᵢ − yᵢ|` it is `d² / 2β` where `d < β`, else `d − β/2`. PyTorch's default `beta` is 1.
///
/// # Shapes
/// Both of one shape; the output is a scalar.
///
/// # Errors
/// If the shapes differ or `beta` is not above 0.
///
/// ```
/// # use candlelab_nn::{smooth_l1, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let (z, y) = (Tensor::new(&[1f32, 3.0], &Device::Cpu)?, Tensor::new(&[0f32, 0.0], &Device::Cpu)?);
/// assert_eq!(smooth_l1(&z, &y, 2.0)?.to_scalar::<f32>()?, 1.125); // (1/4 + 3 − 1) / 2
/// # Ok(())
/// # }
/// ```
pub fn smooth_l1(outputs: &Tensor, targets: &Tensor, beta: f64) -> Result<Tensor> {
    same_shape("smooth_l1", outputs, targets)?;
    if beta.is_nan() || beta <= 0.0 {
        bail!("smooth_l1 needs a beta above 0, got {beta}");
    }
    smooth_size(&(outputs - targets)?, beta)?.mean_all()
}
