//! Draws from distributions.

use candle_core::{D, DType, Result, Shape, Tensor, bail};
use candlelab_nn::{rand, randn};

/// Draws classes, each with the probability that the softmax of its logits gives, by the Gumbel-max
/// trick: `argmaxᵢ (zᵢ + gᵢ)` with independent `gᵢ = −ln(−ln u)`, `u` uniform in 0..1.
///
/// [`seed`](candlelab_nn::seed()) decides what is drawn. Logarithms of probabilities, or of any
/// weights, are logits, too; `−∞` is never drawn.
///
/// # Shapes
/// - `logits`: `(…, classes)`; output: u32, `(…)`
///
/// # Errors
/// If there is no class, or a logit is no number.
///
/// ```
/// # use candlelab_models::categorical;
/// # use candlelab_nn::{DType, Device, Result, Tensor, seed};
/// # fn main() -> Result<()> {
/// seed(1);
/// let weights = Tensor::new(&[0f32, 1.0, 3.0], &Device::Cpu)?; // never, a quarter, three quarters
/// let drawn = categorical(&weights.log()?.broadcast_as((4000, 3))?)?;
/// let mean = drawn.to_dtype(DType::F32)?.mean_all()?.to_scalar::<f32>()?;
/// assert!((mean - 1.75).abs() < 0.03);
/// # Ok(())
/// # }
/// ```
pub fn categorical(logits: &Tensor) -> Result<Tensor> {
    let logits = logits.to_dtype(DType::F32)?;
    if logits.elem_count() == 0 {
        bail!("a draw needs at least one class, logits: {:?}", logits.dims());
    }
    if logits.ne(&logits)?.max_all()?.to_scalar::<u8>()? != 0 {
        bail!("logits must be numbers to draw a class; has the training diverged?");
    }
    (&logits + gumbel(logits.shape(), &logits)?)?.argmax(D::Minus1)
}

/// Draws from the Gumbel distribution, `−ln(−ln u)`, on the device of `like`.
fn gumbel(shape: &Shape, like: &Tensor) -> Result<Tensor> {
    // The bounds keep both logarithms finite in f32.
    rand(1e-7, 1.0 - 1e-7, shape, like.device())?.log()?.neg()?.log()?.neg()
}

/// Standard normal numbers in the shape of `x`.
pub(crate) fn noise_like(x: &Tensor) -> Result<Tensor> {
    randn(0.0, 1.0, x.shape(), x.device())?.to_dtype(x.dtype())
}
