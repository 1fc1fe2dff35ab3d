//! Networks with the weights of `tests/reference/networks.py`.

use crate::common::{Reference, close, fill};
use candle_core::{DType, Result, Tensor, Var};
use candlelab_nn::{Device, Layer, Parameters};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// What the script wrote.
pub fn reference() -> Reference {
    Reference::new(include_str!("../../../../tests/reference/networks.json"))
}

/// The parameters, sorted by name.
fn sorted(parameters: &Parameters) -> Vec<(String, Var)> {
    let mut tensors = parameters.tensors();
    tensors.sort_by(|a, b| a.0.cmp(&b.0));
    tensors
}

/// Gives each parameter the script's numbers, which its name's place among all, sorted, tells.
pub fn give(parameters: &Parameters) -> Result<()> {
    for (at, (name, var)) in sorted(parameters).iter().enumerate() {
        var.set(&numbers(name, var.dims(), at)?)?;
    }
    Ok(())
}

/// The script's numbers for the parameter `name`, number `at` of all.
pub fn numbers(name: &str, dims: &[usize], at: usize) -> Result<Tensor> {
    let numbers = fill(dims, at)?;
    let numbers = if dims.len() > 1 {
        (numbers / (dims[1..].iter().product::<usize>() as f64).sqrt())?
    } else {
        let scale = name.ends_with("weight") || name.ends_with("running_var");
        ((numbers * 0.1)? + if scale { 1.0 } else { 0.0 })?
    };
    numbers.to_dtype(DType::F32)
}

/// Draws all weights, uniform in `±1/√fan_in`, with zeros as biases, from a generator of its own:
/// that of the library also gives to the tests that run at the same time.
pub fn draw(parameters: &Parameters, seed: u64) -> Result<()> {
    let mut generator = StdRng::seed_from_u64(seed);
    for (name, var) in parameters.tensors() {
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

/// Compares what `f` gives, and the length of each parameter's gradient, with PyTorch's.
pub fn agrees(name: &str, parameters: &Parameters, f: impl Fn() -> Result<Tensor>) -> Result<()> {
    give(parameters)?;
    let y = f()?;
    close(name, &y, &reference().values(name), 1e-4)?;
    let gradients = (&y * fill(y.dims(), 9)?.to_dtype(DType::F32)?)?.sum_all()?.backward()?;
    let trained = parameters.vars();
    let trained = |var: &Var| trained.iter().any(|other| other.id() == var.id());
    let length =
        |(_, var): (String, Var)| gradients.get(&var).expect("a gradient").sqr()?.sum_all()?.sqrt();
    let all = sorted(parameters).into_iter().filter(|(_, var)| trained(var));
    let lengths = all.map(length).collect::<Result<Vec<_>>>()?;
    close(name, &Tensor::stack(&lengths, 0)?, &reference().gradient(name, 0), 1e-3)
}

/// As [`agrees`] for the output of a layer.
pub fn layer_agrees(name: &str, layer: &dyn Layer, x: &Tensor) -> Result<()> {
    agrees(name, &layer.parameters(), || layer.forward(x))
}

/// Images of the script.
pub fn images() -> Result<Tensor> {
    fill(&[2, 1, 28, 28], 0)?.to_dtype(DType::F32)
}
