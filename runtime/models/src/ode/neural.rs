//! The neural ODE, whose slope is a net.

use super::{Solver, odeint, odeint_adjoint};
use crate::mlp::mlp;
use candle_core::{Device, Module, Result, Tensor, bail};
use candlelab_nn::{Activation, Layer, Parameters, Sequential, init, next_seed};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// How the gradient of a solution is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OdeGradient {
    /// Back through all steps of the solver, which have to be remembered.
    Backprop,
    /// By a second equation, see [`odeint_adjoint`].
    Adjoint,
}

/// What a [`NeuralOde`] is; see [`NeuralOdeConfig::plane`].
#[derive(Clone, Debug, PartialEq)]
pub struct NeuralOdeConfig {
    /// Numbers in a state.
    pub inputs: usize,
    /// Width of the hidden layer.
    pub hidden: usize,
    /// How the equation is solved.
    pub solver: Solver,
    /// How its gradient is computed.
    pub gradient: OdeGradient,
}

impl NeuralOdeConfig {
    /// For a state of place and velocity: 252 parameters.
    pub fn plane() -> Self {
        Self { inputs: 2, hidden: 50, solver: Solver::rk4(), gradient: OdeGradient::Backprop }
    }
}

/// `dx/dt = W₂ tanh(W₁ x + b₁) + b₂` (Chen et al. 2018). As a layer it is this slope; its
/// [`trajectory`](Self::trajectory) is the solution.
///
/// # Shapes
/// - input: `(…, inputs)`; output the same
#[derive(Clone, Debug)]
pub struct NeuralOde {
    field: Sequential,
    solver: Solver,
    gradient: OdeGradient,
}

impl NeuralOde {
    /// Weights from `N(0, .1²)` and biases of 0: almost no movement yet.
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_models::{NeuralOde, NeuralOdeConfig};
    /// # use candlelab_nn::{Device, Layer, Result, parameter_count, randn};
    /// # fn main() -> Result<()> {
    /// let model = NeuralOde::new(&NeuralOdeConfig::plane(), &Device::Cpu)?;
    /// assert_eq!(parameter_count(&model.vars()), 252);
    /// let starts = randn(0.0, 1.0, (20, 2), &Device::Cpu)?;
    /// assert_eq!(model.trajectory(&starts, &[0.0, 0.1, 0.2])?.dims(), [3, 20, 2]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(config: &NeuralOdeConfig, device: &Device) -> Result<Self> {
        let &NeuralOdeConfig { inputs, hidden, solver, gradient } = config;
        let field = mlp(&[inputs, hidden, inputs], Activation::Tanh, device)?;
        for var in field.vars() {
            init::normal(&var, if var.rank() == 2 { 0.1 } else { 0.0 })?;
        }
        Ok(Self { field, solver, gradient })
    }

    /// The states at all times, from `x` at the first one on.
    ///
    /// # Shapes
    /// - `x`: `(…, inputs)`; output: `(times, …, inputs)`
    ///
    /// # Errors
    /// As for [`odeint`].
    pub fn trajectory(&self, x: &Tensor, times: &[f64]) -> Result<Tensor> {
        match self.gradient {
            OdeGradient::Backprop => odeint(|_, x| self.forward(x), x, times, self.solver),
            OdeGradient::Adjoint => odeint_adjoint(&self.field, x, times, self.solver),
        }
    }
}

impl Module for NeuralOde {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.field.forward(x)
    }
}

impl Layer for NeuralOde {
    fn parameters(&self) -> Parameters {
        self.field.parameters()
    }
}

/// `count` pieces of a trajectory from random places on, `length` states each, for a model to learn
/// from; [`seed`](candlelab_nn::seed()) decides the places.
///
/// # Shapes
/// - `path`: `(times, inputs)`; output: `(length, count, inputs)`, whose first row has the starts
///
/// # Errors
/// If the trajectory is shorter than a piece.
///
/// ```
/// # use candlelab_models::trajectory_windows;
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let path = Tensor::new(&[[0f32], [1.0], [2.0], [3.0]], &Device::Cpu)?;
/// let windows = trajectory_windows(&path, 2, 5)?;
/// assert_eq!(windows.dims(), [2, 5, 1]);
/// let steps = (windows.get(1)? - windows.get(0)?)?;
/// assert_eq!(steps.to_vec2::<f32>()?, [[1.0]; 5]);
/// # Ok(())
/// # }
/// ```
pub fn trajectory_windows(path: &Tensor, length: usize, count: usize) -> Result<Tensor> {
    let (times, inputs) = path.dims2()?;
    if length == 0 || length > times {
        bail!("a trajectory of {times} times has no pieces of {length}");
    }
    let mut generator = StdRng::seed_from_u64(next_seed());
    let starts: Vec<u32> =
        (0..count).map(|_| generator.random_range(0..=(times - length) as u32)).collect();
    let places = (0..length as u32).flat_map(|at| starts.iter().map(move |start| start + at));
    let places = Tensor::from_iter(places, path.device())?;
    path.contiguous()?.index_select(&places, 0)?.reshape((length, count, inputs))
}
