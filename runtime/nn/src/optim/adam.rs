//! Adam.

use super::fused::{self, Step};
use super::{Common, Optimizer, Parameter, mix, optimizer};
use candle_core::backprop::GradStore;
use candle_core::{Result, Tensor, Var};

/// Adam (Kingma and Ba 2015): `m ← β₁ m + (1−β₁) g`, `s ← β₂ s + (1−β₂) g²`,
/// `w ← w − η m̂ / (√ŝ + ε)` with `m̂ = m/(1−β₁ᵗ)`, `ŝ = s/(1−β₂ᵗ)`; β₁ = .9, β₂ = .999, ε = 1e-8.
///
/// With weight decay λ it is AdamW (Loshchilov and Hutter 2019): first `w ← w − η λ w`.
///
/// ```
/// # use candlelab_nn::{Adam, Device, Layer, Linear, Result};
/// # fn main() -> Result<()> {
/// let (body, head) = (Linear::new(8, 4, &Device::Cpu)?, Linear::new(4, 2, &Device::Cpu)?);
/// let biases = vec![body.vars().remove(1), head.vars().remove(1)];
/// let adam = Adam::new(head.vars(), 1e-3)
///     .with_group(body.vars(), 0.1) // a tenth of the learning rate
///     .with_weight_decay(0.05)
///     .without_decay(biases);
/// # let _ = adam;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Adam {
    common: Common,
    betas: (f64, f64),
}

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
        Self { common: Common::new(vars, lr), betas: (0.9, 0.999) }
    }

    /// Other factors β₁ and β₂.
    pub fn with_betas(mut self, beta1: f64, beta2: f64) -> Self {
        self.betas = (beta1, beta2);
        self
    }

    fn rule(&self) -> impl Fn(&mut Parameter, Tensor) -> Result<()> + use<> {
        let (lr, t, (beta1, beta2)) = (self.common.lr, self.common.steps + 1, self.betas);
        let decay = self.common.weight_decay;
        move |parameter, gradient| {
            let (lr, decay) = (lr * parameter.pace, parameter.decay(decay));
            let step = Step {
                beta1,
                beta2,
                kept: 1.0 - lr * decay,
                rate: lr / (1.0 - beta1.powi(t)),
                square_scale: 1.0 / (1.0 - beta2.powi(t)),
                epsilon: 1e-8,
            };
            if parameter.means.is_none() {
                parameter.means = fused::means(&parameter.var, &parameter.memory)?;
            }
            match &mut parameter.means {
                Some(means) => fused::step(&parameter.var, &gradient, step, means),
                None => simple(parameter, gradient, step),
            }
        }
    }
}

/// A step by Candle's own operations.
fn simple(parameter: &mut Parameter, g: Tensor, step: Step) -> Result<()> {
    let Step { beta1, beta2, kept, rate, square_scale, epsilon } = step;
    parameter.set(|w, [mean, square]| {
        let m = mean.insert(mix(mean.as_ref(), beta1, &g, 1.0 - beta1)?);
        let s = square.insert(mix(square.as_ref(), beta2, &g.sqr()?, 1.0 - beta2)?);
        let size = ((&*s * square_scale)?.sqrt()? + epsilon)?;
        (w * kept)? - ((&*m * rate)? / size)?
    })
}

optimizer!(
    Adam,
    &["exp_avg", "exp_avg_sq"],
    "Shrinks the parameters by `lr · weight_decay` at each step, which makes it AdamW."
);

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    /// Halves have no pass of their own; f64 has.
    #[test]
    fn the_simple_form_is_the_fused_one() -> Result<()> {
        let end = |dtype| {
            let w =
                Var::from_tensor(&Tensor::new(&[0.5f32, -2.0], &Device::Cpu)?.to_dtype(dtype)?)?;
            let mut adam = Adam::new(vec![w.clone()], 0.1).with_weight_decay(0.1);
            for _ in 0..5 {
                adam.backward_step(&w.sqr()?.sum_all()?)?;
            }
            assert_eq!(adam.common.parameters[0].means.is_some(), dtype == DType::F64);
            w.to_dtype(DType::F64)?.to_vec1::<f64>()
        };
        for (simple, fused) in end(DType::BF16)?.into_iter().zip(end(DType::F64)?) {
            assert!((simple - fused).abs() < 0.03, "{simple} {fused}");
        }
        Ok(())
    }
}
