//! EfficientNet-Lite, which names what a photo shows.

mod block;

use crate::weights::Weights;
use block::{Block, ConvNorm, relu6};
use candle_core::{D, Device, Module, Result, Tensor, bail};
use candlelab_nn::{Layer, Linear, Parameters, global_avg_pool2d, resize, softmax};
use std::path::Path;

/// What an [`EfficientNet`] is; see [`EfficientNetConfig::lite0`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EfficientNetConfig {
    /// Height and width of the images, in pixels.
    pub image: usize,
    /// Channels after the first convolution.
    pub stem: usize,
    /// Groups of blocks.
    pub stages: Vec<Stage>,
    /// Channels after the last convolution.
    pub head: usize,
    /// Numbers in the output.
    pub classes: usize,
}

/// Blocks of one width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// How many blocks.
    pub blocks: usize,
    /// Height and width of their kernels.
    pub kernel: usize,
    /// The stride of the first one.
    pub stride: usize,
    /// How many times wider a block is inside.
    pub expand: usize,
    /// Channels after each block.
    pub width: usize,
}

impl EfficientNetConfig {
    /// The smallest, for photos of 224 × 224 pixels and the 1000 classes of ImageNet: 4,652,008
    /// parameters.
    pub fn lite0() -> Self {
        let stage =
            |blocks, kernel, stride, expand, width| Stage { blocks, kernel, stride, expand, width };
        let stages = vec![
            stage(1, 3, 1, 1, 16),
            stage(2, 3, 2, 6, 24),
            stage(2, 5, 2, 6, 40),
            stage(3, 3, 2, 6, 80),
            stage(3, 5, 1, 6, 112),
            stage(4, 5, 2, 6, 192),
            stage(1, 3, 1, 6, 320),
        ];
        Self { image: 224, stem: 32, stages, head: 1280, classes: 1000 }
    }
}

/// EfficientNet (Tan and Le 2019) in its Lite form, without squeeze-and-excitation and with ReLU6:
/// a convolution, blocks that widen, filter each channel on its own and narrow again, a last
/// convolution, the mean of each channel and an affine map to the classes.
///
/// Its normalisations always use the statistics of the weights it was given, also in training, as
/// is usual for a pretrained network.
///
/// # Shapes
/// - input: `(batch, 3, image, image)`, as [`prepare`](Self::prepare) gives it
/// - output: logits `(batch, classes)`
#[derive(Clone, Debug)]
pub struct EfficientNet {
    config: EfficientNetConfig,
    stem: ConvNorm,
    blocks: Vec<Block>,
    head: ConvNorm,
    fc: Linear,
}

