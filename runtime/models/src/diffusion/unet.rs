//! A denoiser of images.

use super::mlp::with_class;
use super::{Denoiser, time_embedding};
use candle_core::{D, Device, Module, Result, Tensor, Var, bail};
use candlelab_nn::{
    Activation, Conv2d, Embedding, GroupNorm, Layer, Linear, Parameters, max_pool2d, silu,
    upsample_nearest2d,
};

/// What a [`DiffusionUNet`] is; see [`DiffusionUNetConfig::digits`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffusionUNetConfig {
    /// Channels of the images.
    pub channels: usize,
    /// Channels at full size, a multiple of 8; twice as many below.
    pub width: usize,
    /// Numbers that the time is spread over.
    pub embedding: usize,
    /// Classes of images, 0 for none.
    pub classes: usize,
}

impl DiffusionUNetConfig {
    /// For grey images of 28 × 28 pixels: 130,305 parameters.
    pub fn digits() -> Self {
        Self { channels: 1, width: 32, embedding: 64, classes: 0 }
    }
}

/// Channels that are normalised together.
const GROUPS: usize = 8;

/// `SiLU(norm(W ∗ x + V e))` with kernels of 3 × 3 pixels and the vector `e` of the time.
#[derive(Clone, Debug)]
struct Block {
    conv: Conv2d,
    time: Linear,
    norm: GroupNorm,
}

impl Block {
    fn new(inputs: usize, outputs: usize, embedding: usize, device: &Device) -> Result<Self> {
        Ok(Self {
            conv: Conv2d::new(inputs, outputs, 3, 1, device)?,
            time: Linear::new(embedding, outputs, device)?,
            norm: GroupNorm::new(GROUPS, outputs, device)?,
        })
    }

    fn forward(&self, x: &Tensor, e: &Tensor) -> Result<Tensor> {
        let e = self.time.forward(e)?.unsqueeze(D::Minus1)?.unsqueeze(D::Minus1)?; // (batch, out, 1, 1)
        silu(&self.norm.forward(&self.conv.forward(x)?.broadcast_add(&e)?)?)
    }

    fn parameters(&self) -> Parameters {
        (Parameters::new().with_layer("conv", &self.conv))
            .with_layer("time", &self.time)
            .with_layer("norm", &self.norm)
    }
}

/// A small U-Net that knows the time: two sizes on the way down, a quarter of the size at the
/// bottom, and on the way up each step sees what lay at its size.
#[derive(Clone, Debug)]
pub struct DiffusionUNet {
    time: Linear,
    classes: Option<Embedding>,
    down: [Block; 2],
    bottom: Block,
    up: [Block; 2],
    output: Conv2d,
    embedding: usize,
}

impl DiffusionUNet {
    /// Random weights, as [`Conv2d`] and [`Linear`] draw them.
    ///
    /// # Errors
    /// If the width is no multiple of 8, or the device has no room.
    ///
    /// ```
    /// # use candlelab_models::{Denoiser, DiffusionUNet, DiffusionUNetConfig};
    /// # use candlelab_nn::{Device, Result, Tensor, parameter_count, randn};
    /// # fn main() -> Result<()> {
    /// let model = DiffusionUNet::new(&DiffusionUNetConfig::digits(), &Device::Cpu)?;
    /// assert_eq!(parameter_count(&model.vars()), 130_305);
    /// let x = randn(0.0, 1.0, (2, 1, 8, 8), &Device::Cpu)?;
    /// let t = Tensor::new(&[7u32, 9], &Device::Cpu)?;
    /// assert_eq!(model.predict_noise(&x, &t, None)?.dims(), x.dims());
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(config: &DiffusionUNetConfig, device: &Device) -> Result<Self> {
        let &DiffusionUNetConfig { channels, width, embedding, classes } = config;
        let block = |inputs, outputs| Block::new(inputs, outputs, embedding, device);
        let classes = (classes > 0).then(|| Embedding::new(classes, embedding, device));
        Ok(Self {
            time: Linear::new(embedding, embedding, device)?,
            classes: classes.transpose()?,
            down: [block(channels, width)?, block(width, 2 * width)?],
            bottom: block(2 * width, 2 * width)?,
            up: [block(4 * width, width)?, block(2 * width, width)?],
            output: Conv2d::new(width, channels, 1, 0, device)?,
            embedding,
        })
    }

    /// Its parameters, by name.
    pub fn parameters(&self) -> Parameters {
        (Parameters::new().with_layer("time", &self.time))
            .with_layers("classes", &self.classes)
            .with_part("down.0", self.down[0].parameters())
            .with_part("down.1", self.down[1].parameters())
            .with_part("bottom", self.bottom.parameters())
            .with_part("up.0", self.up[0].parameters())
            .with_part("up.1", self.up[1].parameters())
            .with_layer("output", &self.output)
    }

    /// The parameters that an optimiser trains.
    pub fn vars(&self) -> Vec<Var> {
        self.parameters().vars()
    }
}

impl Denoiser for DiffusionUNet {
    fn predict_noise(&self, x: &Tensor, t: &Tensor, labels: Option<&Tensor>) -> Result<Tensor> {
        let (n, _, height, width) = x.dims4()?;
        if !height.is_multiple_of(4) || !width.is_multiple_of(4) || t.dims() != [n] {
            let (x, t) = (x.dims(), t.dims());
            bail!("DiffusionUNet needs sides that are multiples of 4, x: {x:?}, t: {t:?}");
        }
        let e = time_embedding(t, self.embedding)?; // (batch, embedding)
        let e = with_class(e, self.classes.as_ref(), labels)?;
        let e = self.time.forward_into(&e, Activation::Silu)?;
        let large = self.down[0].forward(x, &e)?; // (batch, width, height, width)
        let half = self.down[1].forward(&max_pool2d(&large, 2, 2)?, &e)?; // (batch, 2 · width, …)
        let x = self.bottom.forward(&max_pool2d(&half, 2, 2)?, &e)?;
        let x = Tensor::cat(&[upsample_nearest2d(&x, 2)?, half], 1)?; // (batch, 4 · width, …)
        let x = Tensor::cat(&[upsample_nearest2d(&self.up[0].forward(&x, &e)?, 2)?, large], 1)?;
        self.output.forward(&self.up[1].forward(&x, &e)?)
    }
}
