//! Residual networks for small images.

use candle_core::{Device, Module, Result, Tensor, bail};
use candlelab_nn::{
    Activation, BatchNorm, Conv2d, Layer, Linear, Parameters, ResidualBlock, global_avg_pool2d,
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

/// A convolution, groups of [`ResidualBlock`]s, the mean of each channel and an affine map to the
/// classes.
///
/// # Shapes
/// - input: `(batch, inputs, height, width)`; output: logits `(batch, classes)`
#[derive(Clone, Debug)]
pub struct ResNet {
    conv: Conv2d,
    norm: BatchNorm,
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
            conv: Conv2d::new(config.inputs, first, 3, 1, device)?.without_bias(),
            norm: BatchNorm::new(first, device)?,
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
        let x = self.norm.forward_into(&self.conv.forward(x)?, Activation::Relu)?;
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
        let stem = Parameters::new().with_layer("conv", &self.conv).with_layer("norm", &self.norm);
        let groups = (1..)
            .zip(&self.groups)
            .fold(stem, |all, (at, blocks)| all.with_layers(&format!("layer{at}"), blocks));
        groups.with_layer("fc", &self.fc)
    }
}
