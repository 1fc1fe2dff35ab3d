//! Convolutions.

use super::{Activation, Layer, parameter};
use crate::ops::{ConvOptions, bent_conv2d, conv_transpose2d, conv1d, conv2d_with, conv3d};
use crate::parameters::Parameters;
use candle_core::{Device, Module, Result, Tensor, Var, bail};

/// How many inputs a kernel sees, if the channels can be split into so many groups.
fn fan_in(
    name: &str,
    (inputs, outputs): (usize, usize),
    places: usize,
    groups: usize,
) -> Result<usize> {
    if groups == 0 || !inputs.is_multiple_of(groups) || !outputs.is_multiple_of(groups) {
        bail!("{name}: {inputs} and {outputs} channels cannot be split into {groups} groups");
    }
    Ok(inputs / groups * places)
}

macro_rules! parameters {
    ($layer:ident, $shape:literal $(, $more:item)*) => {
        impl $layer {
            #[doc = concat!("The kernels, `", $shape, "`.")]
            pub fn weight(&self) -> &Tensor {
                &self.w
            }

            /// The same without biases.
            pub fn without_bias(self) -> Self {
                Self { b: None, ..self }
            }

            /// The biases, `(out)`, if it has any.
            pub fn bias(&self) -> Option<&Tensor> {
                self.b.as_deref()
            }
        }

        impl Layer for $layer {
            $($more)*

            fn parameters(&self) -> Parameters {
                Parameters::new().with("weight", &self.w).with_some("bias", self.b.as_ref())
            }
        }
    };
}

/// A convolution with square kernels, see [`conv2d`](crate::conv2d()) and [`conv2d_with`].
#[derive(Clone, Debug)]
pub struct Conv2d {
    w: Var,
    b: Option<Var>,
    options: ConvOptions,
}

impl Conv2d {
    /// A layer of stride 1 with random weights and biases, uniform in `±1/√(in · kernel²)`.
    ///
    /// # Shapes
    /// - input: `(batch, in, height, width)`
    /// - output: `(batch, out, height + 2·padding − kernel + 1, width + 2·padding − kernel + 1)`
    ///
    /// # Errors
    /// If the device has no room.
    pub fn new(
        inputs: usize,
        outputs: usize,
        kernel: usize,
        padding: usize,
        device: &Device,
    ) -> Result<Self> {
        let options = ConvOptions { padding, ..ConvOptions::default() };
        Self::with_options(inputs, outputs, kernel, options, device)
    }

    /// A layer of any stride, padding, dilation and groups.
    ///
    /// # Errors
    /// If the channels cannot be split into the groups, or the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let options = ConvOptions { stride: 2, padding: 1, ..ConvOptions::default() };
    /// let layer = Conv2d::with_options(3, 8, 3, options, &Device::Cpu)?;
    /// let y = layer.forward(&randn(0.0, 1.0, (1, 3, 32, 32), &Device::Cpu)?)?;
    /// assert_eq!(y.dims(), [1, 8, 16, 16]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_options(
        inputs: usize,
        outputs: usize,
        kernel: usize,
        options: ConvOptions,
        device: &Device,
    ) -> Result<Self> {
        let fan_in = fan_in("Conv2d", (inputs, outputs), kernel * kernel, options.groups)?;
        let shape = (outputs, inputs / options.groups, kernel, kernel);
        let (w, b) = (parameter(shape, fan_in, device)?, parameter(outputs, fan_in, device)?);
        Ok(Self { w, b: Some(b), options })
    }
}

impl Module for Conv2d {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        conv2d_with(x, &self.w, self.bias(), self.options)
    }
}

parameters!(
    Conv2d,
    "(out, in / groups, kernel, kernel)",
    fn forward_into(&self, x: &Tensor, activation: Activation) -> Result<Tensor> {
        match activation.bend() {
            Some(bend) => bent_conv2d(x, &self.w, self.bias(), self.options, bend),
            None => activation.forward(&self.forward(x)?),
        }
    }
);

/// A convolution of sequences, see [`conv1d`].
#[derive(Clone, Debug)]
pub struct Conv1d {
    w: Var,
    b: Option<Var>,
    options: ConvOptions,
}

