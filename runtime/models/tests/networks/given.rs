//! Networks with the weights of `tests/reference/networks.py`.

use crate::common::{Reference, close, fill};
use candle_core::{DType, Result, Tensor, Var};
use candlelab_nn::{Device, Layer};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// What the script wrote.
pub fn reference() -> Reference {
    Reference::new(include_str!("../../../../tests/reference/networks.json"))
}

/// Gives each parameter the script's numbers, which its name's place among all, sorted, tells.
pub fn give(layer: &dyn Layer) -> Result<()> {
    let mut tensors = layer.parameters().tensors();
    tensors.sort_by(|a, b| a.0.cmp(&b.0));
    for (at, (name, var)) in tensors.iter().enumerate() {
        let dims = var.dims();
        let value = if dims.len() > 1 {
            (fill(dims, at)? / ((var.elem_count() / dims[0]) as f64).sqrt())?
        } else {
            let scale = name.ends_with("weight") || name.ends_with("running_var");
            ((fill(dims, at)? * 0.1)? + if scale { 1.0 } else { 0.0 })?
        };
        var.set(&value.to_dtype(DType::F32)?)?;
    }
    Ok(())
}

/// Draws all weights, uniform in `±1/√fan_in`, with zeros as biases, from a generator of its own:
/// that of the library also gives to the tests that run at the same time.
pub fn draw(layer: &dyn Layer, seed: u64) -> Result<()> {
    let mut generator = StdRng::seed_from_u64(seed);
    for (name, var) in layer.parameters().tensors() {
        if var.rank() > 1 {
            let bound = 1.0 / ((var.elem_count() / var.dims()[0]) as f32).sqrt();
            let values = (0..var.elem_count()).map(|_| generator.random_range(-bound..bound));
            var.set(&Tensor::from_iter(values, &Device::Cpu)?.reshape(var.shape())?)?;
        } else if name.ends_with("bias") {
            var.set(&var.zeros_like()?)?;
        }
    }
    Ok(())
}

/// The parameters that an optimiser trains, sorted by name.
fn trained(layer: &dyn Layer) -> Vec<Var> {
    let trained = layer.vars();
    let mut tensors = layer.parameters().tensors();
    tensors.sort_by(|a, b| a.0.cmp(&b.0));
    let of = |var: &Var| trained.iter().any(|other| other.id() == var.id());
    tensors.into_iter().map(|(_, var)| var).filter(of).collect()
}

/// Compares the output for `x` and the length of each parameter's gradient with PyTorch's.
pub fn agrees(name: &str, layer: &dyn Layer, x: &Tensor) -> Result<()> {
    give(layer)?;
    let y = layer.forward(x)?;
    close(name, &y, &reference().values(name), 1e-4)?;
    let gradients = (&y * fill(y.dims(), 9)?.to_dtype(DType::F32)?)?.sum_all()?.backward()?;
    let length = |var: &Var| gradients.get(var).expect("a gradient").sqr()?.sum_all()?.sqrt();
    let lengths = trained(layer).iter().map(length).collect::<Result<Vec<_>>>()?;
    close(name, &Tensor::stack(&lengths, 0)?, &reference().gradient(name, 0), 1e-3)
}

/// Images of the script.
pub fn images() -> Result<Tensor> {
    fill(&[2, 1, 28, 28], 0)?.to_dtype(DType::F32)
}
