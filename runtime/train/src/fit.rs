//! The training loop.

use crate::accumulate::Gradients;
use crate::checkpoint::Checkpoint;
use crate::evaluate::number;
use crate::live::Live;
use crate::stopping::{Best, EarlyStopping};
use crate::{History, checkpoint, evaluate, evaluate_loss, finite};
use candle_core::{Module, Result, Tensor, bail};
use candlelab_data::batches;
use candlelab_nn::{Optimizer, Parameters, Schedule, accuracy, cross_entropy, next_seed};
use std::path::PathBuf;

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
    /// Examples in a batch; 32.
    pub batch_size: usize,
    /// Batches whose gradients are averaged for one step; 1. Four batches of 8 make the steps of
    /// batches of 32, in a quarter of the memory.
    pub accumulate: usize,
    /// The order of the examples; `None` leaves it to [`seed`](candlelab_nn::seed()). Either way
    /// each epoch has another one.
    pub seed: Option<u64>,
    /// A scalar from outputs and targets; [`cross_entropy`].
    pub loss: fn(&Tensor, &Tensor) -> Result<Tensor>,
    /// The learning rate of each step; that of the optimiser.
    pub schedule: Option<Schedule>,
    /// Examples to measure the loss on after each epoch, never learnt from; none.
    pub validation: Option<(Tensor, Tensor)>,
    /// Examples to measure the accuracy on after each epoch, never learnt from; none.
    pub test: Option<(Tensor, Tensor)>,
    /// What the model learns, `Some(model.parameters())`: `stop` and `checkpoint` need it, and an
    /// error about NaN names the parameter then.
    pub parameters: Option<Parameters>,
    /// When to stop before the last epoch, by the validation loss; never.
    pub stop: Option<EarlyStopping>,
    /// A file that holds everything after each epoch, for [`resume`](crate::resume); none.
    pub checkpoint: Option<PathBuf>,
    /// A run to go on with, from [`resume`](crate::resume); `epochs` counts its epochs, too.
    pub resumed: Option<Checkpoint>,
}

impl Default for FitOptions {
    fn default() -> Self {
        Self {
            epochs: 10,
            batch_size: 32,
            accumulate: 1,
            seed: None,
            loss: cross_entropy,
            schedule: None,
            validation: None,
            test: None,
            parameters: None,
            stop: None,
            checkpoint: None,
            resumed: None,
        }
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
    finite::check_data(x, y)?;
    let mut history = options.history(batches(x, y, options.batch_size, 0)?.len())?;
    let mut best = Best::new(options)?;
    let mut live = Live::new(options.epochs, &history)?;
    for epoch in history.epochs.len()..options.epochs {
        let order = options.seed.map_or_else(next_seed, |seed| seed.wrapping_add(epoch as u64));
        let mut gradients = Gradients::new(options.accumulate);
        let mut right = 0.0;
        for batch in batches(x, y, options.batch_size, order)? {
            live.draw(&history); // stops here on an interrupt
            let (x, y) = batch?;
            if let Some(schedule) = options.schedule {
                optimizer.set_lr(schedule.lr(history.steps(options.accumulate)));
            }
            let outputs = model.forward(&x)?;
            let loss = (options.loss)(&outputs, &y)?;
            finite::check_loss(&loss, &outputs, &history, options.parameters.as_ref())?;
            history.push(number(&loss)?);
            gradients.add(&loss, y.dim(0)?)?;
            if gradients.is_full() || history.is_epoch_full() {
                optimizer.step(&gradients.take()?)?;
            }
            if y.dtype().is_int() {
                right += accuracy(&outputs, &y)? * y.elem_count() as f64;
            }
        }
        finite::check_parameters(&history, options.parameters.as_ref())?;
        let accuracy = y.dtype().is_int().then(|| right / y.elem_count() as f64);
        let validation = options.validation.as_ref();
        let validation = validation.map(|(x, y)| evaluate_loss(model, x, y, options.loss));
        let test = options.test.as_ref().map(|(x, y)| evaluate(model, x, y)).transpose()?;
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

impl FitOptions {
    /// The course so far, and that the options can be carried out.
    fn history(&self, steps_per_epoch: usize) -> Result<History> {
        if self.accumulate == 0 {
            bail!("a step needs the gradient of at least one batch, found accumulate: 0");
        }
        if self.checkpoint.is_some() && self.parameters.is_none() {
            bail!(
                "a checkpoint needs to know the parameters\nhint: parameters: Some(model.parameters())"
            );
        }
        let Some(Checkpoint { history, .. }) = &self.resumed else {
            return Ok(History::new(steps_per_epoch));
        };
        if history.steps_per_epoch != steps_per_epoch {
            let before = history.steps_per_epoch;
            bail!(
                "the run to go on with had {before} batches in an epoch, this one has {steps_per_epoch}"
            );
        }
        Ok(history.clone())
    }
}
