//! How well a model does.

use candle_core::{Module, Result, Tensor, bail};
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
    let (n, labels) = (x.dim(0)?, y.dim(0)?);
    if n == 0 || n != labels {
        bail!("evaluate: {n} examples but {labels} labels, x: {:?}, y: {:?}", x.dims(), y.dims());
    }
    let mut right = 0.0;
    for start in (0..n).step_by(ROWS) {
        check_interrupt();
        let rows = ROWS.min(n - start);
        let outputs = evaluating(|| model.forward(&x.narrow(0, start, rows)?))?;
        right += accuracy(&outputs, &y.narrow(0, start, rows)?)? * rows as f64;
    }
    // Not `right / n` alone: the products above are whole numbers but for rounding.
    Ok(right.round() / n as f64)
}
