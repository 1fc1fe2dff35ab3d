//! Optimisers with a learning rate of its own for each number.

use super::{Common, Optimizer, Parameter, mix, optimizer};
use candle_core::backprop::GradStore;
use candle_core::{Result, Tensor, Var};

/// Adagrad (Duchi et al. 2011): `s ← s + g²`, `w ← w − η g / (√s + ε)`; ε = 1e-10.
#[derive(Debug)]
pub struct Adagrad {
    common: Common,
}

impl Adagrad {
    /// Adagrad with learning rate `lr`; PyTorch's default is .01.
    ///
    /// ```
    /// # use candlelab_nn::{Adagrad, Device, Optimizer, Result, Tensor, Var};
    /// # fn main() -> Result<()> {
    /// let w = Var::new(3f32, &Device::Cpu)?;
    /// Adagrad::new(vec![w.clone()], 0.1).backward_step(&w.sqr()?)?; // 3 − .1 · 6 / √36
    /// assert!((w.to_scalar::<f32>()? - 2.9).abs() < 1e-6);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(vars: Vec<Var>, lr: f64) -> Self {
        Self { common: Common::new(vars, lr) }
    }

    fn rule(&self) -> impl Fn(&mut Parameter, Tensor) -> Result<()> + use<> {
        let (lr, decay) = (self.common.lr, self.common.weight_decay);
        move |parameter, g| {
            let (lr, g) = (lr * parameter.pace, parameter.decayed(g, decay)?);
            parameter.set(|w, [sum, _]| {
                let s = sum.insert(mix(sum.as_ref(), 1.0, &g.sqr()?, 1.0)?);
                w - ((g * lr)? / (s.sqrt()? + 1e-10)?)?
            })
        }
    }
}

optimizer!(Adagrad, &["sum"], "Adds `weight_decay · w` to the gradient.");

/// RMSprop (Tieleman and Hinton 2012): `s ← α s + (1−α) g²`, `w ← w − η g / (√s + ε)`; α = .99,
/// ε = 1e-8.
#[derive(Debug)]
pub struct RmsProp {
    common: Common,
    alpha: f64,
    momentum: f64,
}

impl RmsProp {
    /// RMSprop with learning rate `lr`; PyTorch's default is .01.
    ///
    /// ```
    /// # use candlelab_nn::{RmsProp, Device, Optimizer, Result, Tensor, Var};
    /// # fn main() -> Result<()> {
    /// let w = Var::new(3f32, &Device::Cpu)?;
    /// RmsProp::new(vec![w.clone()], 0.1).backward_step(&w.sqr()?)?; // 3 − .1 · 6 / √(.01 · 36)
    /// assert!((w.to_scalar::<f32>()? - 2.0).abs() < 1e-5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(vars: Vec<Var>, lr: f64) -> Self {
        Self { common: Common::new(vars, lr), alpha: 0.99, momentum: 0.0 }
    }

    /// Another factor α.
    pub fn with_alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// Remembers past changes: `v ← μ v + g / (√s + ε)`, `w ← w − η v`.
    pub fn with_momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }

    fn rule(&self) -> impl Fn(&mut Parameter, Tensor) -> Result<()> + use<> {
        let (lr, decay) = (self.common.lr, self.common.weight_decay);
        let (alpha, momentum) = (self.alpha, self.momentum);
        move |parameter, g| {
            let (lr, g) = (lr * parameter.pace, parameter.decayed(g, decay)?);
            parameter.set(|w, [square, velocity]| {
                let s = square.insert(mix(square.as_ref(), alpha, &g.sqr()?, 1.0 - alpha)?);
                let change = (g / (s.sqrt()? + 1e-8)?)?;
                if momentum == 0.0 {
                    return w - (change * lr)?;
                }
                let v = velocity.insert(mix(velocity.as_ref(), momentum, &change, 1.0)?);
                w - (&*v * lr)?
            })
        }
    }
}

optimizer!(RmsProp, &["square_avg", "momentum_buffer"], "Adds `weight_decay · w` to the gradient.");

/// AdaDelta (Zeiler 2012): `s ← ρ s + (1−ρ) g²`, `d = √(a + ε) / √(s + ε) · g`,
/// `a ← ρ a + (1−ρ) d²`, `w ← w − η d`; ρ = .9, ε = 1e-6.
#[derive(Debug)]
pub struct AdaDelta {
    common: Common,
    rho: f64,
}

impl AdaDelta {
    /// AdaDelta with learning rate `lr`; its author needs none, that is 1.
    ///
    /// ```
    /// # use candlelab_nn::{AdaDelta, Device, Optimizer, Result, Tensor, Var};
    /// # fn main() -> Result<()> {
    /// let w = Var::new(3f64, &Device::Cpu)?;
    /// AdaDelta::new(vec![w.clone()], 1.0).backward_step(&w.sqr()?)?; // √1e-6 / √(3.6 + 1e-6) · 6
    /// assert!((w.to_scalar::<f64>()? - (3.0 - 1e-3 / 3.600001f64.sqrt() * 6.0)).abs() < 1e-9);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(vars: Vec<Var>, lr: f64) -> Self {
        Self { common: Common::new(vars, lr), rho: 0.9 }
    }

    /// Another factor ρ.
    pub fn with_rho(mut self, rho: f64) -> Self {
        self.rho = rho;
        self
    }

    fn rule(&self) -> impl Fn(&mut Parameter, Tensor) -> Result<()> + use<> {
        let (lr, decay, rho) = (self.common.lr, self.common.weight_decay, self.rho);
        move |parameter, g| {
            let (lr, g) = (lr * parameter.pace, parameter.decayed(g, decay)?);
            parameter.set(|w, [square, changes]| {
                let s = square.insert(mix(square.as_ref(), rho, &g.sqr()?, 1.0 - rho)?);
                let before = changes.as_ref().map_or_else(|| g.zeros_like(), |a| Ok(a.clone()))?;
                let ratio = ((before + 1e-6)?.sqrt()? / (&*s + 1e-6)?.sqrt()?)?;
                let d = (ratio * g)?;
                *changes = Some(mix(changes.as_ref(), rho, &d.sqr()?, 1.0 - rho)?);
                w - (d * lr)?
            })
        }
    }
}

optimizer!(AdaDelta, &["square_avg", "acc_delta"], "Adds `weight_decay · w` to the gradient.");
