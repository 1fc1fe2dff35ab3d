//! Gradient descent.

use super::{Common, Optimizer, Parameter, fused, mix, optimizer};
use candle_core::backprop::GradStore;
use candle_core::{Result, Tensor, Var};

/// Gradient descent: `v ← μ v + g`, `w ← w − η v`, as in PyTorch.
#[derive(Debug)]
pub struct Sgd {
    common: Common,
    momentum: f64,
    nesterov: bool,
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
        let common = Common::new(vars, lr);
        Self { common, momentum: 0.0, nesterov: false }
    }

    /// Remembers past gradients with factor `momentum`, `μ` above.
    pub fn with_momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }

    /// Momentum that looks ahead (Nesterov 1983): `w ← w − η (g + μ v)`.
    pub fn with_nesterov(mut self, momentum: f64) -> Self {
        self.nesterov = true;
        self.with_momentum(momentum)
    }

    fn rule(&self) -> impl Fn(&mut Parameter, Tensor) -> Result<()> + use<> {
        let (lr, momentum, nesterov) = (self.common.lr, self.momentum, self.nesterov);
        let decay = self.common.weight_decay;
        move |parameter, g| {
            let (lr, g) = (lr * parameter.pace, parameter.decayed(g, decay)?);
            if momentum == 0.0 && fused::descend(&parameter.var, &g, lr)? {
                return Ok(());
            }
            parameter.set(|w, [velocity, _]| {
                if momentum == 0.0 {
                    return w - (g * lr)?;
                }
                let v = velocity.insert(mix(velocity.as_ref(), momentum, &g, 1.0)?);
                let change = if nesterov { (g + (&*v * momentum)?)? } else { v.clone() };
                w - (change * lr)?
            })
        }
    }
}

optimizer!(Sgd, &["momentum_buffer"], "Adds `weight_decay · w` to the gradient.");
