//! Runs that go on another day exactly as if they had never stopped.

use crate::stopping::Best;
use crate::{Epoch, FitOptions, History};
use candle_core::{Device, Result, Tensor, bail, safetensors};
use candlelab_nn::{Optimizer, Parameters, random_state, save_tensors, set_random_state};
use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// What [`resume`] found, for [`FitOptions::resumed`].
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// The course of the run so far.
    pub history: History,
    /// The parameters of the best epoch so far, with early stopping.
    pub(crate) best: Vec<(String, Tensor)>,
}

/// Takes up a run from the file that [`FitOptions::checkpoint`] wrote: the model's parameters, the
/// optimiser's state and the random numbers are as they were after the last whole epoch.
///
/// A run that goes on with the same options gives the same numbers, bit for bit, as one that was
/// never interrupted.
///
/// # Errors
/// If the file cannot be read or is no checkpoint of such a model and optimiser. Nothing is changed
/// then.
///
/// ```
/// # use candlelab_nn::{Adam, Device, Layer, Linear, Result};
/// use candlelab_train::{FitOptions, fit_with, resume};
/// # fn main() -> Result<()> {
/// # let file = std::env::temp_dir().join(format!("resume-{}.safetensors", std::process::id()));
/// let (x, y) = candlelab_data::moons(20, 0.1, 1)?;
/// let model = Linear::new(2, 2, &Device::Cpu)?;
/// let mut adam = Adam::new(model.vars(), 0.1);
/// let parameters = Some(model.parameters());
/// let options = FitOptions { epochs: 2, parameters, checkpoint: Some(file.clone()), ..Default::default() };
/// fit_with(&model, &mut adam, &x, &y, &options)?;
///
/// let resumed = Some(resume(&file, &model.parameters(), &mut adam)?); // later, with a new model
/// let options = FitOptions { epochs: 5, resumed, ..options };
/// assert_eq!(fit_with(&model, &mut adam, &x, &y, &options)?.epochs.len(), 5);
/// # std::fs::remove_file(file)?;
/// # Ok(())
/// # }
/// ```
pub fn resume(
    path: impl AsRef<Path>,
    parameters: &Parameters,
    optimizer: &mut dyn Optimizer,
) -> Result<Checkpoint> {
    let path = path.as_ref();
    match take_up(path, parameters, optimizer) {
        Ok(checkpoint) => Ok(checkpoint),
        Err(error) => bail!("cannot resume from {}: {error}", path.display()),
    }
}

fn take_up(
    path: &Path,
    parameters: &Parameters,
    optimizer: &mut dyn Optimizer,
) -> Result<Checkpoint> {
    let parts = Parts(safetensors::load(path, &Device::Cpu)?);
    let checkpoint = Checkpoint { history: parts.history()?, best: parts.below("best.") };
    let Ok(random) = parts.get("random")?.to_vec1::<u8>()?.try_into() else {
        bail!("`random` is not 48 bytes long")
    };
    let before = optimizer.state()?;
    optimizer.set_state(&parts.below("optimizer."))?;
    if let Err(error) = parameters.set(&parts.below("model.")) {
        optimizer.set_state(&before)?;
        return Err(error);
    }
    set_random_state(random);
    Ok(checkpoint)
}

/// Writes everything, if the options name a file; one of that name is replaced in one step.
pub(crate) fn save(
    options: &FitOptions,
    optimizer: &dyn Optimizer,
    history: &History,
    best: &Best,
) -> Result<()> {
    let (Some(path), Some(parameters)) = (&options.checkpoint, &options.parameters) else {
        return Ok(());
    };
    let device = &Device::Cpu;
    let mut parts = vec![
        ("random".to_owned(), Tensor::new(random_state().as_slice(), device)?),
        ("history.losses".to_owned(), Tensor::new(history.losses.as_slice(), device)?),
        ("history.epochs".to_owned(), epochs(&history.epochs)?),
        ("history.seconds".to_owned(), Tensor::new(history.elapsed.as_secs_f64(), device)?),
        (
            "history.steps_per_epoch".to_owned(),
            Tensor::new(history.steps_per_epoch as i64, device)?,
        ),
    ];
    let model = parameters.tensors().into_iter();
    parts.extend(model.map(|(name, var)| (format!("model.{name}"), var.as_detached_tensor())));
    let state = optimizer.state()?.into_iter();
    parts.extend(state.map(|(name, tensor)| (format!("optimizer.{name}"), tensor)));
    let best = best.kept.iter();
    parts.extend(best.map(|(name, tensor)| (format!("best.{name}"), tensor.clone())));
    save_tensors(&parts, path)
}

/// A row of five numbers for each epoch; NaN stands for what is not there.
fn epochs(epochs: &[Epoch]) -> Result<Tensor> {
    let row = |epoch: &Epoch| {
        let options = [epoch.accuracy, epoch.validation_loss, epoch.test_accuracy];
        let [accuracy, validation, test] = options.map(|value| value.unwrap_or(f64::NAN));
        [epoch.loss, accuracy, validation, test, epoch.seconds]
    };
    let rows: Vec<f64> = epochs.iter().flat_map(row).collect();
    Tensor::from_vec(rows, (epochs.len(), 5), &Device::Cpu)
}

/// The tensors of a file.
struct Parts(HashMap<String, Tensor>);

impl Parts {
    fn get(&self, name: &str) -> Result<&Tensor> {
        match self.0.get(name) {
            Some(tensor) => Ok(tensor),
            None => bail!("it has no tensor `{name}`"),
        }
    }

    /// Those whose name begins with `head`, without it.
    fn below(&self, head: &str) -> Vec<(String, Tensor)> {
        let below = self.0.iter().filter_map(|(name, tensor)| {
            Some((name.strip_prefix(head)?.to_owned(), tensor.clone()))
        });
        let mut below: Vec<(String, Tensor)> = below.collect();
        below.sort_by(|a, b| a.0.cmp(&b.0)); // a map has no order
        below
    }

    fn history(&self) -> Result<History> {
        let known = |value: f64| (!value.is_nan()).then_some(value);
        let epoch = |row: Vec<f64>| Epoch {
            loss: row[0],
            accuracy: known(row[1]),
            validation_loss: known(row[2]),
            test_accuracy: known(row[3]),
            seconds: row[4],
        };
        let epochs = self.get("history.epochs")?;
        if epochs.rank() != 2 || epochs.dim(1)? != 5 {
            bail!("`history.epochs` is {:?}, not (epochs, 5)", epochs.dims());
        }
        let seconds = self.get("history.seconds")?.to_scalar::<f64>()?;
        Ok(History {
            losses: self.get("history.losses")?.to_vec1()?,
            epochs: epochs.to_vec2::<f64>()?.into_iter().map(epoch).collect(),
            steps_per_epoch: self.get("history.steps_per_epoch")?.to_scalar::<i64>()? as usize,
            elapsed: Duration::try_from_secs_f64(seconds).unwrap_or_default(),
            latest: Instant::now(),
        })
    }
}
