//! BERT, a transformer that reads in both directions.

use crate::heads;
use crate::weights::Weights;
use candle_core::{DType, Device, Module, Result, Tensor, Var, bail};
use candlelab_nn::{Embedding, Layer, Linear, Parameters, gelu, layer_norm, masked_attention};
use serde::Deserialize;
use std::path::Path;

/// The sizes of a [`Bert`], by the names of a published `config.json`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct BertConfig {
    /// How many different tokens there are.
    pub vocab_size: usize,
    /// The longest text it can see, in tokens.
    pub max_position_embeddings: usize,
    /// Kinds of segments, of which only the first is used here.
    pub type_vocab_size: usize,
    /// Numbers in a token's vector.
    pub hidden_size: usize,
    /// Blocks.
    pub num_hidden_layers: usize,
    /// Heads of the attention.
    pub num_attention_heads: usize,
    /// Numbers in the middle of a block's MLP.
    pub intermediate_size: usize,
    /// Added to variances.
    pub layer_norm_eps: f64,
    /// Between the two maps of the MLP; only `gelu` is known.
    pub hidden_act: String,
}

impl BertConfig {
    /// `all-MiniLM-L6-v2`: six blocks of width 384.
    pub fn mini_lm() -> Self {
        Self {
            vocab_size: 30_522,
            max_position_embeddings: 512,
            type_vocab_size: 2,
            hidden_size: 384,
            num_hidden_layers: 6,
            num_attention_heads: 12,
            intermediate_size: 1536,
            layer_norm_eps: 1e-12,
            hidden_act: "gelu".to_owned(),
        }
    }

    /// Reads a `config.json`.
    ///
    /// # Errors
    /// If the file cannot be read or does not describe a BERT.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => bail!("cannot read the configuration {}: {error}", path.display()),
        };
        match serde_json::from_str(&text) {
            Ok(config) => Ok(config),
            Err(error) => bail!("{} does not describe a BERT: {error}", path.display()),
        }
    }

    fn check(&self) -> Result<()> {
        let Self { hidden_size: width, num_attention_heads: heads, hidden_act, .. } = self;
        if *heads == 0 || !width.is_multiple_of(*heads) {
            bail!("a BERT's width of {width} cannot be split into {heads} heads");
        }
        if hidden_act != "gelu" {
            bail!("a BERT's activation is `gelu`, got `{hidden_act}`");
        }
        Ok(())
    }
}

/// Mean 0 and variance 1 of each row, then scale and shift, with an `ε` of its own.
#[derive(Clone, Debug)]
struct Norm {
    w: Var,
    b: Var,
    epsilon: f64,
}

impl Norm {
    fn new(config: &BertConfig, device: &Device) -> Result<Self> {
        let (n, epsilon) = (config.hidden_size, config.layer_norm_eps);
        let (w, b) = (Var::ones(n, DType::F32, device)?, Var::zeros(n, DType::F32, device)?);
        Ok(Self { w, b, epsilon })
    }
}

impl Module for Norm {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        layer_norm(x, &self.w, &self.b, self.epsilon)
    }
}

impl Layer for Norm {
    fn parameters(&self) -> Parameters {
        Parameters::new().with("weight", &self.w).with("bias", &self.b)
    }
}

/// Attention to all tokens that the mask shows.
#[derive(Clone, Debug)]
struct SelfAttention {
    query: Linear,
    key: Linear,
    value: Linear,
    heads: usize,
}

impl SelfAttention {
    fn new(config: &BertConfig, device: &Device) -> Result<Self> {
        let linear = || Linear::new(config.hidden_size, config.hidden_size, device);
        let heads = config.num_attention_heads;
        Ok(Self { query: linear()?, key: linear()?, value: linear()?, heads })
    }

    fn forward(&self, x: &Tensor, mask: &Tensor) -> Result<Tensor> {
        let part = |map: &Linear| heads::split(&map.forward(x)?, self.heads);
        let (q, k, v) = (part(&self.query)?, part(&self.key)?, part(&self.value)?);
        heads::join(&masked_attention(&q, &k, &v, mask)?) // (batch, length, width)
    }

    fn parameters(&self, all: Parameters, name: &str) -> Parameters {
        (all.with_layer(&format!("{name}.query"), &self.query))
            .with_layer(&format!("{name}.key"), &self.key)
            .with_layer(&format!("{name}.value"), &self.value)
    }
}

/// The end of each half of a block: `norm(W y + b + x)`.
#[derive(Clone, Debug)]
struct AddNorm {
    dense: Linear,
    norm: Norm,
}

impl AddNorm {
    fn new(inputs: usize, config: &BertConfig, device: &Device) -> Result<Self> {
        let dense = Linear::new(inputs, config.hidden_size, device)?;
        Ok(Self { dense, norm: Norm::new(config, device)? })
    }

    fn forward(&self, y: &Tensor, x: &Tensor) -> Result<Tensor> {
        self.norm.forward(&(self.dense.forward(y)? + x)?)
    }

    fn parameters(&self, all: Parameters, name: &str) -> Parameters {
        (all.with_layer(&format!("{name}.dense"), &self.dense))
            .with_layer(&format!("{name}.LayerNorm"), &self.norm)
    }
}

