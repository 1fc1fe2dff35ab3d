//! Attention with several heads.

use super::{Layer, Linear};
use crate::ops::{attention, joined_attention, linear, masked_attention};
use crate::parameters::Parameters;
use candle_core::{Device, Module, Result, Tensor, bail};

/// Attention in several heads (Vaswani et al. 2017): queries, keys and values are linear maps of
/// the input, split into heads; the heads' results side by side go through one more linear map.
///
/// See [`attention`](crate::attention()) for one head. There is no dropout inside.
#[derive(Clone, Debug)]
pub struct MultiHeadAttention {
    /// Queries, keys and values of the input, side by side.
    maps: Linear,
    output: Linear,
    heads: usize,
    causal: bool,
    /// Instead of `1/√(width / heads)`.
    scale: Option<f64>,
}

/// Keys and values of what was read already, so that a text can grow without reading it again.
///
/// Each attention layer needs one of its own, for one text or one batch of texts.
#[derive(Clone, Debug, Default)]
pub struct KvCache {
    kept: Option<(Tensor, Tensor)>,
}

impl KvCache {
    /// Nothing read yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many positions were read.
    pub fn len(&self) -> usize {
        self.kept.as_ref().map_or(0, |(keys, _)| keys.dims()[2])
    }

    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.kept.is_none()
    }

    /// Appends keys and values, `(batch, heads, new, width)`; gives all of them.
    ///
    /// # Errors
    /// If they do not fit to those before.
    pub fn append(&mut self, k: Tensor, v: Tensor) -> Result<(Tensor, Tensor)> {
        let all = match &self.kept {
            Some((keys, values)) => (Tensor::cat(&[keys, &k], 2)?, Tensor::cat(&[values, &v], 2)?),
            None => (k, v),
        };
        self.kept = Some((all.0.detach(), all.1.detach()));
        Ok(all)
    }
}

