//! The block of a ResNet, and adapters to put between blocks.

use super::{Activation, BatchNorm, Conv2d, Layer};
use crate::ops::{Bend, ConvOptions, bent_sum, one_node};
use crate::parameters::Parameters;
use candle_core::{Device, Module, Result, Tensor};

/// A convolution without biases, padded so that stride 1 keeps the size, and the normalisation
/// after it.
pub(super) fn conv_norm(
    inputs: usize,
    outputs: usize,
    kernel: usize,
    stride: usize,
    device: &Device,
) -> Result<(Conv2d, BatchNorm)> {
    let options = ConvOptions { stride, padding: kernel / 2, ..ConvOptions::default() };
    let conv = Conv2d::with_options(inputs, outputs, kernel, options, device)?;
    Ok((conv.without_bias(), BatchNorm::new(outputs, device)?))
}

/// A residual block (He et al. 2016): `y = relu(f(x) + shortcut(x))`, where `f` is two
/// convolutions of 3×3 without biases, each with [`BatchNorm`], and a rectifier between them.
///
/// The shortcut is `x` itself, or a convolution of 1×1 with [`BatchNorm`] where size or channels
/// change.
#[derive(Clone, Debug)]
pub struct ResidualBlock {
    conv_1: Conv2d,
    norm_1: BatchNorm,
    conv_2: Conv2d,
    norm_2: BatchNorm,
    shortcut: Option<(Conv2d, BatchNorm)>,
}

impl ResidualBlock {
    /// A block from `inputs` to `outputs` channels whose first convolution has this stride.
    ///
    /// # Shapes
    /// - input: `(batch, inputs, height, width)`
    /// - output: `(batch, outputs, height / stride, width / stride)`, rounded up
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let block = ResidualBlock::new(16, 32, 2, &Device::Cpu)?;
    /// let y = block.forward(&randn(0.0, 1.0, (2, 16, 28, 28), &Device::Cpu)?)?;
    /// assert_eq!(y.dims(), [2, 32, 14, 14]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(inputs: usize, outputs: usize, stride: usize, device: &Device) -> Result<Self> {
        let (conv_1, norm_1) = conv_norm(inputs, outputs, 3, stride, device)?;
        let (conv_2, norm_2) = conv_norm(outputs, outputs, 3, 1, device)?;
        let changes = stride != 1 || inputs != outputs;
        let shortcut =
            changes.then(|| conv_norm(inputs, outputs, 1, stride, device)).transpose()?;
        Ok(Self { conv_1, norm_1, conv_2, norm_2, shortcut })
    }
}

impl Module for ResidualBlock {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        one_node(|| {
            let y = self.norm_1.forward_into(&self.conv_1.forward(x)?, Activation::Relu)?;
            let y = self.norm_2.forward(&self.conv_2.forward(&y)?)?; // (batch, out, height / stride, …)
            let shortcut = match &self.shortcut {
                Some((conv, norm)) => norm.forward(&conv.forward(x)?)?,
                None => x.clone(),
            };
            bent_sum(&y, &shortcut, Bend(Some(0.0))) // relu(y + shortcut)
        })
    }
}

impl Layer for ResidualBlock {
    fn parameters(&self) -> Parameters {
        let block = (Parameters::new().with_layer("conv_1", &self.conv_1))
            .with_layer("norm_1", &self.norm_1)
            .with_layer("conv_2", &self.conv_2)
            .with_layer("norm_2", &self.norm_2);
        match &self.shortcut {
            Some((conv, norm)) => {
                block.with_layer("shortcut.conv", conv).with_layer("shortcut.norm", norm)
            }
            None => block,
        }
    }
}

/// A residual adapter (Rebuffi et al. 2017): `y = x + B relu(A x)` at each pixel, with few channels
/// in between. It starts with `B` at 0, that is, as the identity.
///
/// Put between the frozen layers of a trained network, it fits them to other images with few new
/// parameters. The paper has one full 1×1 convolution; two narrow ones (Houlsby et al. 2019) need
/// less.
#[derive(Clone, Debug)]
pub struct Adapter {
    down: Conv2d,
    up: Conv2d,
}

impl Adapter {
    /// An adapter for `channels`, with `hidden` channels in between.
    ///
    /// # Shapes
    /// - input: `(batch, channels, height, width)`; output the same
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let layer = Adapter::new(3, 1, &Device::Cpu)?;
    /// let x = randn(0.0, 1.0, (1, 3, 2, 2), &Device::Cpu)?;
    /// let difference = (layer.forward(&x)? - x)?.abs()?.max_all()?;
    /// assert_eq!(difference.to_scalar::<f32>()?, 0.0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(channels: usize, hidden: usize, device: &Device) -> Result<Self> {
        let conv = |inputs, outputs| Conv2d::new(inputs, outputs, 1, 0, device);
        let (down, up) = (conv(channels, hidden)?, conv(hidden, channels)?);
        for var in up.vars() {
            var.set(&var.zeros_like()?)?;
        }
        Ok(Self { down, up })
    }
}

impl Module for Adapter {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        x + self.up.forward(&self.down.forward_into(x, Activation::Relu)?)?
    }
}

impl Layer for Adapter {
    fn parameters(&self) -> Parameters {
        Parameters::new().with_layer("down", &self.down).with_layer("up", &self.up)
    }
}
