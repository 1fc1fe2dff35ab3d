//! Numbers left out at random.

use super::Layer;
use crate::mode::is_training;
use crate::random::rand;
use candle_core::{Module, Result, Tensor, bail};

/// Zeroes each number with probability `p` and divides the others by `1 − p`, in training mode;
/// passes everything on in evaluation mode, see [`evaluating`](crate::evaluating()).
///
/// Srivastava et al. 2014, in the form that keeps the mean.
///
/// ```
/// # use candlelab_nn::*;
/// # fn main() -> Result<()> {
/// let layer = Dropout { p: 0.5 };
/// let x = Tensor::ones(3, DType::F32, &Device::Cpu)?;
/// assert!(layer.forward(&x)?.to_vec1::<f32>()?.iter().all(|y| [0.0, 2.0].contains(y)));
/// assert_eq!(layer.predict(&x)?.to_vec1::<f32>()?, [1.0, 1.0, 1.0]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Dropout {
    /// The probability, 0 ≤ p < 1.
    pub p: f64,
}

impl Module for Dropout {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if !(0.0..1.0).contains(&self.p) {
            bail!("Dropout needs a probability of at least 0 and below 1, got {}", self.p);
        }
        if !is_training() || self.p == 0.0 {
            return Ok(x.clone());
        }
        let kept = rand(0.0, 1.0, x.shape(), x.device())?.ge(self.p)?.to_dtype(x.dtype())?;
        x * (kept / (1.0 - self.p))?
    }
}

impl Layer for Dropout {}
