//! The training loop.

use crate::History;
use crate::live::Live;
use candle_core::{DType, Module, Result, Tensor, bail};
use candlelab_data::batches;
use candlelab_nn::{Optimizer, accuracy, cross_entropy, next_seed};

/// Trains a classifier by cross-entropy: `epochs` times over all examples, `batch_size` a step.
///
/// A progress bar and the loss curve grow below the cell; an interrupt stops between two steps and
/// keeps what the model has learnt. [`seed`](candlelab_nn::seed()) decides the order of the
/// examples, which is another one in each epoch.
///
/// # Shapes
/// - `x`: `(n, …)`; `y`: `(n)`, u32, the class of each example
/// - `model`: `(batch, …)` to logits `(batch, classes)`
///
/// # Errors
/// If there is no example, the shapes do not fit, or the loss stops being a number.
pub fn fit(
    model: &(impl Module + ?Sized),
    optimizer: &mut (impl Optimizer + ?Sized),
    x: &Tensor,
    y: &Tensor,
    epochs: usize,
    batch_size: usize,
) -> Result<History> {
    fit_with(cross_entropy, model, optimizer, x, y, epochs, batch_size)
}

/// As [`fit`], with a loss of your own: `loss(outputs, targets)` gives a scalar.
///
/// The history holds accuracies only if `y` has whole numbers, which are taken for classes.
///
/// # Errors
/// If there is no example, the shapes do not fit, or the loss stops being a number.
///
/// ```
/// # use candlelab_nn::{Device, Linear, Result, Sgd, Layer, Tensor, mse};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[0f32], [1.0], [2.0]], &Device::Cpu)?;
/// let y = ((&x * 2.0)? + 1.0)?; // the line to find
/// let model = Linear::new(1, 1, &Device::Cpu)?;
/// let mut optimizer = Sgd::new(model.vars(), 0.1);
/// let history = candlelab_train::fit_with(mse, &model, &mut optimizer, &x, &y, 200, 3)?;
/// assert!(history.losses[199] < 1e-4);
/// # Ok(())
/// # }
/// ```
pub fn fit_with(
    loss: impl Fn(&Tensor, &Tensor) -> Result<Tensor>,
    model: &(impl Module + ?Sized),
    optimizer: &mut (impl Optimizer + ?Sized),
    x: &Tensor,
    y: &Tensor,
    epochs: usize,
    batch_size: usize,
) -> Result<History> {
    let mut history = History::new(batches(x, y, batch_size, 0)?.len());
    let mut live = Live::new(epochs, &history)?;
    for _ in 0..epochs {
        let mut right = 0.0;
        for batch in batches(x, y, batch_size, next_seed())? {
            live.draw(&history); // stops here on an interrupt
            let (x, y) = batch?;
            let outputs = model.forward(&x)?;
            let loss = loss(&outputs, &y)?;
            history.push(number(&loss)?)?;
            optimizer.backward_step(&loss)?;
            if y.dtype().is_int() {
                right += accuracy(&outputs, &y)? * y.elem_count() as f64;
            }
        }
        if y.dtype().is_int() {
            history.accuracies.push(right / y.elem_count() as f64);
        }
    }
    live.finish(&history);
    Ok(history)
}

fn number(loss: &Tensor) -> Result<f64> {
    if loss.elem_count() != 1 {
        bail!("a loss is one number, got a tensor of shape {:?}; take its mean", loss.dims());
    }
    loss.flatten_all()?.get(0)?.to_dtype(DType::F64)?.to_scalar()
}
