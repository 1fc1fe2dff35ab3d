//! Attention over the two bits of an exclusive or.

use candle_core::{D, Device, Module, Result, Tensor};
use candlelab_nn::{Layer, Linear, Parameters, attention_weights, tanh};

/// What a [`XorAttention`] is; see [`XorAttentionConfig::xor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct XorAttentionConfig {
    /// Numbers in a query, a key and a value.
    pub width: usize,
    /// Where the weights of the mean come from.
    pub mixing: Mixing,
    /// Whether `tanh` follows the mean. Without it no weights solve the task: the outputs for 01
    /// and 10 are weighted means of those for 00 and 11.
    pub tanh: bool,
}

/// Where the weights come from by which a token looks at the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mixing {
    /// From queries and keys, which training finds.
    Trained,
    /// From queries and keys, which stay as they were drawn.
    Frozen,
    /// All are the same.
    Uniform,
}

impl XorAttentionConfig {
    /// Trained attention of width 2 with `tanh`: 19 parameters.
    pub fn xor() -> Self {
        Self { width: 2, mixing: Mixing::Trained, tanh: true }
    }
}

/// Self-attention over two tokens that are bits, and a small readout:
/// `A = softmax(Q Kᵀ / √width)`, `y = W₂ (W₁ tanh(A V) + b₁) + b₂`.
///
/// # Shapes
/// - input: `(batch, 2)`, bits as f32; output: `(batch, 1)`, for targets ±1
#[derive(Clone, Debug)]
pub struct XorAttention {
    config: XorAttentionConfig,
    query: Linear,
    key: Linear,
    value: Linear,
    fc1: Linear,
    fc2: Linear,
}

impl XorAttention {
    /// Random weights, as [`Linear`] draws them.
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_models::{Mixing, XorAttention, XorAttentionConfig};
    /// # use candlelab_nn::{Device, Layer, Result, parameter_count};
    /// # fn main() -> Result<()> {
    /// let config = XorAttentionConfig::xor();
    /// let model = XorAttention::new(config, &Device::Cpu)?;
    /// assert_eq!(parameter_count(&model.vars()), 19);
    /// let config = XorAttentionConfig { mixing: Mixing::Frozen, ..config };
    /// let model = XorAttention::new(config, &Device::Cpu)?;
    /// assert_eq!(parameter_count(&model.vars()), 15); // queries and keys are not for training
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(config: XorAttentionConfig, device: &Device) -> Result<Self> {
        let map =
            || Ok::<_, candle_core::Error>(Linear::new(1, config.width, device)?.without_bias());
        Ok(Self {
            config,
            query: map()?,
            key: map()?,
            value: map()?,
            fc1: Linear::new(2 * config.width, 2, device)?,
            fc2: Linear::new(2, 1, device)?,
        })
    }

    /// How much each token looks at each: `(batch, 2)` to `(batch, 2, 2)`, rows that sum to 1.
    ///
    /// # Errors
    /// If the shape does not fit.
    pub fn attention(&self, bits: &Tensor) -> Result<Tensor> {
        let x = bits.unsqueeze(2)?; // (batch, 2, 1)
        if self.config.mixing == Mixing::Uniform {
            return Tensor::full(0.5f32, (bits.dim(0)?, 2, 2), bits.device());
        }
        let q = self.query.forward(&x)?.unsqueeze(1)?; // (batch, 1, 2, width)
        let k = self.key.forward(&x)?.unsqueeze(1)?;
        attention_weights(&q, &k, false)?.squeeze(1)
    }

    /// The two numbers between both readouts, for a picture: `(batch, 2)` to `(batch, 2)`.
    ///
    /// # Errors
    /// If the shape does not fit.
    pub fn representation(&self, bits: &Tensor) -> Result<Tensor> {
        let v = self.value.forward(&bits.unsqueeze(2)?)?; // (batch, 2, width)
        let mixed = self.attention(bits)?.matmul(&v)?.flatten(1, D::Minus1)?; // (batch, 2 · width)
        let mixed = if self.config.tanh { tanh(&mixed)? } else { mixed };
        self.fc1.forward(&mixed)
    }
}

impl Module for XorAttention {
    fn forward(&self, bits: &Tensor) -> Result<Tensor> {
        self.fc2.forward(&self.representation(bits)?)
    }
}

impl Layer for XorAttention {
    fn parameters(&self) -> Parameters {
        let looks = Parameters::new().with_layer("query", &self.query).with_layer("key", &self.key);
        let looks = if self.config.mixing == Mixing::Trained { looks } else { looks.frozen() };
        (looks.with_layer("value", &self.value))
            .with_layer("fc1", &self.fc1)
            .with_layer("fc2", &self.fc2)
    }
}
