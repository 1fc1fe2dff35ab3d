//! Gradients of several batches for one step.

use candle_core::backprop::GradStore;
use candle_core::{Result, Tensor};
use candlelab_nn::backward;

/// The gradients so far, each batch weighted with its number of examples.
pub(crate) struct Gradients {
    batches: usize,
    most: usize,
    rows: usize,
    sum: GradStore,
}

impl Gradients {
    /// For steps of `most` batches.
    pub fn new(most: usize) -> Self {
        Self { batches: 0, most, rows: 0, sum: GradStore::default() }
    }

    /// Adds the gradient of a batch's mean loss.
    pub fn add(&mut self, loss: &Tensor, rows: usize) -> Result<()> {
        self.batches += 1;
        self.rows += rows;
        if self.most == 1 {
            self.sum = backward(loss)?;
            return Ok(());
        }
        self.sum.extend(backward(&(loss * rows as f64)?)?)
    }

    /// Whether it is time for a step.
    pub fn is_full(&self) -> bool {
        self.batches >= self.most
    }

    /// The gradient of the mean loss of all examples; begins anew.
    pub fn take(&mut self) -> Result<GradStore> {
        let rows = self.rows as f64;
        let fresh = Self::new(self.most);
        let mut sum = std::mem::replace(self, fresh).sum;
        if self.most > 1 {
            let ids: Vec<_> = sum.get_ids().copied().collect();
            for id in ids {
                let mean = sum.get_id(id).map(|gradient| gradient / rows).transpose()?;
                mean.map(|mean| sum.insert_id(id, mean));
            }
        }
        Ok(sum)
    }
}