/// `x ← norm(x + W attention(x))`, then `x ← norm(x + W₂ GELU(W₁ x))`.
#[derive(Clone, Debug)]
struct Block {
    attention: SelfAttention,
    attention_output: AddNorm,
    intermediate: Linear,
    output: AddNorm,
}

impl Block {
    fn new(config: &BertConfig, device: &Device) -> Result<Self> {
        let (width, middle) = (config.hidden_size, config.intermediate_size);
        Ok(Self {
            attention: SelfAttention::new(config, device)?,
            attention_output: AddNorm::new(width, config, device)?,
            intermediate: Linear::new(width, middle, device)?,
            output: AddNorm::new(middle, config, device)?,
        })
    }

    fn forward(&self, x: &Tensor, mask: &Tensor) -> Result<Tensor> {
        let x = self.attention_output.forward(&self.attention.forward(x, mask)?, x)?;
        self.output.forward(&gelu(&self.intermediate.forward(&x)?)?, &x)
    }

    fn parameters(&self, all: Parameters, name: &str) -> Parameters {
        let all = self.attention.parameters(all, &format!("{name}.attention.self"));
        let all = self.attention_output.parameters(all, &format!("{name}.attention.output"));
        let all = all.with_layer(&format!("{name}.intermediate.dense"), &self.intermediate);
        self.output.parameters(all, &format!("{name}.output"))
    }
}

/// BERT (Devlin et al. 2019) without its last maps: vectors of tokens, of their positions and of
/// the first segment, and post-norm blocks in which every token sees every other.
#[derive(Clone, Debug)]
pub struct Bert {
    config: BertConfig,
    words: Embedding,
    positions: Embedding,
    segments: Embedding,
    norm: Norm,
    blocks: Vec<Block>,
}

impl Bert {
    /// Random weights, as [`Linear`] and [`Embedding`] draw them.
    ///
    /// # Errors
    /// If the width cannot be split into the heads, the activation is not known, or the device has
    /// no room.
    pub fn new(config: &BertConfig, device: &Device) -> Result<Self> {
        config.check()?;
        let vectors = |count| Embedding::new(count, config.hidden_size, device);
        let blocks = (0..config.num_hidden_layers).map(|_| Block::new(config, device));
        Ok(Self {
            config: config.clone(),
            words: vectors(config.vocab_size)?,
            positions: vectors(config.max_position_embeddings)?,
            segments: vectors(config.type_vocab_size)?,
            norm: Norm::new(config, device)?,
            blocks: blocks.collect::<Result<_>>()?,
        })
    }

    /// Takes the weights from a file in the safetensors format, with the names of Hugging Face's
    /// checkpoints.
    ///
    /// # Errors
    /// If the file cannot be read or is not whole, lacks a tensor or has one that the model has no
    /// place for, or a shape differs.
    pub fn load(path: impl AsRef<Path>, config: &BertConfig, device: &Device) -> Result<Self> {
        let weights = Weights::open(path)?;
        let bert = Self::new(config, device)?;
        let rename = |name: &str| {
            let name = name.strip_prefix("bert.").unwrap_or(name);
            let unused = name.starts_with("pooler.") || name.ends_with("position_ids");
            (!unused).then(|| name.to_owned())
        };
        weights.fill(&bert.parameters(), rename, |_| false)?;
        Ok(bert)
    }

    /// What it is made of.
    pub fn config(&self) -> &BertConfig {
        &self.config
    }

    pub(super) fn device(&self) -> &Device {
        self.words.weight().device()
    }

    /// What the tokens become in the light of each other.
    ///
    /// # Shapes
    /// - `tokens`: `(batch, length)`, u32; `mask`: `(batch, length)`, u8, 1 for a token, 0 for
    ///   filling
    /// - output: `(batch, length, width)`
    ///
    /// # Errors
    /// If there are more tokens than positions, or a token is none of the vocabulary.
    pub fn hidden(&self, tokens: &Tensor, mask: &Tensor) -> Result<Tensor> {
        let (_, length) = tokens.dims2()?;
        let most = self.config.max_position_embeddings;
        if length > most || mask.dims() != tokens.dims() {
            let (tokens, mask) = (tokens.dims(), mask.dims());
            bail!("shape mismatch in Bert, tokens: {tokens:?}, mask: {mask:?}, positions: {most}");
        }
        let places = self.positions.weight().narrow(0, 0, length)?; // (length, width)
        let segment = self.segments.weight().narrow(0, 0, 1)?; // (1, width)
        let x = self.words.forward(tokens)?.broadcast_add(&places.broadcast_add(&segment)?)?;
        let mask = mask.unsqueeze(1)?.unsqueeze(1)?; // (batch, 1, 1, length)
        let x = self.norm.forward(&x)?;
        self.blocks.iter().try_fold(x, |x, block| block.forward(&x, &mask))
    }

    /// By the names of Hugging Face's checkpoints.
    pub fn parameters(&self) -> Parameters {
        let embeddings = (Parameters::new().with_layer("embeddings.word_embeddings", &self.words))
            .with_layer("embeddings.position_embeddings", &self.positions)
            .with_layer("embeddings.token_type_embeddings", &self.segments)
            .with_layer("embeddings.LayerNorm", &self.norm);
        self.blocks.iter().enumerate().fold(embeddings, |all, (at, block)| {
            block.parameters(all, &format!("encoder.layer.{at}"))
        })
    }
}
