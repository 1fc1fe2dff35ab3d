//! The vision transformer.

use crate::{heads, patchify};
use candle_core::{Device, IndexOp, Module, Result, Tensor, Var, bail};
use candlelab_nn::{
    Activation, Layer, LayerNorm, Linear, Parameters, Sequential, attention, gelu, randn,
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

    fn patches(&self) -> usize {
        (self.image / self.patch).pow(2)
    }
}

/// Self-attention: `softmax(s Q Kᵀ) V` in each head, and one more map.
#[derive(Clone, Debug)]
struct Attention {
    qkv: Linear,
    proj: Linear,
    heads: usize,
    scale: f64,
}

impl Module for Attention {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let [q, k, v] = heads::split_three(&self.qkv.forward(x)?, self.heads)?;
        // `attention` divides by √(width of a head).
        let q = (q * (self.scale * (k.dim(3)? as f64).sqrt()))?;
        self.proj.forward(&heads::join(&attention(&q, &k, &v, false)?)?)
    }
}

impl Layer for Attention {
    fn parameters(&self) -> Parameters {
        Parameters::new().with_layer("qkv", &self.qkv).with_layer("proj", &self.proj)
    }
}

/// `W₂ GELU(W₁ x + b₁) + b₂`.
#[derive(Clone, Debug)]
struct Mlp {
    fc1: Linear,
    fc2: Linear,
}

impl Module for Mlp {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.fc2.forward(&gelu(&self.fc1.forward(x)?)?)
    }
}

impl Layer for Mlp {
    fn parameters(&self) -> Parameters {
        Parameters::new().with_layer("fc1", &self.fc1).with_layer("fc2", &self.fc2)
    }
}

/// `x ← x + attention(norm(x))`, then `x ← x + MLP(norm(x))`.
#[derive(Clone, Debug)]
struct Block {
    norm1: LayerNorm,
    attn: Attention,
    norm2: LayerNorm,
    mlp: Mlp,
}

impl Block {
    fn new(config: &VitConfig, device: &Device) -> Result<Self> {
        let &VitConfig { width, heads, scale, hidden, .. } = config;
        let qkv = Linear::new(width, 3 * width, device)?.without_bias();
        Ok(Self {
            norm1: LayerNorm::new(width, device)?,
            attn: Attention { qkv, proj: Linear::new(width, width, device)?, heads, scale },
            norm2: LayerNorm::new(width, device)?,
            mlp: Mlp {
                fc1: Linear::new(width, hidden, device)?,
                fc2: Linear::new(hidden, width, device)?,
            },
        })
    }
}

impl Module for Block {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = (x + self.attn.forward(&self.norm1.forward(x)?)?)?;
        &x + self.mlp.forward(&self.norm2.forward(&x)?)?
    }
}

impl Layer for Block {
    fn parameters(&self) -> Parameters {
        (Parameters::new().with_layer("norm1", &self.norm1).with_layer("attn", &self.attn))
            .with_layer("norm2", &self.norm2)
            .with_layer("mlp", &self.mlp)
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
    patch_embed: Linear,
    cls_token: Option<Var>,
    pos_embed: Option<Var>,
    blocks: Vec<Block>,
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
        let &VitConfig { image, patch, channels, width, heads, .. } = config;
        if patch == 0 || !image.is_multiple_of(patch) {
            bail!("Vit: an image of {image} pixels cannot be cut into patches of {patch}");
        }
        if heads == 0 || !width.is_multiple_of(heads) {
            bail!("Vit: a width of {width} cannot be split into {heads} heads");
        }
        let tokens = config.patches() + usize::from(config.class_token);
        let vectors = |count: usize| Var::from_tensor(&randn(0.0, 1.0, (1, count, width), device)?);
        let blocks = (0..config.depth).map(|_| Block::new(config, device));
        Ok(Self {
            config: config.clone(),
            patch_embed: Linear::new(channels * patch * patch, width, device)?,
            cls_token: config.class_token.then(|| vectors(1)).transpose()?,
            pos_embed: config.positions.then(|| vectors(tokens)).transpose()?,
            blocks: blocks.collect::<Result<_>>()?,
            head: Sequential::new()
                .add(Linear::new(width, config.head_hidden, device)?)
                .add(Activation::Gelu)
                .add(Linear::new(config.head_hidden, config.classes, device)?),
        })
    }

    /// The tokens after the last block, the class token first: `(batch, channels, image, image)`
    /// to `(batch, tokens, width)`.
    ///
    /// # Errors
    /// If the shape does not fit.
    pub fn tokens(&self, images: &Tensor) -> Result<Tensor> {
        let mut x = self.patch_embed.forward(&patchify(images, self.config.patch)?)?;
        let (batch, patches, width) = x.dims3()?;
        if patches != self.config.patches() {
            let (found, made) = (images.dims(), self.config.image);
            bail!("shape mismatch in Vit, images: {found:?}, made for {made} × {made} pixels");
        }
        if let Some(token) = &self.cls_token {
            x = Tensor::cat(&[&token.expand((batch, 1, width))?, &x], 1)?; // (batch, 1 + n, width)
        }
        if let Some(positions) = &self.pos_embed {
            x = x.broadcast_add(positions)?;
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
        (Parameters::new().with_some("cls_token", self.cls_token.as_ref()))
            .with_some("pos_embed", self.pos_embed.as_ref())
            .with_layer("patch_embed.proj", &self.patch_embed)
            .with_layers("blocks", &self.blocks)
            .with_layer("head", &self.head)
    }
}
