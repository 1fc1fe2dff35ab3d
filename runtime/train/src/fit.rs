//! The training loop.

use crate::accumulate::Gradients;
use crate::evaluate::{mean, number};
use crate::live::Live;
use crate::options::FitOptions;
use crate::stopping::Best;
use crate::{History, checkpoint, evaluate, finite};
use candle_core::{Module, Result, Tensor, bail};
use candlelab_data::batches;
use candlelab_nn::{Optimizer, accuracy, next_seed};

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
/// If there is no example, the shapes do not fit, the data hold a NaN, or the loss becomes one.
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

/// As [`fit`], with a loss of your own, a validation or test set, early stopping and so on.
///
/// The history holds accuracies only if `y` has whole numbers, which are taken for classes.
///
/// # Errors
/// As for [`fit`]; and if options contradict each other or a file cannot be written.
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
    fit_each(model, optimizer, x, y, options, &mut |_| Ok(true))
}

/// As [`fit_with`], calling `after_epoch` with the course so far; training ends when it says
/// `false`.
///
/// # Errors
/// As for [`fit_with`], and what `after_epoch` gives.
///
/// ```
/// # use candlelab_nn::{Device, Layer, Linear, Result, Sgd};
/// use candlelab_train::{FitOptions, fit_each};
/// # fn main() -> Result<()> {
/// let (x, y) = candlelab_data::moons(20, 0.1, 1)?;
/// let model = Linear::new(2, 2, &Device::Cpu)?;
/// let mut optimizer = Sgd::new(model.vars(), 0.1);
/// let mut weights = Vec::new();
/// let options = FitOptions::default();
/// let history = fit_each(&model, &mut optimizer, &x, &y, &options, &mut |history| {
///     weights.push(model.weight().to_vec2::<f32>()?);
///     Ok(history.epochs.len() < 3)
/// })?;
/// assert_eq!((history.epochs.len(), weights.len()), (3, 3));
/// # Ok(())
/// # }
/// ```
pub fn fit_each(
    model: &dyn Module,
    optimizer: &mut dyn Optimizer,
    x: &Tensor,
    y: &Tensor,
    options: &FitOptions,
    after_epoch: &mut dyn FnMut(&History) -> Result<bool>,
) -> Result<History> {
    let learn = &mut |x: &Tensor, y: &Tensor| {
        let outputs = model.forward(x)?;
        Ok(((options.loss)(&outputs, y)?, Some(outputs)))
    };
    run(Some(model), optimizer, x, y, options, learn, after_epoch)
}

/// Trains by any loss of a batch: of a variational autoencoder, a flow, a diffusion model, an
/// equation of motion.
///
/// Bar, curve, interrupt and options are those of [`fit_with`], but for `options.loss` and
/// `options.test`, which need a model's outputs. The history holds no accuracies. What learns
/// without targets takes `x` twice and leaves the second aside.
///
/// # Shapes
/// - `x`: `(n, …)`; `y`: `(n, …)`
/// - `loss`: of `(batch, …)` and `(batch, …)`, the mean over the batch, a scalar
///
/// # Errors
/// As for [`fit_with`], and what `loss` gives.
///
/// ```
/// # use candlelab_nn::{Device, Layer, Linear, Module, Result, Sgd, Tensor};
/// use candlelab_train::{FitOptions, fit_loss};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[1f32], [2.0], [3.0]], &Device::Cpu)?;
/// let model = Linear::new(1, 1, &Device::Cpu)?.without_bias();
/// let mut optimizer = Sgd::new(model.vars(), 0.02);
/// let options = FitOptions { epochs: 50, ..FitOptions::default() };
/// // Applied twice the model is to be the identity: its weight becomes 1 or −1.
/// let history = fit_loss(&mut optimizer, &x, &x, &options, |x, _| {
///     (model.forward(&model.forward(x)?)? - x)?.sqr()?.mean_all()
/// })?;
/// assert!(history.losses[49] < 0.1 * history.losses[0]);
/// # Ok(())
/// # }
/// ```
pub fn fit_loss(
    optimizer: &mut dyn Optimizer,
    x: &Tensor,
    y: &Tensor,
    options: &FitOptions,
    mut loss: impl FnMut(&Tensor, &Tensor) -> Result<Tensor>,
) -> Result<History> {
    if options.test.is_some() {
        bail!("fit_loss has no outputs to tell the accuracy of\nhint: `validation` takes its loss");
    }
    let learn = &mut |x: &Tensor, y: &Tensor| Ok((loss(x, y)?, None));
    run(None, optimizer, x, y, options, learn, &mut |_| Ok(true))
}

/// A batch's loss, and the outputs that it was made of where there are some.
type Learn<'a> = &'a mut dyn FnMut(&Tensor, &Tensor) -> Result<(Tensor, Option<Tensor>)>;

/// The loop of all functions here.
fn run(
    model: Option<&dyn Module>,
    optimizer: &mut dyn Optimizer,
    x: &Tensor,
    y: &Tensor,
    options: &FitOptions,
    learn: Learn,
    after_epoch: &mut dyn FnMut(&History) -> Result<bool>,
) -> Result<History> {
    finite::check_data(x, y)?;
    let mut history = options.history(batches(x, y, options.batch_size, 0)?.len())?;
    let mut best = Best::new(options)?;
    let mut live = Live::new(options.epochs, &history)?;
    for epoch in history.epochs.len()..options.epochs {
        let order = options.seed.map_or_else(next_seed, |seed| seed.wrapping_add(epoch as u64));
        let mut gradients = Gradients::new(options.accumulate);
        let mut right = None;
        for batch in batches(x, y, options.batch_size, order)? {
            live.draw(&history); // stops here on an interrupt
            let (x, y) = batch?;
            if let Some(schedule) = options.schedule {
                optimizer.set_lr(schedule.lr(history.steps(options.accumulate)));
            }
            let (loss, outputs) = learn(&x, &y)?;
            finite::check_loss(&loss, outputs.as_ref(), &history, options.parameters.as_ref())?;
            history.push(number(&loss)?);
            gradients.add(&loss, y.dim(0)?)?;
            if gradients.is_full() || history.is_epoch_full() {
                optimizer.step(&gradients.take()?)?;
            }
            if let Some(outputs) = outputs.filter(|_| y.dtype().is_int()) {
                *right.get_or_insert(0.0) += accuracy(&outputs, &y)? * y.elem_count() as f64;
            }
        }
        finite::check_parameters(&history, options.parameters.as_ref())?;
        let accuracy = right.map(|right| right / y.elem_count() as f64);
        let validation = options.validation.as_ref();
        let validation = validation.map(|(x, y)| mean(x, y, |x, y| number(&learn(x, y)?.0)));
        let test = model.zip(options.test.as_ref());
        let test = test.map(|(model, (x, y))| evaluate(model, x, y)).transpose()?;
        history.end_epoch(accuracy, validation.transpose()?, test);
        let go_on = best.keep(&history)? & after_epoch(&history)?;
        checkpoint::save(options, optimizer, &history, &best)?;
        if !go_on {
            break;
        }
    }
    best.restore()?;
    live.finish(&history);
    Ok(history)
}
