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

use crate::backward::backward;
use candle_core::backprop::GradStore;
use candle_core::{DType, Result, Tensor, Var, bail};

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

    /// What it remembers, by name: the learning rate `lr`, the number of `steps`, and what it
    /// keeps of each parameter, as `0.exp_avg` of the first (PyTorch's words). Together with the
    /// parameters it is all that a training run needs to go on; see
    /// [`save_tensors`](crate::save_tensors()).
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::{Adam, Device, Optimizer, Result, Tensor, Var};
    /// # fn main() -> Result<()> {
    /// let w = Var::new(3f32, &Device::Cpu)?;
    /// let mut adam = Adam::new(vec![w.clone()], 0.1);
    /// adam.backward_step(&w.sqr()?)?;
    /// let mut other = Adam::new(vec![w.clone()], 0.5);
    /// other.set_state(&adam.state()?)?;
    /// let names: Vec<String> = other.state()?.into_iter().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["lr", "steps", "0.exp_avg", "0.exp_avg_sq"]);
    /// assert_eq!(other.lr(), 0.1);
    /// # Ok(())
    /// # }
    /// ```
    fn state(&self) -> Result<Vec<(String, Tensor)>>;

    /// Takes over what [`state`](Self::state) gave, of an optimiser of the same kind for the same
    /// parameters in the same order.
    ///
    /// # Errors
    /// If a name is missing or unknown, or a shape differs. Nothing is changed then.
    fn set_state(&mut self, state: &[(String, Tensor)]) -> Result<()>;

    /// Differentiates a scalar loss and makes a step.
    ///
    /// # Errors
    /// As for [`Self::step`], and if the loss is NaN or infinite: a step would make all parameters so.
    fn backward_step(&mut self, loss: &Tensor) -> Result<()> {
        check_finite(loss)?;
        self.step(&backward(loss)?)
    }
}

/// Fails if a loss is no number.
fn check_finite(loss: &Tensor) -> Result<()> {
    let value = match (loss.rank(), loss.dtype()) {
        (0, DType::F32) => f64::from(loss.to_scalar::<f32>()?),
        _ => loss.detach().to_dtype(DType::F64)?.sum_all()?.to_scalar()?,
    };
    if value.is_finite() {
        return Ok(());
    }
    bail!(
        "the loss is {value}; no step was made\nhint: a smaller learning rate often helps; `fit` also \
         tells in which batch and layer it began"
    )
}

/// What all optimisers have.
#[derive(Debug)]
struct Common {
    parameters: Vec<Parameter>,
    lr: f64,
    weight_decay: f64,
    /// The largest length of all gradients together.
    clip: Option<f64>,
    steps: i32,
}

/// A parameter and what is remembered of its gradients.
#[derive(Debug)]
struct Parameter {
    var: Var,
    /// How many times the learning rate it moves with.
    pace: f64,
    /// Whether weight decay shrinks it.
    shrinks: bool,
    memory: Memory,
    means: Option<fused::Means>,
}

/// Two running means, or whatever an optimiser remembers.
type Memory = [Option<Tensor>; 2];

impl Common {
    fn new(vars: Vec<Var>, lr: f64) -> Self {
        Self {
            parameters: vars.into_iter().map(Parameter::new).collect(),
            lr,
            weight_decay: 0.0,
            clip: None,
            steps: 0,
        }
    }

    /// The parameter that is `var`, appended if it is not there.
    fn parameter(&mut self, var: Var) -> &mut Parameter {
        let place = self.vars().position(|other| other.id() == var.id());
        let place = place.unwrap_or_else(|| {
            self.parameters.push(Parameter::new(var));
            self.parameters.len() - 1
        });
        &mut self.parameters[place]
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

impl Parameter {
    fn new(var: Var) -> Self {
        Self { var, pace: 1.0, shrinks: true, memory: [None, None], means: None }
    }

    /// The weight decay of its optimiser, if it is not left out.
    fn decay(&self, weight_decay: f64) -> f64 {
        if self.shrinks { weight_decay } else { 0.0 }
    }

    /// The gradient of `½ weight_decay ‖w‖²` on top of another.
    fn decayed(&self, gradient: Tensor, weight_decay: f64) -> Result<Tensor> {
        match self.decay(weight_decay) {
            0.0 => Ok(gradient),
            decay => gradient + (self.var.as_detached_tensor() * decay)?,
        }
    }

    /// Sets it to `rule(value, memory)`.
    fn set(&mut self, rule: impl FnOnce(&Tensor, &mut Memory) -> Result<Tensor>) -> Result<()> {
        self.var.set(&rule(&self.var.as_detached_tensor(), &mut self.memory)?)
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

/// What an optimiser that has `common` and `rule` does as all of them do, and what it remembers.
macro_rules! optimizer {
    ($name:ident, $memory:expr, $decay:literal) => {
        impl $name {
            #[doc = $decay]
            pub fn with_weight_decay(mut self, weight_decay: f64) -> Self {
                self.common.weight_decay = weight_decay;
                self
            }

            /// Leaves `vars` out of the weight decay, as is usual for biases and normalisation;
            /// they are trained all the same, whether they were given before or are new.
            pub fn without_decay(mut self, vars: Vec<Var>) -> Self {
                for var in vars {
                    self.common.parameter(var).shrinks = false;
                }
                self
            }

            /// Moves `vars` with `pace` times the learning rate, whether they were given before or
            /// are new: less for layers that have learnt already, 0 for those to leave alone.
            pub fn with_group(mut self, vars: Vec<Var>, pace: f64) -> Self {
                for var in vars {
                    self.common.parameter(var).pace = pace;
                }
                self
            }

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
                self.common.state($memory)
            }

            fn set_state(&mut self, state: &[(String, Tensor)]) -> Result<()> {
                self.common.set_state($memory, state)
            }
        }
    };
}
use optimizer;
