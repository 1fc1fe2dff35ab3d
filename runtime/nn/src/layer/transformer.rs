//! The block that transformers are made of.

use super::{Activation, Dropout, KvCache, Layer, LayerNorm, Linear, MultiHeadAttention};
use crate::ops::{Bend, bent_sum, one_node};
use crate::parameters::Parameters;
use candle_core::{Device, Module, Result, Tensor};

/// What a [`TransformerBlock`] is like.
///
/// ```
/// use candlelab_nn::{Activation, BlockConfig};
/// let config = BlockConfig { causal: true, ..BlockConfig::new(64, 4) };
/// assert_eq!((config.hidden, config.activation), (256, Activation::Gelu));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlockConfig {
    /// Numbers in each vector.
    pub width: usize,
    /// Heads of the attention, which share the width.
    pub heads: usize,
    /// Numbers within the feed-forward part.
    pub hidden: usize,
    /// The function within the feed-forward part.
    pub activation: Activation,
    /// Whether no position sees what comes after it.
    pub causal: bool,
    /// Whether the affine maps have biases; the normalisation always has its shifts.
    pub bias: bool,
    /// Whether the maps to queries, keys and values have biases, if the others have.
    pub qkv_bias: bool,
    /// What the products of queries and keys are multiplied with; `1/√(width / heads)` if none.
    pub scale: Option<f64>,
    /// The probability with which numbers that go onto the shortcut are left out.
    pub dropout: f64,
}

impl BlockConfig {
    /// The form of Vaswani et al. 2017: four times the width within the feed-forward part, GELU,
    /// every position seen, all biases, no dropout.
    pub fn new(width: usize, heads: usize) -> Self {
        Self {
            width,
            heads,
            hidden: 4 * width,
            activation: Activation::Gelu,
            causal: false,
            bias: true,
            qkv_bias: true,
            scale: None,
            dropout: 0.0,
        }
    }
}

/// Two affine maps with a function between them, `y = W₂ f(W₁ x + b₁) + b₂`, for each position on
/// its own.
#[derive(Clone, Debug)]
pub struct FeedForward {
    up: Linear,
    activation: Activation,
    down: Linear,
}

impl FeedForward {
    /// A layer from `width` numbers over `hidden` back to `width`, with weights and biases uniform
    /// in `±1/√in`.
    ///
    /// # Shapes
    /// - input: `(…, width)`; output the same
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let layer = FeedForward::new(8, 32, Activation::Gelu, &Device::Cpu)?;
    /// assert_eq!(parameter_count(&layer.vars()), 8 * 32 + 32 + 32 * 8 + 8);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(
        width: usize,
        hidden: usize,
        activation: Activation,
        device: &Device,
    ) -> Result<Self> {
        let (up, down) = (Linear::new(width, hidden, device)?, Linear::new(hidden, width, device)?);
        Ok(Self { up, activation, down })
    }

    /// The same without biases.
    pub fn without_bias(self) -> Self {
        Self { up: self.up.without_bias(), down: self.down.without_bias(), ..self }
    }
}

impl Module for FeedForward {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let hidden = self.up.forward_into(x, self.activation)?; // (…, hidden)
        self.down.forward(&hidden) // (…, width)
    }
}

impl Layer for FeedForward {
    fn parameters(&self) -> Parameters {
        Parameters::new().with_layer("up", &self.up).with_layer("down", &self.down)
    }
}

/// A transformer block with normalisation first (Xiong et al. 2020), as in GPT-2 and ViT:
/// `x ← x + attention(norm(x))`, then `x ← x + feed_forward(norm(x))`.
///
/// Dropout is on both summands; within the attention there is none.
#[derive(Clone, Debug)]
pub struct TransformerBlock {
    norm_1: LayerNorm,
    attention: MultiHeadAttention,
    norm_2: LayerNorm,
    feed_forward: FeedForward,
    dropout: Dropout,
}

impl TransformerBlock {
    /// A block with random parameters, those of its layers.
    ///
    /// # Shapes
    /// - input: `(batch, length, width)`; output the same
    ///
    /// # Errors
    /// If the width cannot be split into the heads, or the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let config = BlockConfig { bias: false, ..BlockConfig::new(16, 4) };
    /// let block = TransformerBlock::new(config, &Device::Cpu)?;
    /// assert_eq!(parameter_count(&block.vars()), 4 * 16 * 16 + 2 * 16 * 64 + 2 * 2 * 16);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(config: BlockConfig, device: &Device) -> Result<Self> {
        let BlockConfig { width, heads, hidden, .. } = config;
        let mut attention = MultiHeadAttention::new(width, heads, device)?;
        let mut feed_forward = FeedForward::new(width, hidden, config.activation, device)?;
        if config.causal {
            attention = attention.causal();
        }
        if !config.qkv_bias {
            attention = attention.without_qkv_bias();
        }
        if !config.bias {
            (attention, feed_forward) = (attention.without_bias(), feed_forward.without_bias());
        }
        if let Some(scale) = config.scale {
            attention = attention.with_scale(scale);
        }
        let (norm_1, norm_2) = (LayerNorm::new(width, device)?, LayerNorm::new(width, device)?);
        let dropout = Dropout { p: config.dropout };
        Ok(Self { norm_1, attention, norm_2, feed_forward, dropout })
    }

    /// Reads on: `x` are the positions after those in the cache; see
    /// [`MultiHeadAttention::read_on`].
    ///
    /// # Shapes
    /// - `x`: `(batch, new positions, width)`; output the same
    ///
    /// # Errors
    /// If the block is not causal or the shapes do not fit.
    pub fn read_on(&self, x: &Tensor, cache: &mut KvCache) -> Result<Tensor> {
        self.with_attended(x, &self.attention.read_on(&self.norm_1.forward(x)?, cache)?)
    }

    /// The rest of the block after its attention.
    fn with_attended(&self, x: &Tensor, attended: &Tensor) -> Result<Tensor> {
        let x = bent_sum(x, &self.dropout.forward(attended)?, Bend(None))?; // (batch, length, width)
        let fed = self.feed_forward.forward(&self.norm_2.forward(&x)?)?;
        bent_sum(&x, &self.dropout.forward(&fed)?, Bend(None))
    }
}

impl Module for TransformerBlock {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        one_node(|| self.with_attended(x, &self.attention.forward(&self.norm_1.forward(x)?)?))
    }
}

impl Layer for TransformerBlock {
    fn parameters(&self) -> Parameters {
        (Parameters::new().with_layer("norm_1", &self.norm_1))
            .with_layer("attention", &self.attention)
            .with_layer("norm_2", &self.norm_2)
            .with_layer("feed_forward", &self.feed_forward)
    }
}
