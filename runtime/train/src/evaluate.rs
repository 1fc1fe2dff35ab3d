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
/// - `x`: `(n, …)`; `y`: `(n)` or `(n, 1)`, or a class for each place, as `(n, time)`
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
    let share = mean(x, y, |x, y| accuracy(&model.forward(x)?, y))?;
    // So that the share is exactly that of a whole number of right answers.
    let answers = y.elem_count() as f64;
    Ok((share * answers).round() / answers)
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
    mean(x, y, |x, y| number(&loss(&model.forward(x)?, y)?))
}

/// The mean over examples of what is a mean itself, piece by piece in evaluation mode.
pub(crate) fn mean(
    x: &Tensor,
    y: &Tensor,
    mut of_piece: impl FnMut(&Tensor, &Tensor) -> Result<f64>,
) -> Result<f64> {
    let (n, labels) = (x.dim(0)?, y.dim(0)?);
    if n == 0 || n != labels {
        bail!("evaluate: {n} examples but {labels} labels, x: {:?}, y: {:?}", x.dims(), y.dims());
    }
    let mut sum = 0.0;
    for start in (0..n).step_by(ROWS) {
        check_interrupt();
        let rows = ROWS.min(n - start);
        let (x, y) = (x.narrow(0, start, rows)?, y.narrow(0, start, rows)?);
        sum += evaluating(|| of_piece(&x, &y))? * rows as f64;
    }
    Ok(sum / n as f64)
}

/// The number in a loss.
pub(crate) fn number(loss: &Tensor) -> Result<f64> {
    if loss.elem_count() != 1 {
        bail!("a loss is one number, got a tensor of shape {:?}; take its mean", loss.dims());
    }
    loss.flatten_all()?.get(0)?.to_dtype(DType::F64)?.to_scalar()
}
