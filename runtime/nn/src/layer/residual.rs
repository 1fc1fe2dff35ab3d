//! Shortcuts around layers.

use super::{Activation, Layer};
use crate::ops::{Bend, bent_sum};
use crate::parameters::Parameters;
use candle_core::{Module, Result, Tensor, bail};
use std::sync::Arc;

/// A layer with a shortcut around it (He et al. 2016): `y = x + f(x)`.
///
/// ```
/// # use candlelab_nn::*;
/// # fn main() -> Result<()> {
/// let layer = Residual::new(Activation::Relu);
/// let y = layer.forward(&Tensor::new(&[-1f32, 2.0], &Device::Cpu)?)?;
/// assert_eq!(y.to_vec1::<f32>()?, [-1.0, 4.0]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Residual {
    layer: Arc<dyn Layer>,
    shortcut: Option<Arc<dyn Layer>>,
}

impl Residual {
    /// A shortcut around `layer`, whose output has the shape of its input.
    pub fn new(layer: impl Layer + 'static) -> Self {
        Self { layer: Arc::new(layer), shortcut: None }
    }

    /// `y = shortcut(x) + f(x)`, for a layer that changes the shape.
    pub fn with_shortcut(mut self, shortcut: impl Layer + 'static) -> Self {
        self.shortcut = Some(Arc::new(shortcut));
        self
    }
}

impl Module for Residual {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (x, y) = self.both(x)?;
        bent_sum(&x, &y, Bend(None))
    }
}

impl Residual {
    /// `shortcut(x)` and `f(x)`.
    fn both(&self, x: &Tensor) -> Result<(Tensor, Tensor)> {
        let y = self.layer.forward(x)?;
        let x = self.shortcut.as_ref().map_or(Ok(x.clone()), |shortcut| shortcut.forward(x))?;
        if x.dims() != y.dims() {
            bail!("shape mismatch in Residual, shortcut: {:?}, layer: {:?}", x.dims(), y.dims());
        }
        Ok((x, y))
    }
}

impl Layer for Residual {
    fn parameters(&self) -> Parameters {
        let layer = Parameters::new().with_layer("layer", &*self.layer);
        match &self.shortcut {
            Some(shortcut) => layer.with_layer("shortcut", &**shortcut),
            None => layer,
        }
    }

    fn forward_into(&self, x: &Tensor, activation: Activation) -> Result<Tensor> {
        let (x, y) = self.both(x)?;
        match activation.bend() {
            Some(bend) => bent_sum(&x, &y, bend),
            None => activation.forward(&(x + y)?),
        }
    }
}
