//! The vision transformer.

use candle_core::{Device, IndexOp, Module, Result, Tensor, bail};
use candlelab_nn::{
    Activation, BlockConfig, ClassToken, Layer, Linear, Parameters, PatchEmbedding, Positions,
    Sequential, TransformerBlock, init,
};

/// What a [`Vit`] is; see [`VitConfig::mnist`].
#[derive(Clone, Debug, PartialEq)]
pub struct VitConfig {
    /// Height and width of the images, in pixels.
    pub image: usize,
    /// Channels of the images.
    pub channels: usize,
    /// Height and width of a patch, in pixels.
    pub patch: usize,
    /// Numbers in a token.
    pub width: usize,
    /// Blocks.
    pub depth: usize,
    /// Heads of the attention.
    pub heads: usize,
    /// What the product of a query and a key is multiplied with.
    pub scale: f64,
    /// Hidden numbers of the MLP in a block.
    pub hidden: usize,
    /// Hidden numbers of the MLP before the classes.
    pub head_hidden: usize,
    /// Numbers in the output.
    pub classes: usize,
    /// Whether a vector for its position is added to each token; without, their order is lost.
    pub positions: bool,
    /// Whether the classes are read from a token of their own; without, from the mean of all.
    pub class_token: bool,
}

impl VitConfig {
    /// Digits of 28 × 28 pixels as 16 patches, six blocks: 213,642 parameters.
    pub fn mnist() -> Self {
        Self {
            image: 28,
            channels: 1,
            patch: 7,
            width: 64,
            depth: 6,
            heads: 8,
            // width^-½ where others take the width of a head, 8^-½ = .35: softer at the start.
            scale: 0.125,
            hidden: 128,
            head_hidden: 128,
            classes: 10,
            positions: true,
            class_token: true,
        }
    }

    fn block(&self) -> BlockConfig {
        BlockConfig {
            hidden: self.hidden,
            qkv_bias: false,
            scale: Some(self.scale),
            ..BlockConfig::new(self.width, self.heads)
        }
    }
}

/// The vision transformer (Dosovitskiy et al. 2021): an image is a sequence of patches, which look
/// at each other in pre-norm blocks; the classes are read from a token of their own.
///
/// There is no normalisation after the last block, and a hidden layer before the classes.
///
/// # Shapes
/// - input: `(batch, channels, image, image)`; output: logits `(batch, classes)`
#[derive(Clone, Debug)]
pub struct Vit {
    config: VitConfig,
    patches: PatchEmbedding,
    class_token: Option<ClassToken>,
    positions: Option<Positions>,
    blocks: Vec<TransformerBlock>,
    head: Sequential,
}

impl Vit {
    /// Random weights, as [`Linear`] draws them; class token and positions from `N(0, 1)`.
    ///
    /// # Errors
    /// If the image cannot be cut into the patches or the width into the heads, or the device has
    /// no room.
    ///
    /// ```
    /// # use candlelab_models::{Vit, VitConfig};
    /// # use candlelab_nn::{Device, Layer, Result, parameter_count};
    /// # fn main() -> Result<()> {
    /// let model = Vit::new(&VitConfig::mnist(), &Device::Cpu)?;
    /// assert_eq!(parameter_count(&model.vars()), 213_642);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(config: &VitConfig, device: &Device) -> Result<Self> {
        let &VitConfig { image, patch, width, .. } = config;
        if patch == 0 || !image.is_multiple_of(patch) {
            bail!("Vit: an image of {image} pixels cannot be cut into patches of {patch}");
        }
        let tokens = (image / patch).pow(2) + usize::from(config.class_token);
        let class_token = config.class_token.then(|| ClassToken::new(width, device));
        let positions = config.positions.then(|| Positions::learned(tokens, width, device));
        let blocks = (0..config.depth).map(|_| TransformerBlock::new(config.block(), device));
        let vit = Self {
            config: config.clone(),
            patches: PatchEmbedding::new(config.channels, patch, width, device)?,
            class_token: class_token.transpose()?,
            positions: positions.transpose()?,
            blocks: blocks.collect::<Result<_>>()?,
            head: Sequential::new()
                .add(Linear::new(width, config.head_hidden, device)?)
                .add(Activation::Gelu)
                .add(Linear::new(config.head_hidden, config.classes, device)?),
        };
        for (name, var) in vit.parameters().tensors() {
            if ["class_token.weight", "positions.weight"].contains(&name.as_str()) {
                init::normal(&var, 1.0)?;
            }
        }
        Ok(vit)
    }

    /// The tokens after the last block, the class token first: `(batch, channels, image, image)`
    /// to `(batch, tokens, width)`.
    ///
    /// # Errors
    /// If the shape does not fit.
    pub fn tokens(&self, images: &Tensor) -> Result<Tensor> {
        let (_, _, height, width) = images.dims4()?;
        let image = self.config.image;
        if (height, width) != (image, image) {
            let images = images.dims();
            bail!("shape mismatch in Vit, images: {images:?}, made for {image} × {image} pixels");
        }
        let mut x = self.patches.forward(images)?; // (batch, patches, width)
        if let Some(token) = &self.class_token {
            x = token.forward(&x)?; // (batch, 1 + patches, width)
        }
        if let Some(positions) = &self.positions {
            x = positions.forward(&x)?;
        }
        self.blocks.iter().try_fold(x, |x, block| block.forward(&x))
    }
}

impl Module for Vit {
    fn forward(&self, images: &Tensor) -> Result<Tensor> {
        let x = self.tokens(images)?; // (batch, tokens, width)
        let x = if self.config.class_token { x.i((.., 0))? } else { x.mean(1)? };
        self.head.forward(&x)
    }
}

impl Layer for Vit {
    fn parameters(&self) -> Parameters {
        let mut all = Parameters::new().with_layer("patches", &self.patches);
        if let Some(token) = &self.class_token {
            all = all.with_layer("class_token", token);
        }
        if let Some(positions) = &self.positions {
            all = all.with_layer("positions", positions);
        }
        all.with_layers("blocks", &self.blocks).with_layer("head", &self.head)
    }
}
