//! The course of a run as a table for other programs.

use crate::{Epoch, History};
use candle_core::{Result, bail};
use std::path::Path;

impl History {
    /// The epochs as CSV, a line each; what was not measured is empty.
    ///
    /// ```
    /// # fn main() -> candle_core::Result<()> {
    /// # use candlelab_nn::{Device, Layer, Linear, Sgd};
    /// let (x, y) = candlelab_data::moons(20, 0.1, 1)?;
    /// let model = Linear::new(2, 2, &Device::Cpu)?;
    /// let mut optimizer = Sgd::new(model.vars(), 0.1);
    /// let csv = candlelab_train::fit(&model, &mut optimizer, &x, &y, 2, 20)?.csv();
    /// assert!(csv.starts_with("epoch,loss,validation_loss,accuracy,test_accuracy,seconds\n1,"));
    /// assert_eq!(csv.lines().count(), 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn csv(&self) -> String {
        let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        let line = |(i, epoch): (usize, &Epoch)| {
            let Epoch { loss, validation_loss, accuracy, test_accuracy, seconds } = epoch;
            let [validation, accuracy, test] =
                [*validation_loss, *accuracy, *test_accuracy].map(number);
            format!("{},{loss},{validation},{accuracy},{test},{seconds}\n", i + 1)
        };
        let head = "epoch,loss,validation_loss,accuracy,test_accuracy,seconds\n".to_owned();
        head + &self.epochs.iter().enumerate().map(line).collect::<String>()
    }

    /// Writes [`csv`](Self::csv) to a file; one of that name is replaced in one step.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let partial = path.with_extension(format!("partial-{}", std::process::id()));
        let written =
            std::fs::write(&partial, self.csv()).and_then(|()| std::fs::rename(&partial, path));
        if let Err(error) = written {
            let _ = std::fs::remove_file(&partial);
            bail!("cannot write the history to {}: {error}", path.display());
        }
        Ok(())
    }
}
