//! Blocks that mix positions without attention between them.

use super::{Activation, FeedForward, Layer, LayerNorm, Linear};
use crate::ops::{gelu, sigmoid};
use crate::parameters::Parameters;
use crate::precision::parameter_dtype;
use candle_core::{Device, Module, Result, Tensor, Var};

/// A block of the MLP-Mixer (Tolstikhin et al. 2021): an MLP across positions, the same for each
/// channel, then one across channels, the same for each position:
/// `x ← x + (MLP₁(norm(x)ᵀ))ᵀ`, `x ← x + MLP₂(norm(x))`.
#[derive(Clone, Debug)]
pub struct MixerBlock {
    norm_1: LayerNorm,
    positions: FeedForward,
    norm_2: LayerNorm,
    channels: FeedForward,
}

impl MixerBlock {
    /// A block for sequences of exactly `length` vectors of `width` numbers; `hidden` are the
    /// widths within the MLP across positions and within the one across channels.
    ///
    /// # Shapes
    /// - input: `(batch, length, width)`; output the same
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let block = MixerBlock::new(16, 64, (32, 128), &Device::Cpu)?;
    /// let x = randn(0.0, 1.0, (2, 16, 64), &Device::Cpu)?;
    /// assert_eq!(block.forward(&x)?.dims(), [2, 16, 64]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(
        length: usize,
        width: usize,
        hidden: (usize, usize),
        device: &Device,
    ) -> Result<Self> {
        Ok(Self {
            norm_1: LayerNorm::new(width, device)?,
            positions: FeedForward::new(length, hidden.0, Activation::Gelu, device)?,
            norm_2: LayerNorm::new(width, device)?,
            channels: FeedForward::new(width, hidden.1, Activation::Gelu, device)?,
        })
    }
}

impl Module for MixerBlock {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let h = self.norm_1.forward(x)?.transpose(1, 2)?; // (batch, width, length)
        let x = (x + self.positions.forward(&h)?.transpose(1, 2)?)?; // (batch, length, width)
        &x + self.channels.forward(&self.norm_2.forward(&x)?)?
    }
}

impl Layer for MixerBlock {
    fn parameters(&self) -> Parameters {
        (Parameters::new().with_layer("norm_1", &self.norm_1))
            .with_layer("positions", &self.positions)
            .with_layer("norm_2", &self.norm_2)
            .with_layer("channels", &self.channels)
    }
}

/// A block of the gMLP (Liu et al. 2021): `y = x + V (u ⊙ (W norm(v) + b))`, where `u` and `v` are
/// the halves of `gelu(U norm(x))`, and `W` maps positions to positions. It starts with `W` at 0
/// and `b` at 1, so that no position hears of another.
#[derive(Clone, Debug)]
pub struct GmlpBlock {
    norm: LayerNorm,
    up: Linear,
    gate_norm: LayerNorm,
    gate: Linear,
    down: Linear,
}

impl GmlpBlock {
    /// A block for sequences of exactly `length` vectors of `width` numbers; `u` and `v` have
    /// `hidden` each.
    ///
    /// # Shapes
    /// - input: `(batch, length, width)`; output the same
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let block = GmlpBlock::new(16, 64, 128, &Device::Cpu)?;
    /// let x = randn(0.0, 1.0, (2, 16, 64), &Device::Cpu)?;
    /// assert_eq!(block.forward(&x)?.dims(), [2, 16, 64]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(length: usize, width: usize, hidden: usize, device: &Device) -> Result<Self> {
        let gate = Linear::new(length, length, device)?;
        for (var, start) in gate.vars().iter().zip([0.0, 1.0]) {
            var.set(&Tensor::full(start, var.shape(), device)?.to_dtype(var.dtype())?)?;
        }
        Ok(Self {
            norm: LayerNorm::new(width, device)?,
            up: Linear::new(width, 2 * hidden, device)?,
            gate_norm: LayerNorm::new(hidden, device)?,
            gate,
            down: Linear::new(hidden, width, device)?,
        })
    }
}

impl Module for GmlpBlock {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let h = gelu(&self.up.forward(&self.norm.forward(x)?)?)?; // (batch, length, 2 · hidden)
        let hidden = h.dim(2)? / 2;
        let (u, v) = (h.narrow(2, 0, hidden)?, h.narrow(2, hidden, hidden)?);
        let v = self.gate_norm.forward(&v)?.transpose(1, 2)?; // (batch, hidden, length)
        let gate = self.gate.forward(&v)?.transpose(1, 2)?; // (batch, length, hidden)
        x + self.down.forward(&(u * gate)?)?
    }
}

impl Layer for GmlpBlock {
    fn parameters(&self) -> Parameters {
        (Parameters::new().with_layer("norm", &self.norm).with_layer("up", &self.up))
            .with_layer("gate_norm", &self.gate_norm)
            .with_layer("gate", &self.gate)
            .with_layer("down", &self.down)
    }
}

/// The layer of the attention-free transformer (Zhai et al. 2021, AFT-full): with `q`, `k`, `v`
/// affine maps of `x`, in each channel `yₜ = σ(qₜ) · Σₛ exp(kₛ + wₜₛ) vₛ / Σₛ exp(kₛ + wₜₛ)`, then an
/// affine map. `w` is learnt, a number for each pair of positions, and starts at 0.
#[derive(Clone, Debug)]
pub struct AttentionFree {
    query: Linear,
    key: Linear,
    value: Linear,
    output: Linear,
    w: Var,
}

impl AttentionFree {
    /// A layer for sequences of exactly `length` vectors of `width` numbers.
    ///
    /// # Shapes
    /// - input: `(batch, length, width)`; output the same
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let layer = AttentionFree::new(5, 8, &Device::Cpu)?;
    /// let x = randn(0.0, 1.0, (2, 5, 8), &Device::Cpu)?;
    /// assert_eq!(layer.forward(&x)?.dims(), [2, 5, 8]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(length: usize, width: usize, device: &Device) -> Result<Self> {
        let linear = || Linear::new(width, width, device);
        let (query, key, value, output) = (linear()?, linear()?, linear()?, linear()?);
        Ok(Self {
            query,
            key,
            value,
            output,
            w: Var::zeros((length, length), parameter_dtype(), device)?,
        })
    }
}

impl Module for AttentionFree {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let k = self.key.forward(x)?; // (batch, length, width)
        // Both maxima only shift the exponents and cancel in the ratio.
        let powers = k.broadcast_sub(&k.detach().max_keepdim(1)?)?.exp()?;
        let w = self.w.broadcast_sub(&self.w.as_detached_tensor().max_keepdim(1)?)?.exp()?;
        let sums = w.broadcast_matmul(&(&powers * self.value.forward(x)?)?)?;
        let means = (sums / w.broadcast_matmul(&powers)?)?; // (batch, length, width)
        self.output.forward(&(sigmoid(&self.query.forward(x)?)? * means)?)
    }
}

impl Layer for AttentionFree {
    fn parameters(&self) -> Parameters {
        (Parameters::new().with_layer("query", &self.query).with_layer("key", &self.key))
            .with_layer("value", &self.value)
            .with_layer("output", &self.output)
            .with("w", &self.w)
    }
}
