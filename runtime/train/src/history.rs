//! What a training run leaves behind.

use candlelab_host::{Bundle, Rich};
use candlelab_plot::{Chart, lines};
use std::fmt;
use std::time::{Duration, Instant};

/// One pass over all examples.
#[derive(Clone, Debug, PartialEq)]
pub struct Epoch {
    /// The mean loss of its steps.
    pub loss: f64,
    /// The fraction of right answers, each example counted just before the model learnt from it;
    /// none if the targets are no classes.
    pub accuracy: Option<f64>,
    /// The mean loss on the validation set after the epoch, if there is one.
    pub validation_loss: Option<f64>,
    /// The fraction of right answers on the test set after the epoch, if there is one.
    pub test_accuracy: Option<f64>,
    /// How long it took, in seconds, without validation and test.
    pub seconds: f64,
}

/// The course of a training run; a notebook shows it as a loss curve and a table of epochs.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// The loss of each batch, taken before the step that follows from it.
    pub losses: Vec<f64>,
    /// The finished epochs.
    pub epochs: Vec<Epoch>,
    /// Batches in an epoch, each one a step unless gradients are accumulated.
    pub steps_per_epoch: usize,
    /// How long the steps took.
    pub elapsed: Duration,
    pub(crate) latest: Instant,
}

impl History {
    pub(crate) fn new(steps_per_epoch: usize) -> Self {
        Self {
            losses: Vec::new(),
            epochs: Vec::new(),
            steps_per_epoch,
            elapsed: Duration::ZERO,
            latest: Instant::now(),
        }
    }

    /// Notes the loss of a step.
    pub(crate) fn push(&mut self, loss: f64) {
        self.losses.push(loss);
        self.count_time();
    }

    /// Closes an epoch whose steps are all in.
    pub(crate) fn end_epoch(
        &mut self,
        accuracy: Option<f64>,
        validation_loss: Option<f64>,
        test_accuracy: Option<f64>,
    ) {
        let steps = &self.losses[self.epochs.len() * self.steps_per_epoch..];
        let loss = steps.iter().sum::<f64>() / steps.len() as f64;
        let before: f64 = self.epochs.iter().map(|epoch| epoch.seconds).sum();
        let seconds = self.elapsed.as_secs_f64() - before;
        self.epochs.push(Epoch { loss, accuracy, validation_loss, test_accuracy, seconds });
        self.latest = Instant::now(); // validation and test do not count
    }

    /// How many steps of `accumulate` batches are done.
    pub(crate) fn steps(&self, accumulate: usize) -> usize {
        let epoch = self.steps_per_epoch.div_ceil(accumulate);
        self.epochs.len() * epoch + self.batches() / accumulate
    }

    /// The batches of the epoch that is not closed yet.
    fn batches(&self) -> usize {
        self.losses.len() - self.epochs.len() * self.steps_per_epoch
    }

    /// Whether all batches of the epoch are in.
    pub(crate) fn is_epoch_full(&self) -> bool {
        self.batches() == self.steps_per_epoch
    }

    /// The batch that comes next: `epoch 3, batch 12 of 40`
    pub(crate) fn place(&self) -> String {
        let (epoch, batch) = (self.epochs.len() + 1, self.batches() + 1);
        format!("epoch {epoch}, batch {batch} of {}", self.steps_per_epoch)
    }

    fn count_time(&mut self) {
        self.elapsed += self.latest.elapsed();
        self.latest = Instant::now();
    }

    /// The loss of each step as a curve over epochs, with its running mean once that differs
    /// and the loss on the validation set, if there is one.
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
        let validation = (1..).zip(&self.epochs);
        let (at, losses): (Vec<f64>, Vec<f64>) = validation
            .filter_map(|(number, epoch)| Some((f64::from(number), epoch.validation_loss?)))
            .unzip();
        if !at.is_empty() {
            curves.push(("validation", at, losses));
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
        if let Some(epoch) = self.epochs.last() {
            f.write_str(&epoch.answers())?;
        }
        write!(f, ", {:.1} s", self.elapsed.as_secs_f64())
    }
}

impl Epoch {
    /// `, 97.5 % right, 96.1 % in the test`, as far as known
    fn answers(&self) -> String {
        let part = |fraction: Option<f64>, what| {
            fraction
                .map(|fraction| format!(", {:.1} % {what}", 100.0 * fraction))
                .unwrap_or_default()
        };
        part(self.accuracy, "right") + &part(self.test_accuracy, "in the test")
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let validation = self.validation_loss.map(|loss| format!(" ({loss:.4} in validation)"));
        let validation = validation.unwrap_or_default();
        write!(f, "loss {:.4}{validation}{}, {:.1} s", self.loss, self.answers(), self.seconds)
    }
}

