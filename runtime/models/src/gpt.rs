//! GPT: a transformer that continues texts.

mod bit;
mod chain;
mod config;
mod generate;
mod gpt2;

pub use bit::bit_gpt;
pub use chain::MarkovChain;
pub use config::GptConfig;
pub use generate::GptTokens;

use candle_core::{D, DType, Device, Module, Result, Tensor, bail};
use candlelab_nn::{
    Dropout, Embedding, KvCache, Layer, LayerNorm, Parameters, Positions, TransformerBlock,
    cross_entropy, init, linear,
};

/// The language model of Radford et al. 2019, as in nanoGPT and picoGPT: vectors of tokens and of
/// their positions, pre-norm blocks in which a token sees itself and those before it, and logits
/// for the token after each one, `norm(x) Eᵀ` with the tokens' own vectors `E`.
///
/// Dropout follows the first sum and both halves of a block; unlike nanoGPT's, attention weights
/// are never dropped.
///
/// # Shapes
/// - input: tokens `(batch, length)`, u32, at most `context` of them
/// - output: logits `(batch, length, vocab)`
#[derive(Clone, Debug)]
pub struct Gpt {
    config: GptConfig,
    wte: Embedding,
    wpe: Positions,
    drop: Dropout,
    h: Vec<TransformerBlock>,
    ln_f: LayerNorm,
}

impl Gpt {
    /// Weights drawn from `N(0, .02²)`, those of the last map of each half of a block from
    /// `N(0, .02² / 2·layers)`, so that the sum of all halves does not grow with the depth; biases
    /// are 0.
    ///
    /// # Errors
    /// If the width cannot be split into the heads, a size is 0, or the device has no room.
    ///
    /// ```
    /// # use candlelab_models::{Gpt, GptConfig};
    /// # use candlelab_nn::{Device, Layer, Result, parameter_count};
    /// # fn main() -> Result<()> {
    /// let config = GptConfig::xor();
    /// let gpt = Gpt::new(&config, &Device::Cpu)?;
    /// assert_eq!(parameter_count(&gpt.vars()), 12_640);
    /// assert_eq!(config.parameter_count(), 12_640);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(config: &GptConfig, device: &Device) -> Result<Self> {
        let gpt = Self::blank(config, device)?;
        let of_the_last = 0.02 / (2.0 * config.layers as f64).sqrt();
        for (name, var) in gpt.parameters().tensors() {
            match var.rank() {
                2 if name.ends_with("c_proj.weight") => init::normal(&var, of_the_last)?,
                2 => init::normal(&var, 0.02)?,
                _ if name.ends_with("bias") => init::constant(&var, 0.0)?,
                _ => {}
            }
        }
        Ok(gpt)
    }

    /// Without weights worth having yet.
    fn blank(config: &GptConfig, device: &Device) -> Result<Self> {
        let block = config.block()?;
        let &GptConfig { vocab, context, width, dropout, .. } = config;
        let blocks = (0..config.layers).map(|_| TransformerBlock::new(block, device));
        Ok(Self {
            config: config.clone(),
            wte: Embedding::from_weights(&Tensor::zeros((vocab, width), DType::F32, device)?)?,
            wpe: Positions::learned(context, width, device)?,
            drop: Dropout { p: dropout },
            h: blocks.collect::<Result<_>>()?,
            ln_f: LayerNorm::new(width, device)?,
        })
    }

    /// What it is made of.
    pub fn config(&self) -> &GptConfig {
        &self.config
    }

    /// What tokens become before they are turned into logits, in the light of those before them:
    /// tokens `(batch, length)` to `(batch, length, width)`.
    ///
    /// # Errors
    /// If there are more tokens than positions, or a token is none of the vocabulary.
    pub fn hidden(&self, tokens: &Tensor) -> Result<Tensor> {
        let x = self.embed(tokens, 0)?; // (batch, length, width)
        let x = self.h.iter().try_fold(x, |x, block| block.forward(&x))?;
        self.ln_f.forward(&x)
    }

    /// Memory of the text so far, a cache a layer, for [`read_on`](Self::read_on).
    pub fn caches(&self) -> Vec<KvCache> {
        vec![KvCache::new(); self.config.layers]
    }

    /// Reads on: the logits after each new token, without reading again what is in the caches.
    ///
    /// # Shapes
    /// - `tokens`: `(batch, new)`, u32; output: `(batch, new, vocab)`
    ///
    /// # Errors
    /// If there are more tokens in all than positions, a token is none of the vocabulary, or the
    /// caches are another model's.
    ///
    /// ```
    /// # use candlelab_models::{Gpt, GptConfig};
    /// # use candlelab_nn::{Device, Module, Result, Tensor};
    /// # fn main() -> Result<()> {
    /// let gpt = Gpt::new(&GptConfig::markov(), &Device::Cpu)?;
    /// let mut caches = gpt.caches();
    /// gpt.read_on(&Tensor::new(&[[1u32, 0]], &Device::Cpu)?, &mut caches)?;
    /// let last = gpt.read_on(&Tensor::new(&[[1u32]], &Device::Cpu)?, &mut caches)?;
    /// let whole = gpt.forward(&Tensor::new(&[[1u32, 0, 1]], &Device::Cpu)?)?;
    /// let difference = (whole.narrow(1, 2, 1)? - last)?.abs()?.max_all()?;
    /// assert!(difference.to_scalar::<f32>()? < 1e-5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn read_on(&self, tokens: &Tensor, caches: &mut [KvCache]) -> Result<Tensor> {
        self.logits(&self.hidden_on(tokens, caches)?)
    }

    fn hidden_on(&self, tokens: &Tensor, caches: &mut [KvCache]) -> Result<Tensor> {
        if caches.len() != self.h.len() {
            bail!("a GPT of {} layers cannot use {} caches", self.h.len(), caches.len());
        }
        let mut x = self.embed(tokens, caches[0].len())?; // (batch, new, width)
        for (block, cache) in self.h.iter().zip(caches) {
            x = block.read_on(&x, cache)?;
        }
        self.ln_f.forward(&x)
    }

    /// The vectors of tokens and of the positions from `first` on.
    fn embed(&self, tokens: &Tensor, first: usize) -> Result<Tensor> {
        self.drop.forward(&self.wpe.forward_from(&self.wte.forward(tokens)?, first)?)
    }

    fn logits(&self, hidden: &Tensor) -> Result<Tensor> {
        linear(hidden, self.wte.weight(), None)
    }
}

