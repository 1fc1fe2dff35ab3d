//! Optimisers: how parameters follow their gradients.

mod adam;
mod adaptive;
mod clip;
mod descent;
mod fused;
mod schedule;
mod state;

pub use adam::Adam;
pub use adaptive::{AdaDelta, Adagrad, RmsProp};
pub use clip::clip_gradients;
pub use descent::Sgd;
pub use schedule::Schedule;

use candle_core::backprop::GradStore;
use candle_core::{Result, Tensor, Var};

/// Changes parameters so that a loss falls.
pub trait Optimizer {
    /// Moves every parameter that has a gradient.
    ///
    /// # Errors
    /// If a gradient does not fit its parameter.
    fn step(&mut self, gradients: &GradStore) -> Result<()>;

    /// The learning rate.
    fn lr(&self) -> f64;

    /// Changes the learning rate.
    fn set_lr(&mut self, lr: f64);

    /// What it remembers, by name: the learning rate, the number of steps, past gradients.
    ///
    /// # Errors
    /// If the device has no room.
    fn state(&self) -> Result<Vec<(String, Tensor)>>;

    /// Goes on from what [`Self::state`] gave for an optimiser of the same kind and parameters.
    ///
    /// # Errors
    /// If the state is of another kind or shape. Nothing is changed then.
    fn set_state(&mut self, state: &[(String, Tensor)]) -> Result<()>;

    /// Differentiates a scalar loss and makes a step.
    ///
    /// # Errors
    /// As for [`Self::step`].
    fn backward_step(&mut self, loss: &Tensor) -> Result<()> {
        self.step(&loss.backward()?)
    }
}

/// What all optimisers have.
#[derive(Debug)]
struct Common {
    parameters: Vec<Parameter>,
    lr: f64,
    /// The largest length of all gradients together.
    clip: Option<f64>,
    steps: i32,
}

/// A parameter and what is remembered of its gradients.
#[derive(Debug)]
struct Parameter {
    var: Var,
    memory: Memory,
    means: Option<fused::Means>,
}

/// Two running means, or whatever an optimiser remembers.
type Memory = [Option<Tensor>; 2];

impl Common {
    fn new(vars: Vec<Var>, lr: f64) -> Self {
        let parameter = |var| Parameter { var, memory: [None, None], means: None };
        Self { parameters: vars.into_iter().map(parameter).collect(), lr, clip: None, steps: 0 }
    }

    /// Calls `rule(parameter, gradient)` for every parameter that has a gradient.
    fn step(
        &mut self,
        gradients: &GradStore,
        rule: impl Fn(&mut Parameter, Tensor) -> Result<()>,
    ) -> Result<()> {
        self.steps += 1;
        let factor = match self.clip {
            Some(largest) => clip::factor(clip::length(gradients, self.vars())?, largest),
            None => 1.0,
        };
        for parameter in &mut self.parameters {
            let Some(gradient) = gradients.get(&parameter.var) else { continue };
            let gradient = gradient.detach();
            let gradient = if factor < 1.0 { (gradient * factor)? } else { gradient };
            rule(parameter, gradient)?;
        }
        Ok(())
    }

    fn vars(&self) -> impl Iterator<Item = &Var> {
        self.parameters.iter().map(|parameter| &parameter.var)
    }
}

/// Sets a parameter to `rule(value, gradient, memory)`.
fn each(
    rule: impl Fn(&Tensor, Tensor, &mut Memory) -> Result<Tensor>,
) -> impl Fn(&mut Parameter, Tensor) -> Result<()> {
    move |Parameter { var, memory, .. }, gradient| {
        var.set(&rule(&var.as_detached_tensor(), gradient, memory)?)
    }
}

/// `decay · old + gain · new`; no old value counts as 0.
fn mix(old: Option<&Tensor>, decay: f64, new: &Tensor, gain: f64) -> Result<Tensor> {
    let new = (new * gain)?;
    match old {
        Some(old) => (old * decay)? + new,
        None => Ok(new),
    }
}

/// What an optimiser that has `common` and `rule` does as all of them do.
macro_rules! optimizer {
    ($name:ident) => {
        impl $name {
            /// Shortens all gradients together to a length of at most `length` before each step,
            /// see [`clip_gradients`](crate::clip_gradients()).
            pub fn with_clip(mut self, length: f64) -> Self {
                self.common.clip = Some(length);
                self
            }
        }

        impl Optimizer for $name {
            fn step(&mut self, gradients: &GradStore) -> Result<()> {
                let rule = self.rule();
                self.common.step(gradients, rule)
            }

            fn lr(&self) -> f64 {
                self.common.lr
            }

            fn set_lr(&mut self, lr: f64) {
                self.common.lr = lr;
            }

            fn state(&self) -> Result<Vec<(String, Tensor)>> {
                self.common.state(stringify!($name))
            }

            fn set_state(&mut self, state: &[(String, Tensor)]) -> Result<()> {
                self.common.set_state(stringify!($name), state)
            }
        }
    };
}
use optimizer;
