//! Diffusion: examples out of noise, by a model that learns to take noise away.

mod coin;
mod latent;
mod mlp;
mod sample;
mod schedule;
mod time;
mod unet;

pub use coin::{CoinDenoiser, IdealCoinDenoiser};
pub use latent::LatentDiffusion;
pub use mlp::{DiffusionMlp, DiffusionMlpConfig};
pub use sample::{Guidance, ddim_sample, ddim_step, ddpm_sample, ddpm_step};
pub use schedule::NoiseSchedule;
pub use time::time_embedding;
pub use unet::{DiffusionUNet, DiffusionUNetConfig};

use crate::draws::noise_like;
use candle_core::{Result, Tensor, bail};
use candlelab_nn::{mse, next_seed};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A model that sees noisy examples and predicts their noise; any function of `x` and `t` is one.
pub trait Denoiser {
    /// `ε_θ(x, t)`.
    ///
    /// # Shapes
    /// - `x`: `(batch, …)`; `t`: u32, `(batch)`, from 0 to T − 1
    /// - `labels`: u32, `(batch)`, for examples of these classes; any if there are none
    /// - output: as `x`
    ///
    /// # Errors
    /// If the shapes do not fit, or there are labels for a model without classes.
    fn predict_noise(&self, x: &Tensor, t: &Tensor, labels: Option<&Tensor>) -> Result<Tensor>;
}

impl<F: Fn(&Tensor, &Tensor) -> Result<Tensor>> Denoiser for F {
    fn predict_noise(&self, x: &Tensor, t: &Tensor, labels: Option<&Tensor>) -> Result<Tensor> {
        without_classes(labels)?;
        self(x, t)
    }
}

fn without_classes(labels: Option<&Tensor>) -> Result<()> {
    match labels {
        None => Ok(()),
        Some(labels) => bail!("this denoiser has no classes, labels: {:?}", labels.dims()),
    }
}

/// How often a batch comes without its labels, for [`Guidance`] to know the difference.
const UNLABELLED: f64 = 0.1;

/// What an optimiser lowers (Ho et al. 2020): `‖ε − ε_θ(√ᾱₜ x₀ + √(1 − ᾱₜ) ε, t)‖²` with a random
/// `t` for each example and `ε` from `N(0, 1)`; the mean of all numbers.
///
/// One batch in ten is learnt without its labels (Ho and Salimans 2022 leave out single labels).
///
/// # Shapes
/// - `x`: `(batch, …)`, about as large as the noise; `labels`: u32, `(batch)`
///
/// # Errors
/// If the shapes do not fit.
///
/// ```
/// # use candlelab_models::{NoiseSchedule, diffusion_loss};
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[3f32], [3.0]], &Device::Cpu)?;
/// let schedule = NoiseSchedule::linear(10, 0.1, 0.5)?;
/// // Who knows that all examples are 3 can compute the noise.
/// let sees = |x_t: &Tensor, t: &Tensor| schedule.noise_in(x_t, &x, t);
/// let loss = diffusion_loss(&sees, &schedule, &x, None)?;
/// assert!(loss.to_scalar::<f32>()? < 1e-9);
/// # Ok(())
/// # }
/// ```
pub fn diffusion_loss(
    model: &dyn Denoiser,
    schedule: &NoiseSchedule,
    x: &Tensor,
    labels: Option<&Tensor>,
) -> Result<Tensor> {
    let mut generator = StdRng::seed_from_u64(next_seed());
    let n = x.dim(0)?;
    let t = (0..n).map(|_| generator.random_range(0..schedule.steps() as u32));
    let t = Tensor::from_vec(t.collect(), n, x.device())?; // (batch)
    let labels = labels.filter(|_| generator.random::<f64>() >= UNLABELLED);
    let noise = noise_like(x)?;
    let noisy = schedule.add_noise(x, &t, &noise)?;
    mse(&model.predict_noise(&noisy, &t, labels)?, &noise)
}
