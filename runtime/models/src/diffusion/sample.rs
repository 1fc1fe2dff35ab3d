//! From noise to examples.

use super::{Denoiser, NoiseSchedule};
use crate::draws::noise_like;
use candle_core::{Device, Result, Shape, Tensor, bail};
use candlelab_host::check_interrupt;
use candlelab_nn::{evaluating, randn};

/// The classes that examples shall have (Ho and Salimans 2022): the noise is taken to be
/// `(1 + w) ε(x, t, class) − w ε(x, t)`.
#[derive(Clone, Debug)]
pub struct Guidance {
    /// The class of each example, u32, `(n)`.
    pub labels: Tensor,
    /// How much more than likely the class shall look, `w`; 0 for examples as they are.
    pub scale: f64,
}

/// The noise in `x` at step `t`, without a gradient.
fn predict(
    model: &dyn Denoiser,
    x: &Tensor,
    t: usize,
    guidance: Option<&Guidance>,
) -> Result<Tensor> {
    check_interrupt();
    let t = Tensor::full(t as u32, x.dim(0)?, x.device())?; // (batch)
    let noise = |labels| evaluating(|| model.predict_noise(x, &t, labels));
    let noise = match guidance {
        None => noise(None)?,
        Some(Guidance { labels, scale }) => {
            ((noise(Some(labels))? * (1.0 + scale))? - (noise(None)? * *scale)?)?
        }
    };
    Ok(noise.detach())
}

/// A step back (Ho et al. 2020): `xₜ₋₁ = (xₜ − βₜ/√(1 − ᾱₜ) · ε_θ(xₜ, t)) / √(1 − βₜ) + √βₜ z` with
/// `z` from `N(0, 1)`, and 0 in the last step, `t = 0`.
///
/// # Shapes
/// - `x`: `(n, …)`; output the same
///
/// # Errors
/// If there is no such step, or the model does not fit.
pub fn ddpm_step(
    model: &dyn Denoiser,
    schedule: &NoiseSchedule,
    x: &Tensor,
    t: usize,
    guidance: Option<&Guidance>,
) -> Result<Tensor> {
    let (Some(beta), Some(alpha_bar)) = (schedule.betas().get(t), schedule.alpha_bars().get(t))
    else {
        bail!("there is no step {t} in a schedule of {} steps", schedule.steps());
    };
    let noise = (predict(model, x, t, guidance)? * (beta / (1.0 - alpha_bar).sqrt()))?;
    let mean = ((x - noise)? / (1.0 - beta).sqrt())?;
    if t == 0 { Ok(mean) } else { mean + (noise_like(x)? * beta.sqrt())? }
}

/// Examples of a shape `(n, …)`, by [`ddpm_step`] after step from `N(0, 1)` on.
///
/// # Errors
/// If the model does not fit.
///
/// ```
/// # use candlelab_models::{NoiseSchedule, ddpm_sample};
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let schedule = NoiseSchedule::linear(20, 1e-4, 0.5)?;
/// let three = Tensor::full(3f32, (5, 1), &Device::Cpu)?;
/// let model = |x: &Tensor, t: &Tensor| schedule.noise_in(x, &three, t); // all examples are 3
/// let x = ddpm_sample(&model, &schedule, (5, 1), None, &Device::Cpu)?;
/// assert!((x - 3.0)?.abs()?.max_all()?.to_scalar::<f32>()? < 1e-4);
/// # Ok(())
/// # }
/// ```
pub fn ddpm_sample(
    model: &dyn Denoiser,
    schedule: &NoiseSchedule,
    shape: impl Into<Shape>,
    guidance: Option<&Guidance>,
    device: &Device,
) -> Result<Tensor> {
    let start = randn(0.0, 1.0, shape, device)?;
    let mut steps = (0..schedule.steps()).rev();
    steps.try_fold(start, |x, t| ddpm_step(model, schedule, &x, t, guidance))
}

/// A step back without noise (Song et al. 2021), from step `t` to the earlier step `to`, or to the
/// example itself if there is none: with `ε = ε_θ(xₜ, t)` and the example that it makes believe,
/// `x̂ = (xₜ − √(1 − ᾱₜ) ε) / √ᾱₜ`, it is `√ᾱ x̂ + √(1 − ᾱ) ε` with the `ᾱ` of `to`.
///
/// # Shapes
/// - `x`: `(n, …)`; output the same
///
/// # Errors
/// If there are no such steps, or the model does not fit.
pub fn ddim_step(
    model: &dyn Denoiser,
    schedule: &NoiseSchedule,
    x: &Tensor,
    (t, to): (usize, Option<usize>),
    guidance: Option<&Guidance>,
) -> Result<Tensor> {
    if t >= schedule.steps() || to.is_some_and(|to| to >= t) {
        bail!("there is no way from step {t} to {to:?} in {} steps", schedule.steps());
    }
    let alpha_bar = |t: usize| schedule.alpha_bars()[t];
    let (from, to) = (alpha_bar(t), to.map_or(1.0, alpha_bar));
    let noise = predict(model, x, t, guidance)?;
    let example = ((x - (&noise * (1.0 - from).sqrt())?)? / from.sqrt())?;
    (example * to.sqrt())? + (noise * (1.0 - to).sqrt())?
}

/// Examples of a shape `(n, …)`, by `steps` of [`ddim_step`], evenly spread over the schedule.
///
/// # Errors
/// If there are no steps or more than the schedule has, or the model does not fit.
pub fn ddim_sample(
    model: &dyn Denoiser,
    schedule: &NoiseSchedule,
    steps: usize,
    shape: impl Into<Shape>,
    guidance: Option<&Guidance>,
    device: &Device,
) -> Result<Tensor> {
    let all = schedule.steps();
    if steps == 0 || steps > all {
        bail!("a schedule of {all} steps cannot be walked in {steps}");
    }
    let mut x = randn(0.0, 1.0, shape, device)?;
    for left in (1..=steps).rev() {
        let step = |left: usize| left.checked_sub(1).map(|_| left * all / steps - 1);
        let from = left * all / steps - 1;
        x = ddim_step(model, schedule, &x, (from, step(left - 1)), guidance)?;
    }
    Ok(x)
}
