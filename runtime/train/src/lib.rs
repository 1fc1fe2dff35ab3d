//! Training that can be watched, stopped and looked back on.
//!
//! - [`fit`] trains a classifier, [`fit_with`] whatever [`FitOptions`] describe, [`fit_each`] calls
//!   a closure after each epoch; all show a progress bar and a loss curve that grows while they
//!   run, and return a [`History`]. [`resume`] takes up a run that was stopped;
//! - [`evaluate`] and [`evaluate_loss`] measure on data that was not trained on;
//! - [`confusion`], [`roc`], [`auc`], [`precision_recall`], [`average_precision`], [`calibration`],
//!   [`calibration_error`], [`brier_score`] and [`bootstrap`] measure in other ways;
//! - [`loss_landscape`] looks around what a model has learnt, [`EventWriter`] writes for
//!   TensorBoard, [`History::save_csv`] for anything else.
//!
//! The loop itself stands in `fit.rs`, short enough to paste into a notebook; `live.rs` draws,
//! `history.rs` remembers, `finite.rs` finds where a NaN comes from.
//!
//! ```
//! use candlelab_nn::{Activation, Adam, Device, Linear, Result, Sequential, seed};
//! use candlelab_train::{evaluate, fit};
//! # fn main() -> Result<()> {
//! seed(1);
//! let (x, y) = candlelab_data::moons(200, 0.1, 1)?;
//! let model = Sequential::new()
//!     .add(Linear::new(2, 16, &Device::Cpu)?)
//!     .add(Activation::Relu)
//!     .add(Linear::new(16, 2, &Device::Cpu)?);
//! let mut optimizer = Adam::new(model.vars(), 0.03);
//! let history = fit(&model, &mut optimizer, &x, &y, 30, 20)?; // 30 epochs, 20 examples a step
//! assert_eq!(history.losses.len(), 300);
//! assert!(evaluate(&model, &x, &y)? > 0.95);
//! # Ok(())
//! # }
//! ```

mod accumulate;
mod bootstrap;
mod calibration;
mod checkpoint;
mod column;
mod confusion;
mod csv;
mod evaluate;
mod events;
mod finite;
mod fit;
mod history;
mod landscape;
mod live;
mod options;
mod ranking;
mod stopping;

pub use bootstrap::{Interval, bootstrap};
pub use calibration::{Calibration, brier_score, calibration, calibration_error};
pub use checkpoint::{Checkpoint, resume};
pub use confusion::{Confusion, Scores, confusion};
pub use evaluate::{evaluate, evaluate_loss};
pub use events::EventWriter;
pub use fit::{fit, fit_each, fit_loss, fit_with};
pub use history::{Epoch, History};
pub use landscape::{Landscape, loss_landscape};
pub use options::FitOptions;
pub use ranking::{PrecisionRecall, Roc, auc, average_precision, precision_recall, roc};
pub use stopping::EarlyStopping;
