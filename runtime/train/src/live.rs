//! The progress bar and the loss curve below a cell while it trains.

use crate::History;
use candle_core::{Result, bail};
use candlelab_host::display::{Handle, display};
use candlelab_host::{Progress, progress};
use std::ops::Range;
use std::time::{Duration, Instant};

/// Five pictures a second look smooth and cost little.
const PERIOD: Duration = Duration::from_millis(200);

/// What is on the screen.
pub(crate) struct Live {
    steps: Progress<Range<usize>>,
    curve: Option<Handle>,
    drawn: Instant,
}

impl Live {
    /// Shows an empty progress bar for what is left of `epochs`.
    pub fn new(epochs: usize, history: &History) -> Result<Self> {
        if history.steps_per_epoch == 0 {
            bail!("there are no examples to learn from");
        }
        let left = epochs.saturating_sub(history.epochs.len());
        let steps = progress(0..left * history.steps_per_epoch);
        Ok(Self { steps, curve: None, drawn: Instant::now() })
    }

    /// Called before each step: moves the bar, redraws the curve from time to time, and stops the
    /// cell if the user asked for it.
    pub fn draw(&mut self, history: &History) {
        self.steps.next();
        if self.drawn.elapsed() >= PERIOD && !history.losses.is_empty() {
            self.show(history);
        }
    }

    /// Fills the bar and draws the whole curve.
    pub fn finish(&mut self, history: &History) {
        self.steps.next();
        self.show(history);
    }

    fn show(&mut self, history: &History) {
        let Ok(chart) = history.chart() else { return };
        match &self.curve {
            Some(curve) => curve.update(&chart),
            None => self.curve = Some(display(&chart)),
        }
        self.drawn = Instant::now();
    }
}
