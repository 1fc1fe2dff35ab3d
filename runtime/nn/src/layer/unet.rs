//! The parts of a U-Net.

use super::resnet::conv_norm;
use super::{Activation, BatchNorm, Conv2d, ConvTranspose2d, Layer};
use crate::ops::{ConvOptions, join, max_pool2d, one_node};
use crate::parameters::Parameters;
use candle_core::{Device, Module, Result, Tensor, Var, bail};

/// Two convolutions of 3×3, each with normalisation and a rectifier after it; the image keeps its
/// size.
///
/// Ronneberger et al. 2015 have no padding and no normalisation; with both, as is usual today, the
/// output has the size of the input and training is faster.
#[derive(Clone, Debug)]
pub struct DoubleConv {
    conv_1: Conv2d,
    norm_1: BatchNorm,
    conv_2: Conv2d,
    norm_2: BatchNorm,
}

impl DoubleConv {
    /// Convolutions from `inputs` to `outputs` channels and from `outputs` to `outputs`.
    ///
    /// # Shapes
    /// - input: `(batch, inputs, height, width)`; output: `(batch, outputs, height, width)`
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let layer = DoubleConv::new(1, 4, &Device::Cpu)?;
    /// assert_eq!(parameter_count(&layer.vars()), 9 * 4 + 2 * 4 + 9 * 4 * 4 + 2 * 4);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(inputs: usize, outputs: usize, device: &Device) -> Result<Self> {
        let (conv_1, norm_1) = conv_norm(inputs, outputs, 3, 1, device)?;
        let (conv_2, norm_2) = conv_norm(outputs, outputs, 3, 1, device)?;
        Ok(Self { conv_1, norm_1, conv_2, norm_2 })
    }
}

impl Module for DoubleConv {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        one_node(|| {
            let x = self.norm_1.forward_into(&self.conv_1.forward(x)?, Activation::Relu)?;
            self.norm_2.forward_into(&self.conv_2.forward(&x)?, Activation::Relu) // (batch, out, …)
        })
    }
}

impl Layer for DoubleConv {
    fn parameters(&self) -> Parameters {
        (Parameters::new().with_layer("conv_1", &self.conv_1).with_layer("norm_1", &self.norm_1))
            .with_layer("conv_2", &self.conv_2)
            .with_layer("norm_2", &self.norm_2)
    }
}

/// A step down a U-Net: half the size by [`max_pool2d`], then a [`DoubleConv`].
#[derive(Clone, Debug)]
pub struct UNetDown {
    conv: DoubleConv,
}

impl UNetDown {
    /// A step from `inputs` to `outputs` channels.
    ///
    /// # Shapes
    /// - input: `(batch, inputs, height, width)`
    /// - output: `(batch, outputs, height / 2, width / 2)`, rounded down
    ///
    /// # Errors
    /// If the device has no room.
    pub fn new(inputs: usize, outputs: usize, device: &Device) -> Result<Self> {
        Ok(Self { conv: DoubleConv::new(inputs, outputs, device)? })
    }
}

impl Module for UNetDown {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        one_node(|| self.conv.forward(&max_pool2d(x, 2, 2)?))
    }
}

impl Layer for UNetDown {
    fn parameters(&self) -> Parameters {
        self.conv.parameters()
    }
}

/// A step up a U-Net: twice the size by a transposed convolution, beside it what the step down of
/// the same size had (the skip), then a [`DoubleConv`].
///
/// Where the skip has an odd height or width, a row or a column of zeros is appended.
#[derive(Clone, Debug)]
pub struct UNetUp {
    up: ConvTranspose2d,
    conv: DoubleConv,
}

impl UNetUp {
    /// A step from `inputs` to `outputs` channels, with a skip of `outputs` channels.
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let device = Device::Cpu;
    /// let (down, up) = (UNetDown::new(4, 8, &device)?, UNetUp::new(8, 4, &device)?);
    /// let skip = randn(0.0, 1.0, (1, 4, 7, 6), &device)?; // an odd height
    /// let low = down.forward(&skip)?;
    /// assert_eq!(low.dims(), [1, 8, 3, 3]);
    /// assert_eq!(up.forward(&low, &skip)?.dims(), [1, 4, 7, 6]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(inputs: usize, outputs: usize, device: &Device) -> Result<Self> {
        let options = ConvOptions { stride: 2, ..ConvOptions::default() };
        let up = ConvTranspose2d::new(inputs, outputs, 2, options, device)?;
        Ok(Self { up, conv: DoubleConv::new(2 * outputs, outputs, device)? })
    }

    /// Enlarges `x` to the size of `skip` and joins both.
    ///
    /// # Shapes
    /// - `x`: `(batch, inputs, height / 2, width / 2)`, rounded down
    /// - `skip`: `(batch, outputs, height, width)`
    /// - output: `(batch, outputs, height, width)`
    ///
    /// # Errors
    /// If `x` is not half as large as `skip`.
    pub fn forward(&self, x: &Tensor, skip: &Tensor) -> Result<Tensor> {
        one_node(|| {
            let y = self.fitted(x, skip)?;
            self.conv.forward(&join(skip, &y, 1)?) // from (batch, 2 · out, height, width)
        })
    }

    /// `x` in twice the size, or a pixel more where `skip` has one more.
    fn fitted(&self, x: &Tensor, skip: &Tensor) -> Result<Tensor> {
        let y = self.up.forward(x)?; // (batch, out, 2 · (height / 2), 2 · (width / 2))
        let mut missing = [0; 2];
        for (missing, dim) in missing.iter_mut().zip([2, 3]) {
            *missing = match skip.dim(dim)?.checked_sub(y.dim(dim)?) {
                Some(pixels @ 0..=1) => pixels,
                _ => bail!("shape mismatch in UNetUp, x: {:?}, skip: {:?}", x.dims(), skip.dims()),
            };
        }
        y.pad_with_zeros(2, 0, missing[0])?.pad_with_zeros(3, 0, missing[1])
    }

    /// The parameters of the transposed convolution and of the others.
    pub fn parameters(&self) -> Parameters {
        Parameters::new().with_layer("up", &self.up).with_layer("conv", &self.conv)
    }

    /// The parameters that an optimiser trains.
    pub fn vars(&self) -> Vec<Var> {
        self.parameters().vars()
    }
}
