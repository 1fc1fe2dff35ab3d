//! Residual networks for small images.

use candle_core::{Device, Module, Result, Tensor, bail};
use candlelab_nn::{
    BatchNorm, Conv2d, ConvOptions, Layer, Linear, Parameters, Sequential, global_avg_pool2d, relu,
};

/// What a [`ResNet`] is; see [`ResNetConfig::mnist`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResNetConfig {
    /// Channels of the images.
    pub inputs: usize,
    /// Channels of each group of blocks; every group but the first halves the image.
    pub widths: Vec<usize>,
    /// Blocks in each group.
    pub blocks: usize,
    /// Numbers in the output.
    pub classes: usize,
}

impl ResNetConfig {
    /// Two blocks of 16 channels and two of 32 for grey images: 42,938 parameters.
    pub fn mnist() -> Self {
        Self { inputs: 1, widths: vec![16, 32], blocks: 2, classes: 10 }
    }
}

/// Two convolutions with a shortcut around them (He et al. 2016):
/// `y = ReLU(BN(W₂ ∗ ReLU(BN(W₁ ∗ x))) + x)`; where the shape changes, `x` goes through a 1 × 1
/// convolution and a BN of its own.
///
/// # Shapes
/// - input: `(batch, inputs, height, width)`
/// - output: `(batch, outputs, ⌈height / stride⌉, ⌈width / stride⌉)`
#[derive(Clone, Debug)]
pub struct ResidualBlock {
    conv1: Conv2d,
    bn1: BatchNorm,
    conv2: Conv2d,
    bn2: BatchNorm,
    downsample: Option<Sequential>,
}

fn conv(
    inputs: usize,
    outputs: usize,
    kernel: usize,
    stride: usize,
    device: &Device,
) -> Result<Conv2d> {
    let options = ConvOptions { stride, padding: kernel / 2, ..ConvOptions::default() };
    Ok(Conv2d::with_options(inputs, outputs, kernel, options, device)?.without_bias())
}

impl ResidualBlock {
    /// Random kernels without biases, as [`Conv2d`] draws them.
    ///
    /// # Errors
    /// If the device has no room.
    pub fn new(inputs: usize, outputs: usize, stride: usize, device: &Device) -> Result<Self> {
        let downsample = if inputs == outputs && stride == 1 {
            None
        } else {
            let conv = conv(inputs, outputs, 1, stride, device)?;
            Some(Sequential::new().add(conv).add(BatchNorm::new(outputs, device)?))
        };
        Ok(Self {
            conv1: conv(inputs, outputs, 3, stride, device)?,
            bn1: BatchNorm::new(outputs, device)?,
            conv2: conv(outputs, outputs, 3, 1, device)?,
            bn2: BatchNorm::new(outputs, device)?,
            downsample,
        })
    }
}

impl Module for ResidualBlock {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = relu(&x.apply(&self.conv1)?.apply(&self.bn1)?)?;
        let y = y.apply(&self.conv2)?.apply(&self.bn2)?;
        let x = self.downsample.as_ref().map_or(Ok(x.clone()), |layers| layers.forward(x))?;
        relu(&(y + x)?)
    }
}

impl Layer for ResidualBlock {
    fn parameters(&self) -> Parameters {
        let all = (Parameters::new().with_layer("conv1", &self.conv1).with_layer("bn1", &self.bn1))
            .with_layer("conv2", &self.conv2)
            .with_layer("bn2", &self.bn2);
        match &self.downsample {
            Some(layers) => all.with_layer("downsample", layers),
            None => all,
        }
    }
}

/// A convolution, groups of [`ResidualBlock`]s, the mean of each channel and an affine map to the
/// classes.
///
/// # Shapes
/// - input: `(batch, inputs, height, width)`; output: logits `(batch, classes)`
#[derive(Clone, Debug)]
pub struct ResNet {
    conv1: Conv2d,
    bn1: BatchNorm,
    groups: Vec<Vec<ResidualBlock>>,
    fc: Linear,
}

impl ResNet {
    /// Random weights, as [`Conv2d`] and [`Linear`] draw them.
    ///
    /// # Errors
    /// If there is no group of blocks or no block in one, or the device has no room.
    ///
    /// ```
    /// # use candlelab_models::{ResNet, ResNetConfig};
    /// # use candlelab_nn::{Device, Layer, Result, parameter_count};
    /// # fn main() -> Result<()> {
    /// let model = ResNet::new(&ResNetConfig::mnist(), &Device::Cpu)?;
    /// assert_eq!(parameter_count(&model.vars()), 42_938);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(config: &ResNetConfig, device: &Device) -> Result<Self> {
        let (Some(&first), Some(&last)) = (config.widths.first(), config.widths.last()) else {
            bail!("a ResNet needs a group of blocks, got {config:?}");
        };
        if config.blocks == 0 {
            bail!("a ResNet needs a block in each group, got {config:?}");
        }
        let mut inputs = first;
        let mut groups = Vec::new();
        for (group, &width) in config.widths.iter().enumerate() {
            let mut blocks = Vec::new();
            for block in 0..config.blocks {
                let stride = if group > 0 && block == 0 { 2 } else { 1 };
                blocks.push(ResidualBlock::new(inputs, width, stride, device)?);
                inputs = width;
            }
            groups.push(blocks);
        }
        Ok(Self {
            conv1: conv(config.inputs, first, 3, 1, device)?,
            bn1: BatchNorm::new(first, device)?,
            groups,
            fc: Linear::new(last, config.classes, device)?,
        })
    }

    /// The maps of the last block, as Grad-CAM looks at them: `(batch, inputs, height, width)` to
    /// `(batch, last width, height / 2ⁿ, width / 2ⁿ)`.
    ///
    /// # Errors
    /// If the shape does not fit.
    pub fn features(&self, x: &Tensor) -> Result<Tensor> {
        let x = relu(&x.apply(&self.conv1)?.apply(&self.bn1)?)?;
        self.groups.iter().flatten().try_fold(x, |x, block| block.forward(&x))
    }

    /// Logits out of the maps.
    ///
    /// # Errors
    /// If the shape does not fit.
    pub fn classify(&self, maps: &Tensor) -> Result<Tensor> {
        self.fc.forward(&global_avg_pool2d(maps)?.flatten_from(1)?)
    }
}

impl Module for ResNet {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.classify(&self.features(x)?)
    }
}

impl Layer for ResNet {
    fn parameters(&self) -> Parameters {
        let stem = Parameters::new().with_layer("conv1", &self.conv1).with_layer("bn1", &self.bn1);
        let groups = (1..)
            .zip(&self.groups)
            .fold(stem, |all, (at, blocks)| all.with_layers(&format!("layer{at}"), blocks));
        groups.with_layer("fc", &self.fc)
    }
}
