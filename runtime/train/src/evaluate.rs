//! How well a model does.

use candle_core::{DType, Module, Result, Tensor, bail};
use candlelab_host::check_interrupt;
use candlelab_nn::{accuracy, evaluating};

/// Rows that are computed at once: enough to keep all cores busy, small beside the data.
const ROWS: usize = 250;

/// The fraction of examples whose class the model gets right in
/// [evaluation mode](candlelab_nn::evaluating()), 0 to 1; see [`accuracy`](candlelab_nn::accuracy()).
///
/// # Shapes
/// - `x`: `(n, …)`; `y`: `(n)` or `(n, 1)`
///
/// # Errors
/// If there is no example or the shapes do not fit.
///
/// ```
/// # use candlelab_nn::{Activation, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[3f32, 1.0], [0.0, 2.0]], &Device::Cpu)?; // the largest: 0 and 1
/// let y = Tensor::new(&[0u32, 0], &Device::Cpu)?;
/// assert_eq!(candlelab_train::evaluate(&Activation::Relu, &x, &y)?, 0.5);
/// # Ok(())
/// # }
/// ```
pub fn evaluate(model: &dyn Module, x: &Tensor, y: &Tensor) -> Result<f64> {
    let right = summed(model, x, y, accuracy)?;
    // Not `right / n` alone: the products in the sum are whole numbers but for rounding.
    Ok(right.round() / x.dim(0)? as f64)
}

/// The mean loss of examples in [evaluation mode](candlelab_nn::evaluating()), for a loss that is
/// itself a mean over examples.
///
/// # Shapes
/// - `x`: `(n, …)`; `y`: `(n, …)`
///
/// # Errors
/// If there is no example or the shapes do not fit.
///
/// ```
/// # use candlelab_nn::{Activation, Device, Result, Tensor, mse};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[3f32], [1.0]], &Device::Cpu)?;
/// let y = Tensor::new(&[[2f32], [3.0]], &Device::Cpu)?;
/// let loss = candlelab_train::evaluate_loss(&Activation::Relu, &x, &y, mse)?;
/// assert_eq!(loss, 2.5); // (1² + 2²) / 2
/// # Ok(())
/// # }
/// ```
pub fn evaluate_loss(
    model: &dyn Module,
    x: &Tensor,
    y: &Tensor,
    loss: fn(&Tensor, &Tensor) -> Result<Tensor>,
) -> Result<f64> {
    let sum = summed(model, x, y, |outputs, y| number(&loss(outputs, y)?))?;
    Ok(sum / x.dim(0)? as f64)
}

/// The sum over pieces of `mean(outputs, y)`, each times its number of examples.
fn summed(
    model: &dyn Module,
    x: &Tensor,
    y: &Tensor,
    mean: impl Fn(&Tensor, &Tensor) -> Result<f64>,
) -> Result<f64> {
    let (n, labels) = (x.dim(0)?, y.dim(0)?);
    if n == 0 || n != labels {
        bail!("evaluate: {n} examples but {labels} labels, x: {:?}, y: {:?}", x.dims(), y.dims());
    }
    let mut sum = 0.0;
    for start in (0..n).step_by(ROWS) {
        check_interrupt();
        let rows = ROWS.min(n - start);
        let outputs = evaluating(|| model.forward(&x.narrow(0, start, rows)?))?;
        sum += mean(&outputs, &y.narrow(0, start, rows)?)? * rows as f64;
    }
    Ok(sum)
}

/// The number in a loss.
pub(crate) fn number(loss: &Tensor) -> Result<f64> {
    if loss.elem_count() != 1 {
        bail!("a loss is one number, got a tensor of shape {:?}; take its mean", loss.dims());
    }
    loss.flatten_all()?.get(0)?.to_dtype(DType::F64)?.to_scalar()
}
