//! The block that an EfficientNet repeats.

use super::Stage;
use candle_core::{DType, Device, Module, Result, Tensor, Var};
use candlelab_nn::{ConvOptions, Layer, Parameters, conv2d_with, rand, relu};

/// Added to variances, as in TensorFlow.
const EPSILON: f64 = 1e-3;

/// `min(max(x, 0), 6)`.
pub(super) fn relu6(x: &Tensor) -> Result<Tensor> {
    relu(x)? - relu(&(x - 6.0)?)?
}

/// A convolution and a normalisation by given statistics, `γ (w ∗ x − μ) / √(σ² + ε) + β`, computed
/// as one convolution.
#[derive(Clone, Debug)]
pub(super) struct ConvNorm {
    w: Var,
    scale: Var,
    shift: Var,
    mean: Var,
    variance: Var,
    stride: usize,
    groups: usize,
}

impl ConvNorm {
    pub(super) fn new(
        inputs: usize,
        outputs: usize,
        kernel: usize,
        stride: usize,
        device: &Device,
    ) -> Result<Self> {
        Self::grouped(inputs, outputs, kernel, stride, 1, device)
    }

    /// Each channel on its own.
    fn depthwise(channels: usize, kernel: usize, stride: usize, device: &Device) -> Result<Self> {
        Self::grouped(channels, channels, kernel, stride, channels, device)
    }

    fn grouped(
        inputs: usize,
        outputs: usize,
        kernel: usize,
        stride: usize,
        groups: usize,
        device: &Device,
    ) -> Result<Self> {
        let shape = (outputs, inputs / groups, kernel, kernel);
        let bound = 1.0 / ((inputs / groups * kernel * kernel) as f64).sqrt();
        Ok(Self {
            w: Var::from_tensor(&rand(-bound, bound, shape, device)?)?,
            scale: Var::ones(outputs, DType::F32, device)?,
            shift: Var::zeros(outputs, DType::F32, device)?,
            mean: Var::zeros(outputs, DType::F32, device)?,
            variance: Var::ones(outputs, DType::F32, device)?,
            stride,
            groups,
        })
    }

    /// Zeros before and after `size` pixels, so that ⌈size / stride⌉ come out: TensorFlow's "SAME",
    /// with the odd one at the end.
    fn padding(&self, size: usize) -> Result<(usize, usize)> {
        let kernel = self.w.dim(3)?;
        let needed = (size.div_ceil(self.stride).max(1) - 1) * self.stride + kernel;
        let zeros = needed.saturating_sub(size);
        Ok((zeros / 2, zeros - zeros / 2))
    }

    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (_, _, height, width) = x.dims4()?;
        let ((top, bottom), (left, right)) = (self.padding(height)?, self.padding(width)?);
        let ConvNorm { stride, groups, .. } = *self;
        let mut options = ConvOptions { stride, groups, ..ConvOptions::default() };
        let mut x = x.clone();
        if [bottom, left, right] == [top; 3] {
            options.padding = top;
        } else {
            x = x.pad_with_zeros(2, top, bottom)?.pad_with_zeros(3, left, right)?;
        }
        let size = (self.variance.as_detached_tensor() + EPSILON)?.sqrt()?;
        let factor = (self.scale.as_tensor() / size)?; // (out)
        let bias = (self.shift.as_tensor() - (self.mean.as_detached_tensor() * &factor)?)?;
        let w = self.w.broadcast_mul(&factor.reshape(((), 1, 1, 1))?)?;
        conv2d_with(&x, &w, Some(&bias), options)
    }

    /// Appends its parameters by the names of both halves.
    pub(super) fn parameters(&self, all: Parameters, conv: &str, norm: &str) -> Parameters {
        (all.with(&format!("{conv}.weight"), &self.w))
            .with(&format!("{norm}.weight"), &self.scale)
            .with(&format!("{norm}.bias"), &self.shift)
            .with_kept(&format!("{norm}.running_mean"), &self.mean)
            .with_kept(&format!("{norm}.running_var"), &self.variance)
    }
}

/// Widens, filters each channel, narrows (Sandler et al. 2018):
/// `y = project(ReLU6(depthwise(ReLU6(expand(x)))))`, and `y + x` where the shape stays.
#[derive(Clone, Debug)]
pub(super) struct Block {
    expand: Option<ConvNorm>,
    depthwise: ConvNorm,
    project: ConvNorm,
    shortcut: bool,
}

impl Block {
    pub(super) fn new(inputs: usize, stage: Stage, device: &Device) -> Result<Self> {
        let Stage { kernel, stride, expand, width, .. } = stage;
        let wide = inputs * expand;
        let widens = (expand > 1).then(|| ConvNorm::new(inputs, wide, 1, 1, device));
        Ok(Self {
            expand: widens.transpose()?,
            depthwise: ConvNorm::depthwise(wide, kernel, stride, device)?,
            project: ConvNorm::new(wide, width, 1, 1, device)?,
            shortcut: stride == 1 && inputs == width,
        })
    }
}

impl Module for Block {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut y = x.clone();
        if let Some(expand) = &self.expand {
            y = relu6(&expand.forward(&y)?)?;
        }
        y = relu6(&self.depthwise.forward(&y)?)?;
        y = self.project.forward(&y)?;
        if self.shortcut { y + x } else { Ok(y) }
    }
}

impl Layer for Block {
    fn parameters(&self) -> Parameters {
        let mut all = Parameters::new();
        if let Some(expand) = &self.expand {
            all = expand.parameters(all, "_expand_conv", "_bn0");
        }
        all = self.depthwise.parameters(all, "_depthwise_conv", "_bn1");
        self.project.parameters(all, "_project_conv", "_bn2")
    }
}
