//! Denoisers of a coin's measured tosses.

use super::{Denoiser, NoiseSchedule, without_classes};
use crate::mlp::mlp;
use candle_core::{D, DType, Device, Module, Result, Tensor, Var};
use candlelab_nn::{Activation, Layer, Parameters, Sequential, sigmoid};

/// A net that learns the noise in single numbers: an MLP 2-128-128-128-1 with rectifiers, of `x` and
/// `t / (T − 1) − ½`; 33,537 parameters.
#[derive(Clone, Debug)]
pub struct CoinDenoiser {
    net: Sequential,
    steps: usize,
}

impl CoinDenoiser {
    /// A net with random weights for a schedule of `steps` steps.
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_models::CoinDenoiser;
    /// # use candlelab_nn::{Device, Result, parameter_count};
    /// # fn main() -> Result<()> {
    /// assert_eq!(parameter_count(&CoinDenoiser::new(50, &Device::Cpu)?.vars()), 33_537);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(steps: usize, device: &Device) -> Result<Self> {
        Ok(Self { net: mlp(&[2, 128, 128, 128, 1], Activation::Relu, device)?, steps })
    }

    /// Its parameters, by name.
    pub fn parameters(&self) -> Parameters {
        self.net.parameters()
    }

    /// The parameters that an optimiser trains.
    pub fn vars(&self) -> Vec<Var> {
        self.net.vars()
    }
}

impl Denoiser for CoinDenoiser {
    fn predict_noise(&self, x: &Tensor, t: &Tensor, labels: Option<&Tensor>) -> Result<Tensor> {
        without_classes(labels)?;
        let last = self.steps.saturating_sub(1).max(1) as f64;
        let time = t.to_dtype(x.dtype())?.affine(1.0 / last, -0.5)?.unsqueeze(1)?; // (batch, 1)
        self.net.forward(&Tensor::cat(&[x, &time], D::Minus1)?) // (batch, 1)
    }
}

/// What no net can better: the mean of all noise that could have made `x` out of a toss, which is
/// from `N(m, s²)` with `m = ¾` for heads, of probability `p`, and `−¾` for tails; `s = .05`.
#[derive(Clone, Debug, PartialEq)]
pub struct IdealCoinDenoiser {
    /// The probability of heads.
    pub p: f64,
    /// How much noise there is when.
    pub schedule: NoiseSchedule,
}

/// Where heads lie.
const MEAN: f64 = 0.75;

/// How far tosses lie apart.
const VARIANCE: f64 = 0.05 * 0.05;

impl Denoiser for IdealCoinDenoiser {
    fn predict_noise(&self, x: &Tensor, t: &Tensor, labels: Option<&Tensor>) -> Result<Tensor> {
        without_classes(labels)?;
        let x = x.to_dtype(DType::F64)?; // (batch, 1)
        let (signal, spread) = self.schedule.at(t, &x)?; // (batch, 1) each
        let variance = ((signal.sqr()? * VARIANCE)? + spread.sqr()?)?; // of xₜ, given its side
        let logit =
            ((&x * &signal)? / &variance)?.affine(2.0 * MEAN, (self.p / (1.0 - self.p)).ln())?;
        let heads = sigmoid(&logit)?; // p(heads | xₜ)
        let mean = heads.affine(2.0 * MEAN, -MEAN)?; // of the side's m, given xₜ
        let gain = ((&signal * VARIANCE)? / variance)?;
        let example = (&mean + (gain * (&x - (signal * &mean)?)?)?)?; // E[x₀ | xₜ]
        self.schedule.noise_in(&x, &example, t)?.to_dtype(DType::F32)
    }
}
