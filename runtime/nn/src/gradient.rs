//! Gradients checked against differences.

use crate::parameters::Parameters;
use candle_core::{DType, Device, Result, Tensor, Var, bail};

/// Half the distance of the two points of a difference: the error is about its square, and what
/// rounding leaves about 1e-16 divided by it.
const STEP: f64 = 1e-5;

/// How far the gradient of `f` at `x` is from central differences, `(f(x + h) − f(x − h)) / 2h` for
/// each number of `x`, relative to the largest of them.
///
/// All is done in f64; a right gradient leaves 1e-9 or so, a wrong one .1 or more. If `f` gives
/// more than one number, the gradient is that of their sum with weights `sin 1, sin 2, …`. It is
/// infinite where all differences are 0 and the gradient is not.
///
/// # Shapes
/// - `x`: any; `f` takes f64 of this shape and gives f64 of any shape
///
/// # Errors
/// If `f` fails.
///
/// ```
/// # use candlelab_nn::{Device, Result, Tensor, gradient_check, relu};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[0.5f64, -1.0], &Device::Cpu)?;
/// assert!(gradient_check(|x| relu(&x.sqr()?), &x)? < 1e-8);
/// let forgets = |x: &Tensor| x * x.detach(); // x² whose gradient is x instead of 2x
/// assert!((gradient_check(forgets, &x)? - 0.5).abs() < 1e-6);
/// # Ok(())
/// # }
/// ```
pub fn gradient_check(f: impl Fn(&Tensor) -> Result<Tensor>, x: &Tensor) -> Result<f64> {
    let var = Var::from_tensor(&x.to_dtype(DType::F64)?)?;
    let gradient = numbers(weighted(&f(&var)?)?.backward()?.get(&var), &var)?;
    let differences = differences(&var, |x| weighted(&f(x)?))?;
    Ok(error(&gradient, &differences))
}

/// As [`gradient_check`], for all that a model learns: how far the gradient of `f` is from central
/// differences, relative to the largest of any parameter.
///
/// The parameters have their values again afterwards.
///
/// # Errors
/// If `f` fails, or a parameter is not f64; [`with_dtype`](crate::with_dtype()) makes such models.
///
/// ```
/// # use candlelab_nn::*;
/// # fn main() -> Result<()> {
/// let layer = with_dtype(DType::F64, || Linear::new(2, 3, &Device::Cpu))?;
/// let x = Tensor::new(&[[1f64, -0.5]], &Device::Cpu)?;
/// assert!(parameter_check(|| layer.forward(&x), &layer.parameters())? < 1e-8);
/// # Ok(())
/// # }
/// ```
pub fn parameter_check(f: impl Fn() -> Result<Tensor>, parameters: &Parameters) -> Result<f64> {
    let vars = parameters.vars();
    if let Some(var) = vars.iter().find(|var| var.dtype() != DType::F64) {
        let (shape, dtype) = (var.dims(), var.dtype());
        bail!(
            "a gradient check needs parameters of f64, the one of shape {shape:?} is {dtype:?}\n\
             hint: with_dtype(DType::F64, || …) around what makes the model"
        );
    }
    let all = weighted(&f()?)?.backward()?;
    let (mut gradient, mut checked) = (Vec::new(), Vec::new());
    for var in &vars {
        let start = var.as_detached_tensor().copy()?;
        gradient.extend(numbers(all.get(var), var)?);
        let found = differences(&start, |x| {
            var.set(x)?;
            weighted(&f()?)
        });
        var.set(&start)?;
        checked.extend(found?);
    }
    Ok(error(&gradient, &checked))
}

/// One number of any tensor: the sum with weights `sin 1, sin 2, …`.
fn weighted(y: &Tensor) -> Result<Tensor> {
    let weights: Vec<f64> = (1..=y.elem_count()).map(|at| (at as f64).sin()).collect();
    (y.flatten_all()? * Tensor::new(weights, y.device())?)?.sum_all()
}

/// A gradient's numbers; zeros if nothing has reached `x`.
fn numbers(gradient: Option<&Tensor>, x: &Tensor) -> Result<Vec<f64>> {
    match gradient {
        Some(gradient) => gradient.flatten_all()?.to_vec1(),
        None => Ok(vec![0.0; x.elem_count()]),
    }
}

/// Central differences of `loss`, one for each number of `x`.
fn differences(x: &Tensor, loss: impl Fn(&Tensor) -> Result<Tensor>) -> Result<Vec<f64>> {
    let values = x.flatten_all()?.to_vec1::<f64>()?;
    let difference = |at: usize| {
        let moved = |by: f64| {
            let mut values = values.clone();
            values[at] += by;
            let x = Tensor::from_vec(values, x.shape(), &Device::Cpu)?.to_device(x.device())?;
            loss(&x)?.to_scalar::<f64>()
        };
        Ok((moved(STEP)? - moved(-STEP)?) / (2.0 * STEP))
    };
    (0..values.len()).map(difference).collect()
}

/// The largest distance, relative to the largest difference.
fn error(gradient: &[f64], differences: &[f64]) -> f64 {
    let largest = |numbers: &mut dyn Iterator<Item = f64>| numbers.fold(0.0, worst);
    let pairs = gradient.iter().zip(differences);
    let error = largest(&mut pairs.map(|(gradient, difference)| (gradient - difference).abs()));
    let scale = largest(&mut differences.iter().map(|difference| difference.abs()));
    if error == 0.0 { 0.0 } else { error / scale }
}

/// The larger of two numbers, or NaN if either is.
fn worst(a: f64, b: f64) -> f64 {
    if a > b || a.is_nan() { a } else { b }
}
