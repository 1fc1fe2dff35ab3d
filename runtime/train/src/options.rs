//! What can be chosen about a training run.

use crate::History;
use crate::checkpoint::Checkpoint;
use crate::stopping::EarlyStopping;
use candle_core::{Result, Tensor, bail};
use candlelab_nn::{Parameters, Schedule, cross_entropy};
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

impl FitOptions {
    /// The course so far, and that the options can be carried out.
    pub(crate) fn history(&self, steps_per_epoch: usize) -> Result<History> {
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
