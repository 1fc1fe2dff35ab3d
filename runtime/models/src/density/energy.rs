//! How far samples are apart.

use candle_core::{D, DType, Result, Tensor};

/// How far two clouds of points are apart (Székely and Rizzo 2013):
/// `2 E‖a − b‖ − E‖a − a'‖ − E‖b − b'‖`, 0 for the same distribution.
///
/// # Shapes
/// - `a`: `(n, d)`; `b`: `(m, d)`
///
/// # Errors
/// If the points have different dimensions.
///
/// ```
/// # use candlelab_models::energy_distance;
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let a = Tensor::new(&[[0f32, 0.0]], &Device::Cpu)?;
/// let b = Tensor::new(&[[3f32, 4.0]], &Device::Cpu)?;
/// assert_eq!(energy_distance(&a, &b)?, 10.0);
/// assert_eq!(energy_distance(&a, &a)?, 0.0);
/// # Ok(())
/// # }
/// ```
pub fn energy_distance(a: &Tensor, b: &Tensor) -> Result<f64> {
    let mean = |a: &Tensor, b: &Tensor| {
        let (a, b) = (a.to_dtype(DType::F64)?.unsqueeze(1)?, b.to_dtype(DType::F64)?.unsqueeze(0)?);
        let lengths = a.broadcast_sub(&b)?.sqr()?.sum(D::Minus1)?.sqrt()?; // (n, m)
        lengths.mean_all()?.to_scalar::<f64>()
    };
    Ok(2.0 * mean(a, b)? - mean(a, a)? - mean(b, b)?)
}
