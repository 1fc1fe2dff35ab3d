//! Optimisers: how parameters follow their gradients.

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

    /// Differentiates a scalar loss and makes a step.
    ///
    /// # Errors
    /// As for [`Self::step`].
    fn backward_step(&mut self, loss: &Tensor) -> Result<()> {
        self.step(&loss.backward()?)
    }
}

/// A parameter and what is remembered of its gradients.
#[derive(Debug)]
struct Moving {
    var: Var,
    mean: Option<Tensor>,
    square: Option<Tensor>,
}

fn moving(vars: Vec<Var>) -> Vec<Moving> {
    vars.into_iter().map(|var| Moving { var, mean: None, square: None }).collect()
}

/// `decay · old + gain · new`; no old value counts as 0.
fn mix(old: Option<&Tensor>, decay: f64, new: &Tensor, gain: f64) -> Result<Tensor> {
    let new = (new * gain)?;
    match old {
        Some(old) => (old * decay)? + new,
        None => Ok(new),
    }
}

/// Gradient descent: `v ← μ v + g`, `w ← w − η v`, as in PyTorch.
#[derive(Debug)]
pub struct Sgd {
    parameters: Vec<Moving>,
    lr: f64,
    momentum: f64,
}

impl Sgd {
    /// Plain descent with learning rate `lr`.
    ///
    /// ```
    /// # use candlelab_nn::{Device, Optimizer, Result, Sgd, Tensor, Var};
    /// # fn main() -> Result<()> {
    /// let w = Var::new(3f32, &Device::Cpu)?;
    /// Sgd::new(vec![w.clone()], 0.1).backward_step(&w.sqr()?)?; // 3 − 0.1 · 6
    /// assert!((w.to_scalar::<f32>()? - 2.4).abs() < 1e-6);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(vars: Vec<Var>, lr: f64) -> Self {
        Self { parameters: moving(vars), lr, momentum: 0.0 }
    }

    /// Remembers past gradients with factor `momentum`, `μ` above.
    pub fn with_momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }
}

impl Optimizer for Sgd {
    fn step(&mut self, gradients: &GradStore) -> Result<()> {
        for parameter in &mut self.parameters {
            let Some(gradient) = gradients.get(&parameter.var) else { continue };
            let gradient = gradient.detach();
            let velocity = if self.momentum == 0.0 {
                gradient
            } else {
                let velocity = mix(parameter.mean.as_ref(), self.momentum, &gradient, 1.0)?;
                parameter.mean.insert(velocity).clone()
            };
            let var = &parameter.var;
            var.set(&(var.as_detached_tensor() - (velocity * self.lr)?)?)?;
        }
        Ok(())
    }

    fn lr(&self) -> f64 {
        self.lr
    }

    fn set_lr(&mut self, lr: f64) {
        self.lr = lr;
    }
}

/// Adam (Kingma and Ba 2015): `m ← β₁ m + (1−β₁) g`, `s ← β₂ s + (1−β₂) g²`,
/// `w ← w − η m̂ / (√ŝ + ε)` with `m̂ = m/(1−β₁ᵗ)`, `ŝ = s/(1−β₂ᵗ)`; β₁ = .9, β₂ = .999, ε = 1e-8.
///
/// With weight decay λ it is AdamW (Loshchilov and Hutter 2019): first `w ← w − η λ w`.
#[derive(Debug)]
pub struct Adam {
    parameters: Vec<Moving>,
    lr: f64,
    weight_decay: f64,
    steps: i32,
}

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

impl Adam {
    /// Adam with learning rate `lr`.
    ///
    /// ```
    /// # use candlelab_nn::{Adam, Device, Optimizer, Result, Tensor, Var};
    /// # fn main() -> Result<()> {
    /// let w = Var::new(3f32, &Device::Cpu)?;
    /// Adam::new(vec![w.clone()], 0.1).backward_step(&w.sqr()?)?; // the first step is ±lr
    /// assert!((w.to_scalar::<f32>()? - 2.9).abs() < 1e-6);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(vars: Vec<Var>, lr: f64) -> Self {
        Self { parameters: moving(vars), lr, weight_decay: 0.0, steps: 0 }
    }

    /// Shrinks the parameters by `lr · weight_decay` at each step, which makes it AdamW.
    pub fn with_weight_decay(mut self, weight_decay: f64) -> Self {
        self.weight_decay = weight_decay;
        self
    }
}

impl Optimizer for Adam {
    fn step(&mut self, gradients: &GradStore) -> Result<()> {
        self.steps += 1;
        let mean_scale = 1.0 / (1.0 - BETA1.powi(self.steps));
        let square_scale = 1.0 / (1.0 - BETA2.powi(self.steps));
        for parameter in &mut self.parameters {
            let Some(gradient) = gradients.get(&parameter.var) else { continue };
            let gradient = gradient.detach();
            let mean = mix(parameter.mean.as_ref(), BETA1, &gradient, 1.0 - BETA1)?;
            let square = mix(parameter.square.as_ref(), BETA2, &gradient.sqr()?, 1.0 - BETA2)?;
            let size = ((&square * square_scale)?.sqrt()? + EPSILON)?;
            let change = ((&mean * (self.lr * mean_scale))? / size)?;
            let var = &parameter.var;
            let kept = (var.as_detached_tensor() * (1.0 - self.lr * self.weight_decay))?;
            var.set(&(kept - change)?)?;
            parameter.mean = Some(mean);
            parameter.square = Some(square);
        }
        Ok(())
    }

    fn lr(&self) -> f64 {
        self.lr
    }

    fn set_lr(&mut self, lr: f64) {
        self.lr = lr;
    }
}
