//! Gradients checked against differences.

use candle_core::{DType, Device, Result, Tensor, Var};

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
    let loss = |x: &Tensor| -> Result<Tensor> {
        let y = f(x)?.flatten_all()?;
        let weights: Vec<f64> = (1..=y.elem_count()).map(|at| (at as f64).sin()).collect();
        (y * Tensor::new(weights, x.device())?)?.sum_all()
    };
    let var = Var::from_tensor(&x.to_dtype(DType::F64)?)?;
    let gradient = match loss(&var)?.backward()?.get(&var) {
        Some(gradient) => gradient.flatten_all()?.to_vec1::<f64>()?,
        None => vec![0.0; x.elem_count()],
    };
    let values = var.flatten_all()?.to_vec1::<f64>()?;
    let mut differences = Vec::with_capacity(values.len());
    for at in 0..values.len() {
        let moved = |by: f64| {
            let mut values = values.clone();
            values[at] += by;
            let x = Tensor::from_vec(values, x.shape(), &Device::Cpu)?.to_device(x.device())?;
            loss(&x)?.to_scalar::<f64>()
        };
        differences.push((moved(STEP)? - moved(-STEP)?) / (2.0 * STEP));
    }
    let largest = |numbers: &mut dyn Iterator<Item = f64>| numbers.fold(0.0, worst);
    let pairs = gradient.iter().zip(&differences);
    let error = largest(&mut pairs.map(|(gradient, difference)| (gradient - difference).abs()));
    let scale = largest(&mut differences.iter().map(|difference| difference.abs()));
    Ok(if error == 0.0 { 0.0 } else { error / scale })
}

/// The larger of two numbers, or NaN if either is.
fn worst(a: f64, b: f64) -> f64 {
    if a > b || a.is_nan() { a } else { b }
}
