//! How much noise there is when.

use candle_core::{Result, Tensor, bail};
use std::f64::consts::FRAC_PI_2;

/// The noise of each step: `q(xₜ|xₜ₋₁) = N(√(1 − βₜ) xₜ₋₁, βₜ)`, so that at once
/// `q(xₜ|x₀) = N(√ᾱₜ x₀, 1 − ᾱₜ)` with `ᾱₜ = Π (1 − βₛ)` over all `s` up to `t`.
///
/// Steps are counted from 0, the least noise, to `steps − 1`. Samplers start from `N(0, 1)`, so the
/// last `ᾱ` should be near 0.
#[derive(Clone, Debug, PartialEq)]
pub struct NoiseSchedule {
    betas: Vec<f64>,
    alpha_bars: Vec<f64>,
}

impl NoiseSchedule {
    /// The schedule with these `β`.
    ///
    /// # Errors
    /// If there is none, or one is not between 0 and 1.
    ///
    /// ```
    /// # use candlelab_models::NoiseSchedule;
    /// let schedule = NoiseSchedule::new(&[0.5, 0.2])?;
    /// assert_eq!(schedule.alpha_bars(), [0.5, 0.4]);
    /// # Ok::<(), candle_core::Error>(())
    /// ```
    pub fn new(betas: &[f64]) -> Result<Self> {
        if betas.is_empty() {
            bail!("a noise schedule needs at least one step");
        }
        if let Some(beta) = betas.iter().find(|beta| !(**beta > 0.0 && **beta < 1.0)) {
            bail!("each step of a noise schedule has a variance between 0 and 1, got {beta}");
        }
        let product = |kept: &mut f64, beta: &f64| {
            *kept *= 1.0 - beta;
            Some(*kept)
        };
        Ok(Self { betas: betas.to_vec(), alpha_bars: betas.iter().scan(1.0, product).collect() })
    }

    /// `β` in even steps from `first` to `last` (Ho et al. 2020: 1000 steps from 1e-4 to .02).
    ///
    /// # Errors
    /// If there is no step, or a `β` is not between 0 and 1.
    pub fn linear(steps: usize, first: f64, last: f64) -> Result<Self> {
        let stride = (last - first) / steps.saturating_sub(1).max(1) as f64;
        Self::new(&(0..steps).map(|at| first + stride * at as f64).collect::<Vec<_>>())
    }

    /// `ᾱ` along a squared cosine (Nichol and Dhariwal 2021):
    /// `ᾱₜ = cos²((u + s) / (1 + s) · π/2) / cos²(s / (1 + s) · π/2)` with `u` the part of the steps
    /// that is done and `s = .008`; `β` at most .999.
    ///
    /// The first step back has that .999, which multiplies the errors of a model by 32: for images the
    /// result is usually clipped; for a small model take [`linear`](Self::linear).
    ///
    /// # Errors
    /// If there is no step.
    pub fn cosine(steps: usize) -> Result<Self> {
        let s = 0.008;
        let kept = |done: usize| {
            let u = done as f64 / steps as f64;
            ((u + s) / (1.0 + s) * FRAC_PI_2).cos().powi(2)
        };
        let beta = |at: usize| (1.0 - kept(at + 1) / kept(at)).min(0.999);
        Self::new(&(0..steps).map(beta).collect::<Vec<_>>())
    }

    /// The schedule of a well-known demonstration with coins: 50 steps from 1e-4 to .02. Its fault
    /// is that `ᾱ` ends at .603, so that sampling starts from noise that it never saw.
    ///
    /// # Errors
    /// None in practice.
    pub fn coin() -> Result<Self> {
        Self::linear(50, 1e-4, 0.02)
    }

    /// The same mended: up to .2, so that `ᾱ` ends at .005.
    ///
    /// # Errors
    /// None in practice.
    pub fn coin_mended() -> Result<Self> {
        Self::linear(50, 1e-4, 0.2)
    }

    /// How many steps there are, `T`.
    pub fn steps(&self) -> usize {
        self.betas.len()
    }

    /// The variance of the noise that each step adds.
    pub fn betas(&self) -> &[f64] {
        &self.betas
    }

    /// How much of the example's variance is left after each step.
    pub fn alpha_bars(&self) -> &[f64] {
        &self.alpha_bars
    }

    /// `xₜ = √ᾱₜ x₀ + √(1 − ᾱₜ) ε`.
    ///
    /// # Shapes
    /// - `x` and `noise`: `(batch, …)`; `t`: u32, `(batch)`; output: as `x`
    ///
    /// # Errors
    /// If the shapes differ, or there is no such step.
    pub fn add_noise(&self, x: &Tensor, t: &Tensor, noise: &Tensor) -> Result<Tensor> {
        let (signal, spread) = self.at(t, x)?;
        x.broadcast_mul(&signal)? + noise.broadcast_mul(&spread)?
    }

    /// What was added to `x₀`: `ε = (xₜ − √ᾱₜ x₀) / √(1 − ᾱₜ)`, the inverse of
    /// [`add_noise`](Self::add_noise).
    ///
    /// # Errors
    /// If the shapes differ, or there is no such step.
    pub fn noise_in(&self, noisy: &Tensor, x: &Tensor, t: &Tensor) -> Result<Tensor> {
        let (signal, spread) = self.at(t, x)?;
        (noisy - x.broadcast_mul(&signal)?)?.broadcast_div(&spread)
    }

    /// `√ᾱₜ` and `√(1 − ᾱₜ)`, `(batch, 1, …)` for examples like `x`.
    pub(super) fn at(&self, t: &Tensor, x: &Tensor) -> Result<(Tensor, Tensor)> {
        let shape = [&[t.dim(0)?], vec![1; x.rank() - 1].as_slice()].concat();
        let table = Tensor::new(self.alpha_bars.as_slice(), x.device())?;
        let alpha_bar = table.index_select(t, 0)?.reshape(shape)?;
        let signal = alpha_bar.sqrt()?.to_dtype(x.dtype())?;
        Ok((signal, (1.0 - alpha_bar)?.sqrt()?.to_dtype(x.dtype())?))
    }
}