impl Conv1d {
    /// A layer with random weights and biases, uniform in `±1/√(in · kernel / groups)`.
    ///
    /// # Shapes
    /// - input: `(batch, in, length)`
    /// - output: `(batch, out, (length + 2·padding − dilation·(kernel − 1) − 1) / stride + 1)`
    ///
    /// # Errors
    /// If the channels cannot be split into the groups, or the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let layer = Conv1d::new(2, 4, 3, ConvOptions::default(), &Device::Cpu)?;
    /// assert_eq!(layer.forward(&randn(0.0, 1.0, (1, 2, 10), &Device::Cpu)?)?.dims(), [1, 4, 8]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(
        inputs: usize,
        outputs: usize,
        kernel: usize,
        options: ConvOptions,
        device: &Device,
    ) -> Result<Self> {
        let fan_in = fan_in("Conv1d", (inputs, outputs), kernel, options.groups)?;
        let shape = (outputs, inputs / options.groups, kernel);
        let (w, b) = (parameter(shape, fan_in, device)?, parameter(outputs, fan_in, device)?);
        Ok(Self { w, b: Some(b), options })
    }
}

impl Module for Conv1d {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        conv1d(x, &self.w, self.bias(), self.options)
    }
}

parameters!(Conv1d, "(out, in / groups, kernel)");

/// A convolution of volumes with cubic kernels, see [`conv3d`].
#[derive(Clone, Debug)]
pub struct Conv3d {
    w: Var,
    b: Option<Var>,
    options: ConvOptions,
}

impl Conv3d {
    /// A layer with random weights and biases, uniform in `±1/√(in · kernel³ / groups)`.
    ///
    /// # Shapes
    /// - input: `(batch, in, depth, height, width)`
    /// - output: `(batch, out, (depth + 2·padding − dilation·(kernel − 1) − 1) / stride + 1, …)`
    ///
    /// # Errors
    /// If the channels cannot be split into the groups, or the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let options = ConvOptions { padding: 1, ..ConvOptions::default() };
    /// let layer = Conv3d::new(1, 2, 3, options, &Device::Cpu)?;
    /// let y = layer.forward(&randn(0.0, 1.0, (1, 1, 4, 5, 6), &Device::Cpu)?)?;
    /// assert_eq!(y.dims(), [1, 2, 4, 5, 6]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(
        inputs: usize,
        outputs: usize,
        kernel: usize,
        options: ConvOptions,
        device: &Device,
    ) -> Result<Self> {
        let fan_in = fan_in("Conv3d", (inputs, outputs), kernel.pow(3), options.groups)?;
        let shape = (outputs, inputs / options.groups, kernel, kernel, kernel);
        let (w, b) = (parameter(shape, fan_in, device)?, parameter(outputs, fan_in, device)?);
        Ok(Self { w, b: Some(b), options })
    }
}

impl Module for Conv3d {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        conv3d(x, &self.w, self.bias(), self.options)
    }
}

parameters!(Conv3d, "(out, in / groups, kernel, kernel, kernel)");

/// A transposed convolution with square kernels, which enlarges images; see [`conv_transpose2d`].
#[derive(Clone, Debug)]
pub struct ConvTranspose2d {
    w: Var,
    b: Option<Var>,
    options: ConvOptions,
    output_padding: usize,
}

impl ConvTranspose2d {
    /// A layer with random weights and biases, uniform in `±1/√(out · kernel² / groups)`, which is
    /// PyTorch's bound.
    ///
    /// # Shapes
    /// - input: `(batch, in, height, width)`
    /// - output: `(batch, out, (height − 1)·stride − 2·padding + dilation·(kernel − 1) + 1, …)`
    ///
    /// # Errors
    /// If the channels cannot be split into the groups, or the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let options = ConvOptions { stride: 2, padding: 1, ..ConvOptions::default() };
    /// let layer = ConvTranspose2d::new(3, 8, 4, options, &Device::Cpu)?;
    /// let y = layer.forward(&randn(0.0, 1.0, (1, 3, 7, 7), &Device::Cpu)?)?;
    /// assert_eq!(y.dims(), [1, 8, 14, 14]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(
        inputs: usize,
        outputs: usize,
        kernel: usize,
        options: ConvOptions,
        device: &Device,
    ) -> Result<Self> {
        let fan = fan_in("ConvTranspose2d", (outputs, inputs), kernel * kernel, options.groups)?;
        let shape = (inputs, outputs / options.groups, kernel, kernel);
        let (w, b) = (parameter(shape, fan, device)?, parameter(outputs, fan, device)?);
        Ok(Self { w, b: Some(b), options, output_padding: 0 })
    }

    /// Makes the output so many pixels higher and wider, less than the stride.
    pub fn with_output_padding(mut self, pixels: usize) -> Self {
        self.output_padding = pixels;
        self
    }
}

impl Module for ConvTranspose2d {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        conv_transpose2d(x, &self.w, self.bias(), self.options, self.output_padding)
    }
}

parameters!(ConvTranspose2d, "(in, out / groups, kernel, kernel)");
