//! Stopping when the validation loss no longer falls.

use crate::{FitOptions, History};
use candle_core::{Result, Tensor, bail};
use candlelab_nn::Parameters;
use std::path::PathBuf;

/// When to stop before the last epoch; `EarlyStopping::default()` fills in what is not named.
///
/// After the run the model has the parameters of the best epoch.
///
/// ```
/// use candlelab_train::EarlyStopping;
/// let stop = EarlyStopping { patience: 3, ..EarlyStopping::default() };
/// assert_eq!((stop.min_delta, stop.file), (0.0, None));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct EarlyStopping {
    /// Epochs without a better validation loss that are borne; 5.
    pub patience: usize,
    /// By how much a loss must be lower to be better; 0.
    pub min_delta: f64,
    /// A safetensors file that holds the best parameters so far; none.
    pub file: Option<PathBuf>,
}

impl Default for EarlyStopping {
    fn default() -> Self {
        Self { patience: 5, min_delta: 0.0, file: None }
    }
}

/// The parameters of the best epoch so far; does nothing without [`EarlyStopping`].
pub(crate) struct Best {
    watched: Option<(EarlyStopping, Parameters)>,
    /// By name.
    pub kept: Vec<(String, Tensor)>,
}

impl Best {
    pub fn new(options: &FitOptions) -> Result<Self> {
        let watched = match (&options.stop, &options.parameters, &options.validation) {
            (None, ..) => None,
            (Some(stop), Some(parameters), Some(_)) => Some((stop.clone(), parameters.clone())),
            (Some(_), parameters, validation) => bail!(
                "early stopping needs the validation set and the parameters, found {} and {}\n\
                 hint: validation: Some((x, y)), parameters: Some(model.parameters())",
                if validation.is_some() { "a validation set" } else { "none" },
                if parameters.is_some() { "parameters" } else { "none" }
            ),
        };
        let kept = options.resumed.as_ref().map(|checkpoint| checkpoint.best.clone());
        Ok(Self { watched, kept: kept.unwrap_or_default() })
    }

    /// Keeps the parameters if the last epoch was the best; says whether to go on.
    pub fn keep(&mut self, history: &History) -> Result<bool> {
        let Some((stop, parameters)) = &self.watched else { return Ok(true) };
        let losses: Vec<f64> =
            history.epochs.iter().filter_map(|epoch| epoch.validation_loss).collect();
        let waited = losses.len() - 1 - best(&losses, stop.min_delta);
        if waited == 0 {
            let copy = |(name, var): (String, candlelab_nn::Var)| Ok((name, var.copy()?.detach()));
            self.kept = parameters.tensors().into_iter().map(copy).collect::<Result<_>>()?;
            if let Some(file) = &stop.file {
                parameters.save(file)?;
            }
        }
        Ok(waited < stop.patience.max(1))
    }

    /// Gives the model the parameters of the best epoch.
    pub fn restore(&self) -> Result<()> {
        match &self.watched {
            Some((_, parameters)) => parameters.set(&self.kept),
            None => Ok(()),
        }
    }
}

/// The last epoch that was better than the best before it.
fn best(losses: &[f64], min_delta: f64) -> usize {
    let mut best = 0;
    for (epoch, loss) in losses.iter().enumerate() {
        if *loss < losses[best] - min_delta || losses[best].is_nan() {
            best = epoch;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_is_lower_by_the_least_difference() {
        let losses = [1.0, 0.5, 0.45, 0.6, 0.44];
        assert_eq!(best(&losses, 0.0), 4);
        assert_eq!(best(&losses, 0.1), 1);
        assert_eq!(best(&[f64::NAN, 3.0, 4.0], 0.0), 1);
    }
}
