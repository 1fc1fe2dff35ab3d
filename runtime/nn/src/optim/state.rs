//! What an optimiser remembers, to be saved with a model and taken up again.

use super::{Common, Parameter};
use candle_core::{DType, Device, Result, Tensor, bail};
use std::collections::HashMap;

impl Common {
    /// The learning rate, the number of steps, and two memories of each parameter, if they are
    /// there.
    pub fn state(&self, name: &str) -> Result<Vec<(String, Tensor)>> {
        let mut state = vec![
            (format!("{name}.lr"), Tensor::new(self.lr, &Device::Cpu)?),
            (format!("{name}.steps"), Tensor::new(i64::from(self.steps), &Device::Cpu)?),
        ];
        for (i, parameter) in self.parameters.iter().enumerate() {
            let memory = match &parameter.means {
                Some(means) => means.tensors(parameter.var.shape())?.map(Some),
                None => parameter.memory.clone(),
            };
            for (what, tensor) in ["first", "second"].iter().zip(memory) {
                state.extend(tensor.map(|tensor| (format!("{name}.{i}.{what}"), tensor)));
            }
        }
        Ok(state)
    }

    /// Takes up what [`state`](Self::state) gave; changes nothing if it does not fit.
    pub fn set_state(&mut self, name: &str, state: &[(String, Tensor)]) -> Result<()> {
        let state: HashMap<&str, &Tensor> =
            state.iter().map(|(name, value)| (name.as_str(), value)).collect();
        let get = |what: &str| match state.get(format!("{name}.{what}").as_str()) {
            Some(tensor) => Ok(tensor),
            None => {
                bail!("the state is not that of an optimiser {name}: it has no `{name}.{what}`")
            }
        };
        let (lr, steps) = (get("lr")?.to_scalar::<f64>()?, get("steps")?.to_scalar::<i64>()?);
        let mut memories = Vec::with_capacity(self.parameters.len());
        let mut known = 2;
        for (i, Parameter { var, .. }) in self.parameters.iter().enumerate() {
            let mut memory = [None, None];
            for (what, place) in ["first", "second"].iter().zip(&mut memory) {
                let Some(tensor) = state.get(format!("{name}.{i}.{what}").as_str()) else {
                    continue;
                };
                if tensor.dims() != var.dims() {
                    let (saved, here) = (tensor.dims(), var.dims());
                    bail!(
                        "{name}: the state of parameter {i} is {saved:?}, the parameter {here:?}"
                    );
                }
                known += 1;
                *place = Some(tensor.to_dtype(var.dtype())?.to_device(var.device())?);
            }
            memories.push(memory);
        }
        if known != state.len() {
            let (left, here) = (state.len() - known, self.parameters.len());
            bail!("{name}: {left} tensors of the state belong to none of its {here} parameters");
        }
        for (parameter, memory) in self.parameters.iter_mut().zip(memories) {
            (parameter.memory, parameter.means) = (memory, None);
        }
        (self.lr, self.steps) = (lr, steps as i32);
        Ok(())
    }
}

/// The numbers of a memory, or as many zeros.
pub fn numbers<T: candle_core::WithDType>(
    memory: Option<Tensor>,
    n: usize,
    dtype: DType,
) -> Result<Vec<T>> {
    match memory {
        Some(memory) => memory.flatten_all()?.to_dtype(dtype)?.to_vec1(),
        None => Ok(vec![T::zero(); n]),
    }
}

#[cfg(test)]
mod tests {
    use crate::{AdaDelta, Adagrad, Adam, Optimizer, RmsProp, Sgd};
    use candle_core::{DType, Device, Result, Tensor, Var};

    fn var(dtype: DType) -> Result<Var> {
        Var::from_tensor(&Tensor::new(&[0.5f32, -2.0], &Device::Cpu)?.to_dtype(dtype)?)
    }

    fn walk(w: &Var, optimizer: &mut dyn Optimizer, steps: usize) -> Result<Vec<f64>> {
        for _ in 0..steps {
            optimizer.backward_step(&w.sqr()?.sqr()?.sum_all()?)?;
        }
        w.to_dtype(DType::F64)?.to_vec1()
    }

    /// Seven steps at once, and three with one optimiser and four with another.
    fn goes_on<O: Optimizer>(make: impl Fn(Vec<Var>) -> O) -> Result<()> {
        for dtype in [DType::F32, DType::F64, DType::BF16] {
            let whole = var(dtype)?;
            let truth = walk(&whole, &mut make(vec![whole.clone()]), 7)?;
            let w = var(dtype)?;
            let mut first = make(vec![w.clone()]);
            walk(&w, &mut first, 3)?;
            let mut second = make(vec![w.clone()]);
            second.set_state(&first.state()?)?;
            assert_eq!(walk(&w, &mut second, 4)?, truth, "{dtype:?}");
        }
        Ok(())
    }

    #[test]
    fn every_optimiser_goes_on_as_if_nothing_had_happened() -> Result<()> {
        goes_on(|w| Sgd::new(w, 0.02).with_momentum(0.9))?;
        goes_on(|w| Adam::new(w, 0.05).with_weight_decay(0.1))?;
        goes_on(|w| RmsProp::new(w, 0.05).with_momentum(0.5))?;
        goes_on(|w| Adagrad::new(w, 0.05))?;
        goes_on(|w| AdaDelta::new(w, 1.0))
    }

    #[test]
    fn a_state_that_does_not_fit_is_an_error() -> Result<()> {
        let w = var(DType::F32)?;
        let mut adam = Adam::new(vec![w.clone()], 0.05);
        walk(&w, &mut adam, 1)?;
        let state = adam.state()?;
        let error =
            |optimizer: &mut dyn Optimizer| optimizer.set_state(&state).unwrap_err().to_string();
        let sgd = error(&mut Sgd::new(vec![w.clone()], 0.1));
        assert!(sgd.contains("not that of an optimiser Sgd: it has no `Sgd.lr`"), "{sgd}");
        let none = error(&mut Adam::new(vec![], 0.1));
        assert!(
            none.contains("2 tensors of the state belong to none of its 0 parameters"),
            "{none}"
        );
        let other = Var::zeros(3, DType::F32, &Device::Cpu)?;
        let shape = error(&mut Adam::new(vec![other], 0.1));
        assert!(shape.contains("the state of parameter 0 is [2], the parameter [3]"), "{shape}");
        Ok(())
    }
}
