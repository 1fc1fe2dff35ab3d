//! What a model is made of, as a table.

use crate::layer::Layer;
use candle_core::{Result, Tensor, Var};
use std::fmt;

/// How many numbers an optimiser can change.
pub fn parameter_count(vars: &[Var]) -> usize {
    vars.iter().map(|var| var.elem_count()).sum()
}

/// A table of layers, made by [`summary`].
#[derive(Clone, Default, PartialEq)]
pub struct Summary {
    /// Name, output shape and number of parameters of each layer.
    pub rows: Vec<(String, Vec<usize>, usize)>,
}

/// The shape after each layer of a model and its number of parameters, for an input like `x`.
///
/// Layers within a [`Sequential`](crate::Sequential) have a row each; any other layer has one, or
/// as many as its [`Layer::trace`] makes.
///
/// # Errors
/// If a layer does not fit its input.
///
/// ```
/// # use candlelab_nn::*;
/// # fn main() -> Result<()> {
/// let device = Device::Cpu;
/// let hidden = Sequential::new().add(Linear::new(2, 3, &device)?).add(Activation::Tanh);
/// let model = Sequential::new().add(hidden).add(Linear::new(3, 1, &device)?);
/// let table = summary(&model, &Tensor::zeros((5, 2), DType::F32, &device)?)?;
/// assert_eq!(table.rows[0], ("Linear".to_owned(), vec![5, 3], 2 * 3 + 3));
/// assert!(format!("{table:?}").ends_with(" 13")); // in all
/// # Ok(())
/// # }
/// ```
pub fn summary(model: &dyn Layer, x: &Tensor) -> Result<Summary> {
    let mut summary = Summary::default();
    model.trace(x, &mut summary)?;
    Ok(summary)
}

impl fmt::Debug for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|(name, ..)| name.len()).max().unwrap_or(0).max(12);
        for (name, shape, parameters) in &self.rows {
            writeln!(f, "{name:<width$} {:<20} {parameters:>10}", format!("{shape:?}"))?;
        }
        let total: usize = self.rows.iter().map(|(.., parameters)| parameters).sum();
        write!(f, "{:<width$} {:<20} {total:>10}", "in all", "")
    }
}
