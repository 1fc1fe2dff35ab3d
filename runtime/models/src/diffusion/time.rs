//! Steps as vectors.

use candle_core::{D, DType, Result, Tensor, bail};

/// Waves that tell numbers apart: `sin(fᵢ t)` for all `i`, then `cos(fᵢ t)`, with
/// `fᵢ = 10000^(−i / (width/2 − 1))`.
///
/// # Shapes
/// - `t`: `(batch)`, of any type; output: f32, `(batch, width)`, an even width from 4 on
///
/// # Errors
/// If the width is odd or too small.
///
/// ```
/// # use candlelab_models::time_embedding;
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let y = time_embedding(&Tensor::new(&[0u32, 1], &Device::Cpu)?, 4)?.to_vec2::<f32>()?;
/// assert_eq!(y[0], [0.0, 0.0, 1.0, 1.0]);
/// assert!((y[1][0] - 1f32.sin()).abs() < 1e-6 && (y[1][1] - 1e-4).abs() < 1e-6);
/// # Ok(())
/// # }
/// ```
pub fn time_embedding(t: &Tensor, width: usize) -> Result<Tensor> {
    if width < 4 || !width.is_multiple_of(2) {
        bail!("a time embedding needs an even width of at least 4, got {width}");
    }
    let half = width / 2;
    let frequency = |i: usize| 1e4f64.powf(-(i as f64) / (half - 1) as f64) as f32;
    let frequencies = Tensor::from_iter((0..half).map(frequency), t.device())?;
    let t = t.to_dtype(DType::F32)?.unsqueeze(D::Minus1)?; // (batch, 1)
    let angles = t.broadcast_mul(&frequencies)?; // (batch, width / 2)
    Tensor::cat(&[angles.sin()?, angles.cos()?], D::Minus1)
}