impl EfficientNet {
    /// Random weights, uniform in `±1/√fan_in`.
    ///
    /// # Errors
    /// If a kernel, a stride or an expansion is 0, or the device has no room.
    ///
    /// ```
    /// # use candlelab_models::{EfficientNet, EfficientNetConfig};
    /// # use candlelab_nn::{Device, Layer, Result, parameter_count};
    /// # fn main() -> Result<()> {
    /// let model = EfficientNet::new(&EfficientNetConfig::lite0(), &Device::Cpu)?;
    /// assert_eq!(parameter_count(&model.vars()), 4_652_008);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(config: &EfficientNetConfig, device: &Device) -> Result<Self> {
        let mut blocks = Vec::new();
        let mut inputs = config.stem;
        for stage in &config.stages {
            if [stage.kernel, stage.stride, stage.expand].contains(&0) {
                bail!("EfficientNet: kernel, stride and expansion are 1 or more, got {stage:?}");
            }
            for at in 0..stage.blocks {
                let stride = if at == 0 { stage.stride } else { 1 };
                blocks.push(Block::new(inputs, Stage { stride, ..*stage }, device)?);
                inputs = stage.width;
            }
        }
        Ok(Self {
            config: config.clone(),
            stem: ConvNorm::new(3, config.stem, 3, 2, device)?,
            blocks,
            head: ConvNorm::new(inputs, config.head, 1, 1, device)?,
            fc: Linear::new(config.head, config.classes, device)?,
        })
    }

    /// Takes the weights from a file in the safetensors format, with the names of
    /// efficientnet-lite0-pytorch.
    ///
    /// # Errors
    /// If the file cannot be read or is not whole, lacks a tensor or has one that the model has no
    /// place for, or a shape differs.
    ///
    /// ```no_run
    /// # use candlelab_models::{EfficientNet, EfficientNetConfig};
    /// # use candlelab_nn::{Device, Result};
    /// # fn main() -> Result<()> {
    /// # let photo = candlelab_data::photo()?;
    /// let file = "models/efficientnet_lite0_f16.safetensors";
    /// let model = EfficientNet::load(file, &EfficientNetConfig::lite0(), &Device::Cpu)?;
    /// let (name, p) = &model.guesses(&photo, 5)?[0];
    /// assert!(name == "Egyptian cat" && *p > 0.5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn load(
        path: impl AsRef<Path>,
        config: &EfficientNetConfig,
        device: &Device,
    ) -> Result<Self> {
        let weights = Weights::open(path)?;
        let model = Self::new(config, device)?;
        weights.fill(&model.parameters(), |name| Some(name.to_owned()), |_| false)?;
        Ok(model)
    }

    /// Cuts a square out of the middle of each image, scales it, see [`resize`], and moves its
    /// numbers to about −1..1; grey becomes a colour.
    ///
    /// # Shapes
    /// - `images`: `(batch, 1 or 3, height, width)`, f32, 0 = black, 1 = white; red, green, blue
    /// - output: `(batch, 3, image, image)`
    ///
    /// # Errors
    /// If there are other than 1 or 3 channels.
    pub fn prepare(&self, images: &Tensor) -> Result<Tensor> {
        let (_, channels, height, width) = images.dims4()?;
        if ![1, 3].contains(&channels) {
            bail!("EfficientNet needs images of 1 or 3 channels, got {:?}", images.dims());
        }
        let side = height.min(width);
        let square =
            images.narrow(2, (height - side) / 2, side)?.narrow(3, (width - side) / 2, side)?;
        let image = self.config.image;
        let scaled = resize(&square, image, image)?;
        let colours = if channels == 1 { scaled.repeat((1, 3, 1, 1))? } else { scaled };
        ((colours * 255.0)? - 127.0)? / 128.0
    }

    /// The `count` most probable classes of ImageNet for a photo, each with its probability.
    ///
    /// # Shapes
    /// - `photo`: `(1, 1 or 3, height, width)`, f32, 0 = black, 1 = white
    ///
    /// # Errors
    /// If the shape does not fit, or the model has other classes than ImageNet's.
    pub fn guesses(&self, photo: &Tensor, count: usize) -> Result<Vec<(String, f64)>> {
        let names = imagenet_classes();
        if photo.dim(0)? != 1 || self.config.classes != names.len() {
            let (dims, classes) = (photo.dims(), self.config.classes);
            bail!("guesses: one photo and {} classes, got {dims:?} and {classes}", names.len());
        }
        let logits = self.predict(&self.prepare(photo)?)?.squeeze(0)?;
        let p = softmax(&logits, D::Minus1)?.to_vec1::<f32>()?;
        let mut guesses: Vec<(String, f64)> =
            names.into_iter().zip(p.into_iter().map(f64::from)).collect();
        guesses.sort_by(|a, b| b.1.total_cmp(&a.1));
        guesses.truncate(count);
        Ok(guesses)
    }

    /// What the network sees before it names it, for a classifier of one's own:
    /// `(batch, 3, image, image)` to `(batch, head)`.
    ///
    /// # Errors
    /// If the shape does not fit.
    pub fn features(&self, images: &Tensor) -> Result<Tensor> {
        let x = relu6(&self.stem.forward(images)?)?;
        let x = self.blocks.iter().try_fold(x, |x, block| block.forward(&x))?;
        global_avg_pool2d(&relu6(&self.head.forward(&x)?)?)?.flatten_from(1)
    }
}

/// What the 1000 classes of ImageNet are called.
///
/// # Source
/// WordNet's words for the classes, in the order of ImageNet's classifiers.
///
/// ```
/// let names = candlelab_models::imagenet_classes();
/// assert_eq!((names.len(), names[285].as_str()), (1000, "Egyptian cat"));
/// ```
pub fn imagenet_classes() -> Vec<String> {
    let lines = include_str!("../data/imagenet1k_labels.txt").lines();
    lines.filter_map(|line| Some(line.split_once('\t')?.1.to_owned())).collect()
}

impl Module for EfficientNet {
    fn forward(&self, images: &Tensor) -> Result<Tensor> {
        self.fc.forward(&self.features(images)?)
    }
}

impl Layer for EfficientNet {
    fn parameters(&self) -> Parameters {
        let stem = self.stem.parameters(Parameters::new(), "_conv_stem", "_bn0");
        let head =
            self.head.parameters(stem.with_layers("_blocks", &self.blocks), "_conv_head", "_bn1");
        head.with_layer("_fc", &self.fc)
    }
}
