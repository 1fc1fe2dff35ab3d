//! Gradients of variables without Candle's sums.

use candle_core::backprop::GradStore;
use candle_core::{Result, Tensor};
use std::cell::RefCell;

thread_local! {
    /// What has been found for each variable, in the innermost [`backward`] last.
    static FOUND: RefCell<Vec<Vec<(Tensor, Tensor)>>> = const { RefCell::new(Vec::new()) };
}

/// How many times [`backward`] is under way in this thread.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Depth(usize);

impl Depth {
    pub fn now() -> Self {
        Self(FOUND.with_borrow(Vec::len))
    }

    /// What an operation that was done at this depth returns to Candle as the gradient of `x`:
    /// nothing if `x` is a variable and [`backward`] has asked, which then gets it at once.
    ///
    /// An operation done since it asked belongs to something else that is differentiated meanwhile,
    /// as in [a gradient that needs gradients](https://arxiv.org/abs/1806.07366).
    pub fn hand_over(self, x: &Tensor, gradient: Option<Tensor>) -> Option<Tensor> {
        if !x.is_variable() || self >= Self::now() {
            return gradient;
        }
        if let Some(gradient) = gradient {
            let pair = (x.clone(), gradient.detach());
            FOUND.with_borrow_mut(|found| found.last_mut().map(|found| found.push(pair)));
        }
        None
    }
}

/// Forgets what has been found also where Candle fails.
struct End;

impl Drop for End {
    fn drop(&mut self) {
        FOUND.with_borrow_mut(Vec::pop);
    }
}

/// As [`Tensor::backward`], in less time and memory: the gradients of variables that come from this
/// crate's operations are kept as they are, not added to zeros.
///
/// # Errors
/// As for [`Tensor::backward`].
///
/// ```
/// # use candlelab_nn::{Device, Result, Var, backward, tanh};
/// # fn main() -> Result<()> {
/// let w = Var::new(0f32, &Device::Cpu)?;
/// let gradients = backward(&tanh(&w)?)?;
/// assert_eq!(gradients.get(&w).unwrap().to_scalar::<f32>()?, 1.0);
/// # Ok(())
/// # }
/// ```
pub fn backward(loss: &Tensor) -> Result<GradStore> {
    let end = End;
    FOUND.with_borrow_mut(|found| found.push(Vec::new()));
    let mut gradients = loss.backward()?;
    let found = FOUND.with_borrow_mut(|found| found.last_mut().map(std::mem::take));
    drop(end);
    for (var, gradient) in found.unwrap_or_default() {
        let sum = match gradients.remove(&var) {
            Some(other) => (other + gradient)?,
            None => gradient,
        };
        gradients.insert(&var, sum);
    }
    Ok(gradients)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Device, Layer, Linear, Module, linear, tanh};
    use candle_core::{CpuStorage, CustomOp1, Layout, Shape, Var, bail};

    /// The identity, whose gradient is times that of `tanh(w)`, which it finds by itself.
    struct Nested(Var, fn(&Tensor) -> Result<GradStore>);

    impl CustomOp1 for Nested {
        fn name(&self) -> &'static str {
            "nested"
        }

        fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
            Ok((storage.clone(), layout.shape().clone()))
        }

        fn bwd(&self, _: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
            let inner = (self.1)(&tanh(&self.0)?)?;
            let Some(slope) = inner.get(&self.0) else { bail!("the inner gradient is lost") };
            Ok(Some((gradient * slope)?))
        }
    }

    fn number(tensor: Option<&Tensor>) -> f32 {
        tensor.expect("a gradient").to_scalar().expect("a number")
    }

    #[test]
    fn gradients_are_those_of_candle() -> Result<()> {
        let layer = Linear::new(40, 40, &Device::Cpu)?;
        let w = &layer.vars()[0];
        let x = Var::rand(-1f32, 1.0, (500, 40), &Device::Cpu)?;
        // `w` by one node, by an operation of ours, and by Candle's own.
        let y = crate::ops::one_node(|| tanh(&layer.forward(&x)?))?;
        let loss = (linear(&y, w, None)?.sqr()?.mean_all()? + w.sqr()?.sum_all()?)?;
        let (ours, candles) = (backward(&loss)?, loss.backward()?);
        for var in [w, &layer.vars()[1], &x] {
            let (a, b) = (ours.get(var).expect("ours"), candles.get(var).expect("Candle's"));
            assert!((a - b)?.abs()?.max_all()?.to_scalar::<f32>()? < 1e-5);
        }
        assert_eq!(ours.get_ids().count(), candles.get_ids().count());
        Ok(())
    }

    #[test]
    fn gradients_within_gradients_are_apart() -> Result<()> {
        for inner in [Tensor::backward, backward] {
            let w = Var::new(0.5f32, &Device::Cpu)?;
            let slope = 1.0 - 0.5f32.tanh().powi(2);
            let y = tanh(&w)?.apply_op1(Nested(w.clone(), inner))?;
            let gradients = backward(&y)?;
            assert!((number(gradients.get(&w)) - slope * slope).abs() < 1e-6);
        }
        Ok(())
    }

    #[test]
    fn a_failure_leaves_nothing() -> Result<()> {
        let w = Var::new(0.5f32, &Device::Cpu)?;
        let fails = Nested(w.clone(), |_| bail!("fails"));
        assert!(backward(&tanh(&tanh(&w)?.apply_op1(fails)?)?).is_err());
        assert!(Depth::now() == Depth(0));
        assert!((number(backward(&tanh(&w)?)?.get(&w)) - 0.786_447_7).abs() < 1e-6); // 1 − tanh² ½
        Ok(())
    }
}
