//! What a training run leaves behind.

use candle_core::{Result, bail};
use candlelab_host::{Bundle, Rich};
use candlelab_plot::{Chart, lines};
use std::fmt;
use std::time::{Duration, Instant};

/// The course of a training run; a notebook shows it as a loss curve.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// The loss of each step, taken before the step.
    pub losses: Vec<f64>,
    /// The fraction of right answers in each finished epoch, each example counted just before the
    /// model learnt from it; empty if the targets are no classes.
    pub accuracies: Vec<f64>,
    /// Steps in an epoch.
    pub steps_per_epoch: usize,
    /// How long the steps took.
    pub elapsed: Duration,
    started: Instant,
}

impl History {
    pub(crate) fn new(steps_per_epoch: usize) -> Self {
        Self {
            losses: Vec::new(),
            accuracies: Vec::new(),
            steps_per_epoch,
            elapsed: Duration::ZERO,
            started: Instant::now(),
        }
    }

    /// Notes the loss of a step, which must be a number for the training to go on.
    pub(crate) fn push(&mut self, loss: f64) -> Result<()> {
        if !loss.is_finite() {
            let step = self.losses.len() + 1;
            bail!("the loss is {loss} at step {step}\nhint: a smaller learning rate often helps");
        }
        self.losses.push(loss);
        self.elapsed = self.started.elapsed();
        Ok(())
    }

    /// The loss of each step as a curve over epochs, with its running mean once that differs.
    ///
    /// # Errors
    /// If there was no step.
    pub fn chart(&self) -> candlelab_plot::Result<Chart> {
        let epochs: Vec<f64> =
            (1..=self.losses.len()).map(|step| step as f64 / self.steps_per_epoch as f64).collect();
        let window = self.window();
        let mut curves = vec![("loss of a step", epochs.clone(), self.losses.clone())];
        if window > 1 {
            curves.push(("running mean", epochs, running_mean(&self.losses, window)));
        }
        lines(&self.to_string(), &curves)
    }

    /// The mean loss of the latest steps; NaN before the first.
    pub fn loss(&self) -> f64 {
        let latest = &self.losses[self.losses.len().saturating_sub(self.window())..];
        latest.iter().sum::<f64>() / latest.len() as f64
    }

    /// A twentieth of the run, at most an epoch.
    fn window(&self) -> usize {
        (self.losses.len() / 20).clamp(1, self.steps_per_epoch.max(1))
    }
}

/// The mean of the last `window` values at each place, of fewer at the start.
fn running_mean(values: &[f64], window: usize) -> Vec<f64> {
    let mean = |end: usize| {
        let latest = &values[end.saturating_sub(window)..end];
        latest.iter().sum::<f64>() / latest.len() as f64
    };
    (1..=values.len()).map(mean).collect()
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.losses.is_empty() {
            return f.write_str("no steps");
        }
        let epochs = self.losses.len() as f64 / self.steps_per_epoch as f64;
        write!(f, "epoch {}, loss {:.4}", (epochs * 10.0).round() / 10.0, self.loss())?;
        if let Some(accuracy) = self.accuracies.last() {
            write!(f, ", {:.1} % right", 100.0 * accuracy)?;
        }
        write!(f, ", {:.1} s", self.elapsed.as_secs_f64())
    }
}

impl Rich for History {
    fn rich(&self) -> Bundle {
        self.chart().map_or_else(|_| Bundle::text(self.to_string()), |chart| chart.rich())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(losses: &[f64]) -> History {
        let mut history = History::new(4);
        losses.iter().try_for_each(|loss| history.push(*loss)).unwrap();
        history.elapsed = Duration::from_secs(3);
        history
    }

    #[test]
    fn the_summary_tells_epoch_loss_and_accuracy() {
        let mut history = history(&[2.0, 1.0, 1.0, 1.0, 0.5, 0.25]);
        assert_eq!(history.to_string(), "epoch 1.5, loss 0.2500, 3.0 s");
        history.accuracies.push(0.75);
        assert_eq!(history.to_string(), "epoch 1.5, loss 0.2500, 75.0 % right, 3.0 s");
        assert_eq!(History::new(4).to_string(), "no steps");
    }

    #[test]
    fn the_mean_runs_over_the_latest_steps() {
        assert_eq!(running_mean(&[4.0, 2.0, 0.0, 1.0], 2), [4.0, 3.0, 1.0, 0.5]);
        let falling: Vec<f64> = (0..40).rev().map(f64::from).collect();
        assert_eq!(history(&falling).loss(), 0.5); // the last two of forty
    }

    #[test]
    fn a_notebook_gets_the_curve_and_a_text() {
        let bundle = history(&[2.0; 40]).rich();
        let svg = bundle.get("image/svg+xml").unwrap();
        assert!(svg.contains("running mean"), "{svg}");
        assert!(bundle.get("text/plain").unwrap().starts_with("epoch 10, loss 2.0000"));
        assert_eq!(History::new(4).rich().get("text/plain"), Some("no steps"));
    }

    #[test]
    fn a_loss_that_is_no_number_is_an_error() {
        let mut history = history(&[2.0]);
        let text = history.push(f64::NAN).unwrap_err().to_string();
        assert!(text.starts_with("the loss is NaN at step 2\nhint: a smaller learning"), "{text}");
        assert_eq!(history.losses, [2.0]);
    }
}
