//! Layers that learn no more.

use super::Layer;
use crate::mode::evaluating;
use crate::parameters::Parameters;
use candle_core::{Module, Result, Tensor};

/// A layer as it is: nothing of it is trained, and it is always in evaluation mode, so that running
/// statistics stand still and nothing is left out; see [`evaluating`].
///
/// Gradients go through it to its input. Its parameters keep their names, so that a checkpoint can
/// be loaded with or without it.
///
/// ```
/// # use candlelab_nn::*;
/// # fn main() -> Result<()> {
/// let device = Device::Cpu;
/// let features = Sequential::new().add(Linear::new(8, 4, &device)?).add(Activation::Relu);
/// let model = Sequential::new().add(Frozen(features)).add(Linear::new(4, 2, &device)?);
/// assert_eq!(parameter_count(&model.vars()), 4 * 2 + 2); // the head only
/// assert_eq!(model.parameters().tensors().len(), 4);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Frozen<L>(pub L);

impl<L: Layer> Module for Frozen<L> {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        evaluating(|| self.0.forward(x))
    }
}

impl<L: Layer> Layer for Frozen<L> {
    fn parameters(&self) -> Parameters {
        self.0.parameters().frozen()
    }
}
