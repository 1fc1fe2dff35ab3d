//! Gradients against central differences, and values and gradients against PyTorch's.

#![allow(dead_code)] // Each test program uses a part of it.

use candle_core::{DType, Device, Result, Shape, Tensor, Var};
use candlelab_nn::{gradient_check, randn};
use serde_json::Value;

/// Compares the gradient of `f` at `x` with central differences.
pub fn check(name: &str, x: Tensor, f: impl Fn(&Tensor) -> Result<Tensor>) -> Result<()> {
    let error = gradient_check(f, &x)?;
    assert!(error < 1e-6, "{name}: {error}");
    Ok(())
}

/// Random numbers in f64.
pub fn random(shape: impl Into<Shape>) -> Result<Tensor> {
    randn(0.0, 1.0, shape, &Device::Cpu)?.to_dtype(DType::F64)
}

/// `sin(start + 1.7 i)` at place `i`, as `tests/reference/common.py` has it.
pub fn fill(shape: &[usize], start: usize) -> Result<Tensor> {
    let count: usize = shape.iter().product();
    let values = (0..count).map(|at| (start as f64 + 1.7 * at as f64).sin());
    Tensor::from_iter(values, &Device::Cpu)?.reshape(shape)
}

/// Results of PyTorch, by name.
pub struct Reference(Value);

impl Reference {
    /// Reads a file of `tests/reference`.
    pub fn new(json: &str) -> Self {
        Self(serde_json::from_str(json).expect("a reference file"))
    }

    /// The numbers called `name`.
    pub fn numbers(&self, name: &str) -> Vec<f64> {
        numbers(&self.0[name])
    }

    /// The output of the case `name`.
    pub fn values(&self, name: &str) -> Vec<f64> {
        numbers(&self.0[name]["y"])
    }

    /// The gradient of input `at` of the case `name`.
    pub fn gradient(&self, name: &str, at: usize) -> Vec<f64> {
        numbers(&self.0[name]["gradients"][at])
    }

    /// Compares `f` of inputs made by [`fill`], and their gradients, with what PyTorch gave.
    ///
    /// The reference has seven digits; f32 has to agree to four.
    pub fn agrees(
        &self,
        name: &str,
        shapes: &[&[usize]],
        f: impl Fn(&[Tensor]) -> Result<Tensor>,
    ) -> Result<()> {
        for (dtype, tolerance) in [(DType::F64, 1e-6), (DType::F32, 1e-4)] {
            let inputs: Vec<Var> = (shapes.iter().enumerate())
                .map(|(at, shape)| Var::from_tensor(&fill(shape, at)?.to_dtype(dtype)?))
                .collect::<Result<_>>()?;
            let y = f(&inputs.iter().map(|var| var.as_tensor().clone()).collect::<Vec<_>>())?;
            assert_eq!(y.dtype(), dtype, "{name}");
            let weights = fill(y.dims(), 9)?.to_dtype(dtype)?;
            let gradients = (&y * weights)?.sum_all()?.backward()?;
            close(&format!("{name} {dtype:?} y"), &y, &self.values(name), tolerance)?;
            for (at, input) in inputs.iter().enumerate() {
                let label = format!("{name} {dtype:?} gradient {at}");
                let gradient = gradients.get(input).unwrap_or_else(|| panic!("{label}: none"));
                close(&label, gradient, &self.gradient(name, at), tolerance)?;
            }
        }
        Ok(())
    }

    /// Sets the parameters of a layer to [`half`] of shapes and starts as `layer` in
    /// `tests/reference/common.py` does, and compares output and gradients, in f32.
    pub fn layer_agrees(
        &self,
        name: &str,
        shape: &[usize],
        vars: &[Var],
        forward: impl Fn(&Tensor) -> Result<Tensor>,
    ) -> Result<()> {
        for (at, var) in vars.iter().enumerate() {
            var.set(&half(var.dims(), 3 + at)?)?;
        }
        let x = Var::from_tensor(&fill(shape, 0)?.to_dtype(DType::F32)?)?;
        let y = forward(&x)?;
        close(name, &y, &self.values(name), 1e-5)?;
        let gradients = (&y * fill(y.dims(), 9)?.to_dtype(DType::F32)?)?.sum_all()?.backward()?;
        for (at, var) in std::iter::once(&x).chain(vars).enumerate() {
            let label = format!("{name} gradient {at}");
            let gradient = gradients.get(var).unwrap_or_else(|| panic!("{label}: none"));
            close(&label, gradient, &self.gradient(name, at), 1e-4)?;
        }
        Ok(())
    }
}

/// Half of [`fill`], as an f32 parameter.
pub fn half(shape: &[usize], start: usize) -> Result<Tensor> {
    (fill(shape, start)? * 0.5)?.to_dtype(DType::F32)
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

/// Compares numbers, relative to the larger of 1 and their size.
pub fn close(name: &str, tensor: &Tensor, truth: &[f64], tolerance: f64) -> Result<()> {
    let values = tensor.flatten_all()?.to_dtype(DType::F64)?.to_vec1::<f64>()?;
    assert_eq!(values.len(), truth.len(), "{name}");
    for (at, (value, truth)) in values.iter().zip(truth).enumerate() {
        let allowed = tolerance * truth.abs().max(1.0);
        assert!((value - truth).abs() <= allowed, "{name}[{at}]: {value}, PyTorch has {truth}");
    }
    Ok(())
}
