//! Layers: functions of a tensor with parameters of their own.

use crate::ops::{conv2d, max_pool2d, relu};
use crate::random::rand;
use candle_core::{D, Device, Module, Result, Tensor, Var, bail};
use std::fmt;

/// A function of a tensor that an optimiser can train.
pub trait Layer: Module + fmt::Debug + Send + Sync {
    /// Its parameters; they share their memory with the layer's.
    fn vars(&self) -> Vec<Var> {
        Vec::new()
    }
}

/// Parameters as PyTorch starts them: uniform in `±1/√fan_in`.
fn parameter(shape: impl Into<candle_core::Shape>, fan_in: usize, device: &Device) -> Result<Var> {
    let bound = 1.0 / (fan_in.max(1) as f64).sqrt();
    Var::from_tensor(&rand(-bound, bound, shape, device)?)
}

/// The affine map `y = x · wᵀ + b`.
///
/// # Shapes
/// - `w`: `(out, in)`; `b`: `(out)`
/// - input: `(…, in)`; output: `(…, out)`
#[derive(Clone, Debug)]
pub struct Linear {
    w: Var,
    b: Var,
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
    /// assert_eq!(y.squeeze(0)?.to_vec1::<f32>()?, layer.bias().to_vec1::<f32>()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(inputs: usize, outputs: usize, device: &Device) -> Result<Self> {
        Ok(Self {
            w: parameter((outputs, inputs), inputs, device)?,
            b: parameter(outputs, inputs, device)?,
        })
    }

    /// The weights, `(out, in)`.
    pub fn weight(&self) -> &Tensor {
        &self.w
    }

    /// The biases, `(out)`.
    pub fn bias(&self) -> &Tensor {
        &self.b
    }
}

impl Module for Linear {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (outputs, inputs) = self.w.dims2()?;
        let Some((&last, rest)) = x.dims().split_last().filter(|(last, _)| **last == inputs) else {
            bail!("shape mismatch in Linear, input: {:?}, weight: {:?}", x.dims(), self.w.dims());
        };
        let rows = x.reshape((rest.iter().product::<usize>(), last))?; // (rows, in)
        let y = rows.matmul(&self.w.t()?)?.broadcast_add(&self.b)?; // (rows, out)
        let mut shape = rest.to_vec();
        shape.push(outputs);
        y.reshape(shape)
    }
}

impl Layer for Linear {
    fn vars(&self) -> Vec<Var> {
        vec![self.w.clone(), self.b.clone()]
    }
}

/// A convolution with stride 1 and square kernels, see [`conv2d`].
#[derive(Clone, Debug)]
pub struct Conv2d {
    w: Var,
    b: Var,
    padding: usize,
}

impl Conv2d {
    /// A layer with random weights and biases, uniform in `±1/√(in · kernel²)`.
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
        let fan_in = inputs * kernel * kernel;
        Ok(Self {
            w: parameter((outputs, inputs, kernel, kernel), fan_in, device)?,
            b: parameter(outputs, fan_in, device)?,
            padding,
        })
    }

    /// The kernels, `(out, in, kernel, kernel)`.
    pub fn weight(&self) -> &Tensor {
        &self.w
    }

    /// The biases, `(out)`.
    pub fn bias(&self) -> &Tensor {
        &self.b
    }
}

impl Module for Conv2d {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        conv2d(x, &self.w, Some(&self.b), 1, self.padding)
    }
}

impl Layer for Conv2d {
    fn vars(&self) -> Vec<Var> {
        vec![self.w.clone(), self.b.clone()]
    }
}

/// The largest value of each window; windows touch and do not overlap. See [`max_pool2d`].
#[derive(Clone, Copy, Debug)]
pub struct MaxPool2d {
    kernel: usize,
}

impl MaxPool2d {
    /// Windows of `kernel × kernel` pixels.
    pub fn new(kernel: usize) -> Self {
        Self { kernel }
    }
}

impl Module for MaxPool2d {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        max_pool2d(x, self.kernel, self.kernel)
    }
}

impl Layer for MaxPool2d {}

/// A function applied to each number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `max(x, 0)`
    Relu,
    /// `(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)`
    Tanh,
    /// `1 / (1 + e⁻ˣ)`
    Sigmoid,
    /// `x · Φ(x)` with the normal distribution's `Φ`
    Gelu,
}

impl Module for Activation {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Relu => relu(x),
            Self::Tanh => x.tanh(),
            // ½ (1 + tanh x/2): no overflow at either end.
            Self::Sigmoid => ((x * 0.5)?.tanh()? + 1.0)? * 0.5,
            Self::Gelu => x.gelu_erf(),
        }
    }
}

impl Layer for Activation {}

/// Keeps the batch and joins all other dimensions: `(batch, …)` to `(batch, features)`.
#[derive(Clone, Copy, Debug)]
pub struct Flatten;

impl Module for Flatten {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        x.flatten(1, D::Minus1)
    }
}

impl Layer for Flatten {}

/// Zeroes each number with probability `p` and divides the others by `1 − p`.
///
/// It always acts; leave it out of the model that you evaluate.
#[derive(Clone, Copy, Debug)]
pub struct Dropout {
    /// The probability, 0 ≤ p < 1.
    pub p: f64,
}

impl Module for Dropout {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if !(0.0..1.0).contains(&self.p) {
            bail!("Dropout needs a probability of at least 0 and below 1, got {}", self.p);
        }
        let kept = rand(0.0, 1.0, x.shape(), x.device())?.ge(self.p)?.to_dtype(x.dtype())?;
        (x * kept)? / (1.0 - self.p)
    }
}

impl Layer for Dropout {}
