//! The affine map.

use super::{Activation, Layer, parameter};
use crate::ops::{bent_linear, linear};
use crate::parameters::Parameters;
use candle_core::{Device, Module, Result, Tensor, Var};

/// The affine map `y = x · wᵀ + b`, see [`linear`].
///
/// # Shapes
/// - `w`: `(out, in)`; `b`: `(out)`
/// - input: `(…, in)`; output: `(…, out)`
#[derive(Clone, Debug)]
pub struct Linear {
    w: Var,
    b: Option<Var>,
}

impl Linear {
    /// A layer with random weights and biases, uniform in `±1/√in`.
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::{Device, Linear, Module, Result, Tensor};
    /// # fn main() -> Result<()> {
    /// let layer = Linear::new(3, 2, &Device::Cpu)?;
    /// let y = layer.forward(&Tensor::new(&[[0f32, 0.0, 0.0]], &Device::Cpu)?)?;
    /// assert_eq!(y.squeeze(0)?.to_vec1::<f32>()?, layer.bias().unwrap().to_vec1::<f32>()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(inputs: usize, outputs: usize, device: &Device) -> Result<Self> {
        Ok(Self {
            w: parameter((outputs, inputs), inputs, device)?,
            b: Some(parameter(outputs, inputs, device)?),
        })
    }

    /// The weights, `(out, in)`.
    pub fn weight(&self) -> &Tensor {
        &self.w
    }

    /// The same without biases: `y = x · wᵀ`.
    pub fn without_bias(self) -> Self {
        Self { b: None, ..self }
    }

    /// The biases, `(out)`, if it has any.
    pub fn bias(&self) -> Option<&Tensor> {
        self.b.as_deref()
    }
}

impl Module for Linear {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        linear(x, &self.w, self.bias())
    }
}

impl Layer for Linear {
    fn parameters(&self) -> Parameters {
        Parameters::new().with("weight", &self.w).with_some("bias", self.b.as_ref())
    }

    fn forward_into(&self, x: &Tensor, activation: Activation) -> Result<Tensor> {
        match activation.bend() {
            Some(bend) => bent_linear(x, &self.w, self.bias(), bend),
            None => activation.forward(&self.forward(x)?),
        }
    }
}
