//! Diffusion of short codes in place of images.

use super::{Denoiser, NoiseSchedule, ddpm_sample, diffusion_loss};
use crate::autoencoder::Autoencoder;
use candle_core::{DType, Result, Tensor, bail};
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
