//! A normalising flow: a density that can be computed and drawn from.

use crate::mlp::mlp;
use candle_core::{D, Device, Module, Result, Tensor, Var, bail};
use candlelab_nn::{Activation, Parameters, Sequential, randn, tanh};
use std::f64::consts::TAU;

/// What a [`Flow`] is; see [`FlowConfig::plane`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowConfig {
    /// Numbers in an example, at least 2.
    pub inputs: usize,
    /// Coupling layers; neighbours change different halves, so there should be at least 2.
    pub layers: usize,
    /// Width of the two hidden layers in each coupling.
    pub hidden: usize,
}

impl FlowConfig {
    /// For densities in the plane: 7,116 parameters.
    pub fn plane() -> Self {
        Self { inputs: 2, layers: 6, hidden: 32 }
    }
}

/// An invertible map that keeps the first half `a` of its input and moves the second,
/// `b ↦ b · exp(s(a)) + t(a)`; the logarithm of its Jacobian's determinant is `Σ s(a)`.
///
/// `s` goes through tanh, so that one layer stretches by at most e.
#[derive(Clone, Debug)]
struct Coupling {
    net: Sequential,
    kept: usize,
}

impl Coupling {
    fn scale_and_shift(&self, a: &Tensor) -> Result<(Tensor, Tensor)> {
        let both = self.net.forward(a)?; // (batch, 2 · moved)
        let moved = both.dim(1)? / 2;
        Ok((tanh(&both.narrow(1, 0, moved)?)?, both.narrow(1, moved, moved)?))
    }

    /// The output with its halves swapped, for the next layer to move the other one, and
    /// `ln |det J|`, `(batch)`.
    fn forward(&self, x: &Tensor) -> Result<(Tensor, Tensor)> {
        let (a, b) = (x.narrow(1, 0, self.kept)?, x.narrow(1, self.kept, x.dim(1)? - self.kept)?);
        let (s, t) = self.scale_and_shift(&a.contiguous()?)?;
        let b = ((b * s.exp()?)? + t)?;
        Ok((Tensor::cat(&[b, a], 1)?, s.sum(1)?))
    }

    fn inverse(&self, y: &Tensor) -> Result<Tensor> {
        let moved = y.dim(1)? - self.kept;
        let (b, a) = (y.narrow(1, 0, moved)?, y.narrow(1, moved, self.kept)?);
        let (s, t) = self.scale_and_shift(&a.contiguous()?)?;
        let b = ((b - t)? * s.neg()?.exp()?)?;
        Tensor::cat(&[a, b], 1)
    }
}

/// RealNVP (Dinh et al. 2017) for rows of numbers: an invertible `z = f(x)` to `N(0, 1)`, whose
/// density is `ln p(x) = ln N(z; 0, 1) + ln |det ∂f/∂x|`.
///
/// Other than the paper's it has no normalisation between the layers, and tanh in its networks.
#[derive(Clone, Debug)]
pub struct Flow {
    layers: Vec<Coupling>,
    inputs: usize,
    device: Device,
}

impl Flow {
    /// Random weights, as [`Linear`](candlelab_nn::Linear) draws them.
    ///
    /// # Errors
    /// If an example has fewer than 2 numbers, or the device has no room.
    ///
    /// ```
    /// # use candlelab_models::{Flow, FlowConfig};
    /// # use candlelab_nn::{Device, Result, parameter_count, randn};
    /// # fn main() -> Result<()> {
    /// let flow = Flow::new(&FlowConfig::plane(), &Device::Cpu)?;
    /// assert_eq!(parameter_count(&flow.vars()), 7_116);
    /// let x = randn(0.0, 1.0, (5, 2), &Device::Cpu)?;
    /// let (z, log_det) = flow.forward(&x)?;
    /// assert_eq!(log_det.dims(), [5]);
    /// let error = (flow.inverse(&z)? - x)?.abs()?.max_all()?.to_scalar::<f32>()?;
    /// assert!(error < 1e-5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(config: &FlowConfig, device: &Device) -> Result<Self> {
        let &FlowConfig { inputs, layers, hidden } = config;
        if inputs < 2 {
            bail!("a coupling needs two halves of at least one number, got {config:?}");
        }
        let half = inputs / 2;
        let layer = |at: usize| {
            let kept = if at.is_multiple_of(2) { half } else { inputs - half };
            let widths = [kept, hidden, hidden, 2 * (inputs - kept)];
            Ok(Coupling { net: mlp(&widths, Activation::Tanh, device)?, kept })
        };
        let layers = (0..layers).map(layer).collect::<Result<_>>()?;
        Ok(Self { layers, inputs, device: device.clone() })
    }

    /// `z = f(x)` and `ln |det ∂f/∂x|`.
    ///
    /// # Shapes
    /// - `x`: `(batch, inputs)`; output: `(batch, inputs)` and `(batch)`
    ///
    /// # Errors
    /// If the examples have another size.
    pub fn forward(&self, x: &Tensor) -> Result<(Tensor, Tensor)> {
        let (n, inputs) = x.dims2()?;
        if inputs != self.inputs {
            bail!("shape mismatch in Flow, x: {:?}, made for (batch, {})", x.dims(), self.inputs);
        }
        let mut log_det = Tensor::zeros(n, x.dtype(), x.device())?;
        let mut z = x.clone();
        for layer in &self.layers {
            let (next, own) = layer.forward(&z)?;
            (z, log_det) = (next, (log_det + own)?);
        }
        Ok((z, log_det))
    }

    /// `x = f⁻¹(z)`, `(batch, inputs)` both.
    ///
    /// # Errors
    /// If `z` has another size.
    pub fn inverse(&self, z: &Tensor) -> Result<Tensor> {
        self.layers.iter().rev().try_fold(z.clone(), |z, layer| layer.inverse(&z))
    }

    /// `ln p(x)` in nats, `(batch)`, of examples `(batch, inputs)`.
    ///
    /// # Errors
    /// If the examples have another size.
    pub fn log_density(&self, x: &Tensor) -> Result<Tensor> {
        let (z, log_det) = self.forward(x)?;
        let normal = ((z.sqr()? + TAU.ln())?.sum(D::Minus1)? * -0.5)?; // ln N(z; 0, 1)
        normal + log_det
    }

    /// What an optimiser lowers: the mean of `−ln p(x)`, in nats an example.
    ///
    /// # Errors
    /// If the examples have another size.
    pub fn loss(&self, x: &Tensor) -> Result<Tensor> {
        self.log_density(x)?.mean_all()?.neg()
    }

    /// New examples, `(n, inputs)`: `f⁻¹` of draws from `N(0, 1)`.
    ///
    /// # Errors
    /// If the device has no room.
    pub fn sample(&self, n: usize) -> Result<Tensor> {
        self.inverse(&randn(0.0, 1.0, (n, self.inputs), &self.device)?)
    }

    /// Its parameters, by name.
    pub fn parameters(&self) -> Parameters {
        Parameters::new().with_layers("layers", self.layers.iter().map(|layer| &layer.net))
    }

    /// The parameters that an optimiser trains.
    pub fn vars(&self) -> Vec<Var> {
        self.parameters().vars()
    }
}
