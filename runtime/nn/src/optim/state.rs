//! What an optimiser remembers, to go on another day.

use super::{Common, Memory};
use candle_core::{DType, Device, Result, Tensor, bail};
use std::collections::HashMap;

impl Common {
    /// Learning rate, steps, and the memory of each parameter: `0.exp_avg`, … for the first.
    pub fn state(&self, names: &[&str]) -> Result<Vec<(String, Tensor)>> {
        let mut state = vec![
            ("lr".to_owned(), Tensor::new(self.lr, &Device::Cpu)?),
            ("steps".to_owned(), Tensor::new(self.steps as u32, &Device::Cpu)?),
        ];
        for (at, parameter) in self.parameters.iter().enumerate() {
            let memory = match &parameter.means {
                Some(means) => means.memory(&parameter.var)?,
                None => parameter.memory.clone(),
            };
            let named = names.iter().zip(memory);
            state.extend(named.filter_map(|(name, value)| Some((format!("{at}.{name}"), value?))));
        }
        Ok(state)
    }

    /// Takes over what [`state`](Self::state) gave, or nothing of it.
    pub fn set_state(&mut self, names: &[&str], state: &[(String, Tensor)]) -> Result<()> {
        let mut state: HashMap<&str, &Tensor> =
            state.iter().map(|(name, value)| (name.as_str(), value)).collect();
        let (Some(lr), Some(steps)) = (state.remove("lr"), state.remove("steps")) else {
            bail!("this is no optimiser's state: it has no tensors `lr` and `steps`");
        };
        let lr = lr.to_dtype(DType::F64)?.to_scalar()?;
        let steps = steps.to_dtype(DType::U32)?.to_scalar::<u32>()?;
        let mut memories: Vec<Memory> = Vec::with_capacity(self.parameters.len());
        for (at, parameter) in self.parameters.iter().enumerate() {
            let mut memory = [None, None];
            for (memory, name) in memory.iter_mut().zip(names) {
                let name = format!("{at}.{name}");
                let Some(value) = state.remove(name.as_str()) else { continue };
                let var = &parameter.var;
                if value.dims() != var.dims() {
                    bail!("`{name}` is {:?} in the state and {:?} here", value.dims(), var.dims());
                }
                *memory = Some(value.to_dtype(var.dtype())?.to_device(var.device())?);
            }
            memories.push(memory);
        }
        if let Some(name) = state.keys().min() {
            bail!("the state's tensor `{name}` has no place in this optimiser");
        }
        for (parameter, memory) in self.parameters.iter_mut().zip(memories) {
            (parameter.memory, parameter.means) = (memory, None);
        }
        (self.lr, self.steps) = (lr, steps as i32);
        Ok(())
    }
}
