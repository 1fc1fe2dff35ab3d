//! Diffusion of short codes in place of images.

use super::{Denoiser, NoiseSchedule, ddpm_sample, diffusion_loss};
use crate::autoencoder::Autoencoder;
use candle_core::{D, DType, Result, Tensor, bail};
use candlelab_nn::evaluating;

/// Latent diffusion (Rombach et al. 2022): an autoencoder that has learnt before, and a denoiser of
/// its codes, which are scaled to mean 0 and variance 1.
#[derive(Clone, Debug)]
pub struct LatentDiffusion<M> {
    /// What learns.
    pub denoiser: M,
    /// How much noise there is when.
    pub schedule: NoiseSchedule,
    autoencoder: Autoencoder,
    mean: Tensor,
    deviation: Tensor,
}

impl<M: Denoiser> LatentDiffusion<M> {
    /// Codes as the examples `x`, `(n, …)`, have them.
    ///
    /// # Errors
    /// If the examples are none of the autoencoder's, or do not differ in some number of the codes.
    pub fn new(
        autoencoder: Autoencoder,
        denoiser: M,
        schedule: NoiseSchedule,
        x: &Tensor,
    ) -> Result<Self> {
        let codes = evaluating(|| autoencoder.encode(x))?.detach(); // (n, code)
        let mean = codes.mean_keepdim(0)?;
        let deviation = codes.broadcast_sub(&mean)?.sqr()?.mean_keepdim(0)?.sqrt()?;
        if deviation.min_all()?.to_dtype(DType::F64)?.to_scalar::<f64>()? <= 0.0 {
            bail!("{} codes have a number that never changes; train the autoencoder", x.dim(0)?);
        }
        Ok(Self { denoiser, schedule, autoencoder, mean, deviation })
    }

    /// The scaled codes of examples, `(n, code)`, without gradients.
    ///
    /// # Errors
    /// If the examples are none of the autoencoder's.
    pub fn codes(&self, x: &Tensor) -> Result<Tensor> {
        let codes = evaluating(|| self.autoencoder.encode(x))?.detach();
        codes.broadcast_sub(&self.mean)?.broadcast_div(&self.deviation)
    }

    /// What an optimiser of the denoiser lowers, for [`codes`](Self::codes).
    ///
    /// # Errors
    /// If the shapes do not fit.
    pub fn loss(&self, codes: &Tensor) -> Result<Tensor> {
        diffusion_loss(&self.denoiser, &self.schedule, codes, None)
    }

    /// `n` new codes, `(n, code)`.
    ///
    /// # Errors
    /// If the denoiser does not fit.
    pub fn sample_codes(&self, n: usize) -> Result<Tensor> {
        let shape = (n, self.mean.dim(1)?);
        ddpm_sample(&self.denoiser, &self.schedule, shape, None, self.mean.device())
    }

    /// The examples of scaled codes, `(n, inputs)`.
    ///
    /// # Errors
    /// If the codes have another size.
    pub fn decode(&self, codes: &Tensor) -> Result<Tensor> {
        let codes = codes.broadcast_mul(&self.deviation)?.broadcast_add(&self.mean)?;
        evaluating(|| self.autoencoder.decode(&codes))
    }
}

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