impl Module for Gpt {
    fn forward(&self, tokens: &Tensor) -> Result<Tensor> {
        self.logits(&self.hidden(tokens)?)
    }
}

impl Layer for Gpt {
    /// By the names of GPT-2's checkpoint; its linear maps lie there the other way round, see
    /// [`Gpt::from_gpt2`].
    fn parameters(&self) -> Parameters {
        let mut all = Parameters::new().with_layer("wte", &self.wte).with_layer("wpe", &self.wpe);
        for (at, block) in self.h.iter().enumerate() {
            for (name, var) in block.parameters().tensors() {
                all = all.with(&format!("h.{at}.{}", published(&name)), &var);
            }
        }
        all.with_layer("ln_f", &self.ln_f)
    }
}

/// What GPT-2 calls a parameter of a [`TransformerBlock`].
fn published(name: &str) -> String {
    let names = [
        ("norm_1", "ln_1"),
        ("attention.in_proj", "attn.c_attn"),
        ("attention.out_proj", "attn.c_proj"),
        ("norm_2", "ln_2"),
        ("feed_forward.up", "mlp.c_fc"),
        ("feed_forward.down", "mlp.c_proj"),
    ];
    names.iter().fold(name.to_owned(), |name, (ours, theirs)| name.replace(ours, theirs))
}

/// The [`cross_entropy`] of the tokens that come next: of all, or only of the one after the last.
///
/// # Shapes
/// - `logits`: `(batch, length, vocab)`
/// - `targets`: u32, `(batch, length)` for the token after each one, `(batch)` for that after the
///   last
/// - output: a scalar, in nats a token
///
/// # Errors
/// If the shapes do not fit or a target is none of the vocabulary.
///
/// ```
/// # use candlelab_models::next_token_loss;
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let logits = Tensor::new(&[[[100f32, 0.0], [0.0, 0.0]]], &Device::Cpu)?; // sure, then a coin
/// let all = next_token_loss(&logits, &Tensor::new(&[[0u32, 1]], &Device::Cpu)?)?;
/// let last = next_token_loss(&logits, &Tensor::new(&[1u32], &Device::Cpu)?)?;
/// assert!((all.to_scalar::<f32>()? - 2f32.ln() / 2.0).abs() < 1e-6);
/// assert!((last.to_scalar::<f32>()? - 2f32.ln()).abs() < 1e-6);
/// # Ok(())
/// # }
/// ```
pub fn next_token_loss(logits: &Tensor, targets: &Tensor) -> Result<Tensor> {
    let (_, length, _) = logits.dims3()?;
    if targets.rank() == 2 && targets.dims() == &logits.dims()[..2] {
        return cross_entropy(logits, targets);
    }
    if targets.rank() != 1 || length == 0 {
        let (logits, targets) = (logits.dims(), targets.dims());
        bail!("shape mismatch in next_token_loss, lhs: {logits:?}, rhs: {targets:?}");
    }
    cross_entropy(&logits.narrow(D::Minus2, length - 1, 1)?.squeeze(1)?, targets)
}
