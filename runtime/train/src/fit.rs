//! The training loop.

use crate::live::Live;
use crate::{History, evaluate};
use candle_core::{DType, Module, Result, Tensor, bail};
use candlelab_data::batches;
use candlelab_nn::{Optimizer, accuracy, cross_entropy, next_seed};

/// How to train; `FitOptions::default()` fills in what is not named.
///
/// ```
/// use candlelab_train::FitOptions;
/// let options = FitOptions { epochs: 3, ..FitOptions::default() };
/// assert_eq!((options.epochs, options.batch_size), (3, 32));
/// ```
#[derive(Clone, Debug)]
pub struct FitOptions {
    /// How often each example is seen; 10.
    pub epochs: usize,
    /// Examples in a step; 32.
    pub batch_size: usize,
    /// The order of the examples; `None` leaves it to [`seed`](candlelab_nn::seed()). Either way
    /// each epoch has another one.
    pub seed: Option<u64>,
    /// A scalar from outputs and targets; [`cross_entropy`].
    pub loss: fn(&Tensor, &Tensor) -> Result<Tensor>,
    /// Examples to measure the accuracy on after each epoch, never learnt from; none.
    pub test: Option<(Tensor, Tensor)>,
}

impl Default for FitOptions {
    fn default() -> Self {
        Self { epochs: 10, batch_size: 32, seed: None, loss: cross_entropy, test: None }
    }
}

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
    model: &dyn Module,
    optimizer: &mut dyn Optimizer,
    x: &Tensor,
    y: &Tensor,
    epochs: usize,
    batch_size: usize,
) -> Result<History> {
    let options = FitOptions { epochs, batch_size, ..FitOptions::default() };
    fit_with(model, optimizer, x, y, &options)
}

/// As [`fit`], with a loss of your own, a test set or a fixed order.
///
/// The history holds accuracies only if `y` has whole numbers, which are taken for classes.
///
/// # Errors
/// If there is no example, the shapes do not fit, or the loss stops being a number.
///
/// ```
/// # use candlelab_nn::{Device, Linear, Result, Sgd, Layer, Tensor, mse};
/// use candlelab_train::{FitOptions, fit_with};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[0f32], [1.0], [2.0]], &Device::Cpu)?;
/// let y = ((&x * 2.0)? + 1.0)?; // the line to find
/// let model = Linear::new(1, 1, &Device::Cpu)?;
/// let mut optimizer = Sgd::new(model.vars(), 0.1);
/// let options = FitOptions { epochs: 200, batch_size: 3, loss: mse, ..FitOptions::default() };
/// let history = fit_with(&model, &mut optimizer, &x, &y, &options)?;
/// assert!(history.losses[199] < 1e-4);
/// # Ok(())
/// # }
/// ```
pub fn fit_with(
    model: &dyn Module,
    optimizer: &mut dyn Optimizer,
    x: &Tensor,
    y: &Tensor,
    options: &FitOptions,
) -> Result<History> {
    let mut history = History::new(batches(x, y, options.batch_size, 0)?.len());
    let mut live = Live::new(options.epochs, &history)?;
    for epoch in 0..options.epochs {
        let order = options.seed.map_or_else(next_seed, |seed| seed.wrapping_add(epoch as u64));
        let mut right = 0.0;
        for batch in batches(x, y, options.batch_size, order)? {
            live.draw(&history); // stops here on an interrupt
            let (x, y) = batch?;
            let outputs = model.forward(&x)?;
            let loss = (options.loss)(&outputs, &y)?;
            history.push(number(&loss)?)?;
            optimizer.backward_step(&loss)?;
            if y.dtype().is_int() {
                right += accuracy(&outputs, &y)? * y.elem_count() as f64;
            }
        }
        let accuracy = y.dtype().is_int().then(|| right / y.elem_count() as f64);
        let test = options.test.as_ref().map(|(x, y)| evaluate(model, x, y)).transpose()?;
        history.end_epoch(accuracy, test);
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