impl MultiHeadAttention {
    /// Attention over vectors of `width` numbers, in `heads` heads.
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
    /// let layer = MultiHeadAttention::new(8, 2, &Device::Cpu)?.causal();
    /// let x = randn(0.0, 1.0, (1, 5, 8), &Device::Cpu)?;
    /// let whole = layer.forward(&x)?;
    /// let begun = layer.forward(&x.narrow(1, 0, 3)?)?; // sees nothing of what comes later
    /// let difference = (whole.narrow(1, 0, 3)? - begun)?.abs()?.max_all()?;
    /// assert!(difference.to_scalar::<f32>()? < 1e-6);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(width: usize, heads: usize, device: &Device) -> Result<Self> {
        if heads == 0 || !width.is_multiple_of(heads) {
            bail!("MultiHeadAttention: a width of {width} cannot be split into {heads} heads");
        }
        let maps = Linear::new(width, 3 * width, device)?;
        let output = Linear::new(width, width, device)?;
        Ok(Self { maps, output, heads, causal: false, scale: None })
    }

    /// Lets no position see what comes after it.
    pub fn causal(mut self) -> Self {
        self.causal = true;
        self
    }

    /// The same without biases in the maps to queries, keys and values.
    pub fn without_qkv_bias(self) -> Self {
        Self { maps: self.maps.without_bias(), ..self }
    }

    /// The same without any biases.
    pub fn without_bias(self) -> Self {
        let (maps, output) = (self.maps.without_bias(), self.output.without_bias());
        Self { maps, output, ..self }
    }

    /// Multiplies the products of queries and keys by `scale` instead of `1/√(width / heads)`.
    pub fn with_scale(self, scale: f64) -> Self {
        Self { scale: Some(scale), ..self }
    }

    /// `(batch, length, width)` to `(batch, heads, length, width / heads)`.
    fn split(&self, x: &Tensor) -> Result<Tensor> {
        let (batch, length, width) = x.dims3()?;
        x.reshape((batch, length, self.heads, width / self.heads))?.transpose(1, 2)?.contiguous()
    }

    /// `(batch, heads, length, width / heads)` to `(batch, length, width)`, and the last map.
    fn join(&self, y: &Tensor) -> Result<Tensor> {
        self.output.forward(&y.transpose(1, 2)?.flatten_from(2)?)
    }

    /// Lets `x` look at another text: the queries come from `x`, keys and values from `context`.
    ///
    /// # Shapes
    /// - `x`: `(batch, length, width)`; `context`: `(batch, other length, width)`
    /// - output: as `x`
    ///
    /// # Errors
    /// If the shapes do not fit.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let layer = MultiHeadAttention::new(8, 2, &Device::Cpu)?;
    /// let x = randn(0.0, 1.0, (1, 3, 8), &Device::Cpu)?;
    /// let context = randn(0.0, 1.0, (1, 7, 8), &Device::Cpu)?;
    /// assert_eq!(layer.attend(&x, &context)?.dims(), [1, 3, 8]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn attend(&self, x: &Tensor, context: &Tensor) -> Result<Tensor> {
        let (q, k, v) = self.maps(x, context)?;
        self.join(&attention(&q, &k, &v, self.causal)?)
    }

    /// As [`attend`](Self::attend) with a mask of your own instead of the causal one, as for texts
    /// of different lengths; see [`masked_attention`].
    ///
    /// # Shapes
    /// - `x`: `(batch, length, width)`; `context`: `(batch, other length, width)`
    /// - `mask`: u8, broadcast to `(batch, heads, length, other length)`; 1 where a position of `x`
    ///   sees one of `context`, else 0
    /// - output: as `x`
    ///
    /// # Errors
    /// If the shapes do not fit.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let layer = MultiHeadAttention::new(8, 2, &Device::Cpu)?;
    /// let x = randn(0.0, 1.0, (1, 3, 8), &Device::Cpu)?;
    /// let mask = Tensor::new(&[1u8, 1, 0], &Device::Cpu)?; // the third is filling only
    /// let y = layer.attend_where(&x, &x, &mask)?.narrow(1, 0, 2)?;
    /// let short = x.narrow(1, 0, 2)?;
    /// let difference = (layer.forward(&short)? - y)?.abs()?.max_all()?;
    /// assert!(difference.to_scalar::<f32>()? < 1e-6);
    /// # Ok(())
    /// # }
    /// ```
    pub fn attend_where(&self, x: &Tensor, context: &Tensor, mask: &Tensor) -> Result<Tensor> {
        let (q, k, v) = self.maps(x, context)?;
        self.join(&masked_attention(&q, &k, &v, mask)?)
    }

    /// Queries of `x`, keys and values of `context`, `(batch, heads, length, width / heads)` each.
    fn maps(&self, x: &Tensor, context: &Tensor) -> Result<(Tensor, Tensor, Tensor)> {
        let width = self.output.weight().dim(0)?;
        let part = |x: &Tensor, at: usize| {
            let w = self.maps.weight().narrow(0, at * width, width)?;
            let b = self.maps.bias().map(|b| b.narrow(0, at * width, width)).transpose()?;
            self.split(&linear(x, &w, b.as_ref())?)
        };
        let mut q = part(x, 0)?;
        if let Some(scale) = self.scale {
            q = (&q * (scale * (q.dim(3)? as f64).sqrt()))?; // attention divides by the root
        }
        Ok((q, part(context, 1)?, part(context, 2)?))
    }

    /// Reads on: `x` are the positions after those in the cache, which it looks back on.
    ///
    /// # Shapes
    /// - `x`: `(batch, new positions, width)`; output the same
    ///
    /// # Errors
    /// If the layer is not causal or the shapes do not fit.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let layer = MultiHeadAttention::new(8, 2, &Device::Cpu)?.causal();
    /// let x = randn(0.0, 1.0, (1, 5, 8), &Device::Cpu)?;
    /// let mut cache = KvCache::new();
    /// layer.read_on(&x.narrow(1, 0, 4)?, &mut cache)?;
    /// let last = layer.read_on(&x.narrow(1, 4, 1)?, &mut cache)?;
    /// let difference = (layer.forward(&x)?.narrow(1, 4, 1)? - last)?.abs()?.max_all()?;
    /// assert!(difference.to_scalar::<f32>()? < 1e-6 && cache.len() == 5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn read_on(&self, x: &Tensor, cache: &mut KvCache) -> Result<Tensor> {
        if !self.causal {
            bail!("MultiHeadAttention reads on only if it is causal: new(…)?.causal()");
        }
        let (q, k, v) = self.maps(x, x)?;
        let (k, v) = cache.append(k, v)?;
        self.join(&attention(&q, &k, &v, true)?)
    }
}

impl Module for MultiHeadAttention {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = joined_attention(&self.maps.forward(x)?, self.heads, self.causal, self.scale)?;
        self.output.forward(&y)
    }
}

impl Layer for MultiHeadAttention {
    /// `in_proj` makes queries, keys and values side by side, `out_proj` is the last map.
    fn parameters(&self) -> Parameters {
        Parameters::new().with_layer("in_proj", &self.maps).with_layer("out_proj", &self.output)
    }
}