impl Rich for History {
    fn rich(&self) -> Bundle {
        let Ok(chart) = self.chart() else { return Bundle::text(self.to_string()) };
        if self.epochs.is_empty() {
            return chart.rich();
        }
        let lines = self.epochs.iter().enumerate();
        let lines: Vec<String> =
            lines.map(|(i, epoch)| format!("epoch {}: {epoch}", i + 1)).collect();
        let html = format!("{}{}", chart.svg(), table(&self.epochs));
        Bundle::text(lines.join("\n")).with("image/svg+xml", chart.svg()).with("text/html", html)
    }
}

/// One row an epoch; columns that no epoch has are left out.
fn table(epochs: &[Epoch]) -> String {
    let percent = |fraction: f64| format!("{:.1} %", 100.0 * fraction);
    let column = |head: &str, cell: &dyn Fn(&Epoch) -> Option<String>| {
        let cells: Vec<String> = epochs.iter().filter_map(cell).collect();
        (cells.len() == epochs.len()).then(|| (head.to_owned(), cells))
    };
    let columns: Vec<(String, Vec<String>)> = [
        column("loss", &|epoch| Some(format!("{:.4}", epoch.loss))),
        column("validation loss", &|epoch| Some(format!("{:.4}", epoch.validation_loss?))),
        column("right", &|epoch| epoch.accuracy.map(percent)),
        column("right in the test", &|epoch| epoch.test_accuracy.map(percent)),
        column("seconds", &|epoch| Some(format!("{:.1}", epoch.seconds))),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut html = "<table><tr><th>epoch</th>".to_owned();
    columns.iter().for_each(|(head, _)| html += &format!("<th>{head}</th>"));
    for row in 0..epochs.len() {
        html += &format!("</tr><tr><td>{}</td>", row + 1);
        columns.iter().for_each(|(_, cells)| html += &format!("<td>{}</td>", cells[row]));
    }
    html + "</tr></table>"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(losses: &[f64]) -> History {
        let mut history = History::new(4);
        losses.iter().for_each(|loss| history.push(*loss));
        history.elapsed = Duration::from_secs(3);
        history
    }

    #[test]
    fn the_summary_tells_epoch_loss_and_accuracy() {
        let mut history = history(&[2.0, 1.0, 1.0, 1.0, 0.5, 0.25]);
        assert_eq!(history.to_string(), "epoch 1.5, loss 0.2500, 3.0 s");
        history.end_epoch(Some(0.75), None, None);
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
    fn a_notebook_gets_the_curve_the_table_and_a_text() {
        let mut history = history(&[2.0; 40]);
        assert!(history.rich().get("text/plain").unwrap().starts_with("epoch 10, loss 2.0000"));
        history.losses.truncate(4);
        history.end_epoch(Some(0.5), None, Some(0.25));
        let bundle = history.rich();
        let text = "epoch 1: loss 2.0000, 50.0 % right, 25.0 % in the test, 3.0 s";
        assert_eq!(bundle.get("text/plain"), Some(text));
        assert!(bundle.get("image/svg+xml").unwrap().starts_with("<svg"));
        let row = "<td>1</td><td>2.0000</td><td>50.0 %</td><td>25.0 %</td><td>3.0</td>";
        assert!(bundle.get("text/html").unwrap().contains(row));
        assert_eq!(History::new(4).rich().get("text/plain"), Some("no steps"));
    }

    #[test]
    fn an_epoch_has_the_mean_of_its_own_steps() {
        let mut history = History::new(2);
        for losses in [[3.0, 1.0], [0.5, 0.1]] {
            losses.into_iter().for_each(|loss| history.push(loss));
            history.end_epoch(None, Some(0.5), None);
        }
        let losses: Vec<f64> = history.epochs.iter().map(|epoch| epoch.loss).collect();
        assert_eq!(losses, [2.0, 0.3]);
        let seconds: f64 = history.epochs.iter().map(|epoch| epoch.seconds).sum();
        assert!((seconds - history.elapsed.as_secs_f64()).abs() < 1e-9);
        assert!(!table(&history.epochs).contains("right"));
        assert!(history.epochs[0].to_string().starts_with("loss 2.0000 (0.5000 in validation), "));
        assert!(history.chart().unwrap().text().contains("validation: ▁▁  0.5 … 0.5"));
    }
}
