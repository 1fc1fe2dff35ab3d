//! The block that a GPT repeats.

use super::GptConfig;
use crate::heads;
use candle_core::{DType, Device, Module, Result, Tensor};
use candlelab_nn::{Activation, Dropout, KvCache, Layer, LayerNorm, Linear, Parameters, attention};

/// A linear map without weights yet.
fn linear(inputs: usize, outputs: usize, bias: bool, device: &Device) -> Result<Linear> {
    let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32, device);
    let bias = bias.then(|| zeros(&[outputs])).transpose()?;
    Linear::from_weights(&zeros(&[outputs, inputs])?, bias.as_ref())
}

/// Attention in which a token sees itself and those before it; one map makes queries, keys and
/// values.
#[derive(Clone, Debug)]
pub(super) struct CausalSelfAttention {
    c_attn: Linear,
    c_proj: Linear,
    heads: usize,
}

impl CausalSelfAttention {
    /// With given maps, `width` to `3 · width` and `width` to `width`.
    pub(super) fn new(c_attn: Linear, c_proj: Linear, heads: usize) -> Self {
        Self { c_attn, c_proj, heads }
    }

    fn read_on(&self, x: &Tensor, cache: &mut KvCache) -> Result<Tensor> {
        let [q, k, v] = heads::split_three(&self.c_attn.forward(x)?, self.heads)?;
        let (k, v) = cache.append(k, v)?; // (batch, heads, all, width / heads)
        let y = attention(&q, &k, &v, true)?; // (batch, heads, new, width / heads)
        self.c_proj.forward(&heads::join(&y)?) // (batch, new, width)
    }
}

impl Module for CausalSelfAttention {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.read_on(x, &mut KvCache::new())
    }
}

impl Layer for CausalSelfAttention {
    fn parameters(&self) -> Parameters {
        Parameters::new().with_layer("c_attn", &self.c_attn).with_layer("c_proj", &self.c_proj)
    }
}

/// `W₂ f(W₁ x + b₁) + b₂`, in the middle four times as wide.
#[derive(Clone, Debug)]
struct Mlp {
    c_fc: Linear,
    activation: Activation,
    c_proj: Linear,
}

impl Module for Mlp {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        x.apply(&self.c_fc)?.apply(&self.activation)?.apply(&self.c_proj)
    }
}

impl Layer for Mlp {
    fn parameters(&self) -> Parameters {
        Parameters::new().with_layer("c_fc", &self.c_fc).with_layer("c_proj", &self.c_proj)
    }
}

/// `x ← x + attention(norm(x))`, then `x ← x + MLP(norm(x))`.
#[derive(Clone, Debug)]
pub(super) struct Block {
    ln_1: LayerNorm,
    attn: CausalSelfAttention,
    ln_2: LayerNorm,
    mlp: Mlp,
    drop: Dropout,
}

impl Block {
    pub(super) fn zeros(config: &GptConfig, device: &Device) -> Result<Self> {
        let &GptConfig { width, heads, bias, activation, dropout, .. } = config;
        let linear = |inputs, outputs| linear(inputs, outputs, bias, device);
        let (c_attn, c_proj) = (linear(width, 3 * width)?, linear(width, width)?);
        let (c_fc, back) = (linear(width, 4 * width)?, linear(4 * width, width)?);
        Ok(Self {
            ln_1: LayerNorm::new(width, device)?,
            attn: CausalSelfAttention::new(c_attn, c_proj, heads),
            ln_2: LayerNorm::new(width, device)?,
            mlp: Mlp { c_fc, activation, c_proj: back },
            drop: Dropout { p: dropout },
        })
    }

    pub(super) fn read_on(&self, x: &Tensor, cache: &mut KvCache) -> Result<Tensor> {
        let y = self.attn.read_on(&self.ln_1.forward(x)?, cache)?;
        let x = (x + self.drop.forward(&y)?)?; // (batch, new, width)
        let y = self.mlp.forward(&self.ln_2.forward(&x)?)?;
        &x + self.drop.forward(&y)?
    }
}

impl Module for Block {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.read_on(x, &mut KvCache::new())
    }
}

impl Layer for Block {
    fn parameters(&self) -> Parameters {
        (Parameters::new().with_layer("ln_1", &self.ln_1).with_layer("attn", &self.attn))
            .with_layer("ln_2", &self.ln_2)
            .with_layer("mlp", &self.mlp)
    }
}
