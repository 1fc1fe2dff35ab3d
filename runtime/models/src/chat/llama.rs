//! Llama with quantised weights, for reading and writing only.

use crate::heads;
use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::quantized::{QMatMul, QTensor};
use candle_core::{Device, Module, Result, Tensor, bail};
use candlelab_nn::{KvCache, attention, evaluating, rms_norm, silu};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

/// The sizes of a [`Llama`], as its file tells them.
#[derive(Clone, Debug, PartialEq)]
pub struct LlamaConfig {
    /// How many different tokens there are.
    pub vocab: usize,
    /// The longest text it can see, in tokens.
    pub context: usize,
    /// Blocks.
    pub layers: usize,
    /// Heads of the attention.
    pub heads: usize,
    /// Heads of keys and values, each for as many heads of queries.
    pub kv_heads: usize,
    /// Numbers in a token's vector.
    pub width: usize,
    /// The base of the positions' angles.
    pub rope_base: f64,
    /// Added to mean squares.
    pub epsilon: f64,
}

/// A file in the GGUF format.
struct Gguf {
    content: Content,
    reader: BufReader<File>,
}

impl Gguf {
    fn open(path: &Path) -> Result<Self> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) => bail!("cannot read the weights {}: {error}", path.display()),
        };
        let mut reader = BufReader::new(file);
        Ok(Self { content: Content::read(&mut reader)?, reader })
    }

    fn value(&self, name: &str) -> Result<&Value> {
        match self.content.metadata.get(name) {
            Some(value) => Ok(value),
            None => bail!("it does not tell its `{name}`"),
        }
    }

    fn size(&self, name: &str) -> Result<usize> {
        Ok(self.value(name)?.to_u64()? as usize)
    }

    fn config(&self) -> Result<LlamaConfig> {
        let architecture = self.value("general.architecture")?.to_string()?;
        if architecture != "llama" {
            bail!("it holds a model of the kind `{architecture}`, not `llama`");
        }
        let Some(tokens) = self.content.tensor_infos.get("token_embd.weight") else {
            bail!("it has no `token_embd.weight`");
        };
        let heads = self.size("llama.attention.head_count")?;
        let base = self.content.metadata.get("llama.rope.freq_base");
        let config = LlamaConfig {
            vocab: tokens.shape.dims2()?.0,
            context: self.size("llama.context_length")?,
            layers: self.size("llama.block_count")?,
            heads,
            kv_heads: self.size("llama.attention.head_count_kv").unwrap_or(heads),
            width: self.size("llama.embedding_length")?,
            rope_base: base.map_or(Ok(1e4), |base| base.to_f32().map(f64::from))?,
            epsilon: self.value("llama.attention.layer_norm_rms_epsilon")?.to_f32()?.into(),
        };
        let LlamaConfig { layers, heads, kv_heads, width, .. } = config;
        let fits = layers > 0 && kv_heads > 0 && heads > 0;
        if !fits || !heads.is_multiple_of(kv_heads) || !width.is_multiple_of(2 * heads) {
            bail!("its sizes make no sense: {config:?}");
        }
        Ok(config)
    }

    fn tensor(&mut self, name: &str, shape: &[usize], device: &Device) -> Result<QTensor> {
        let Some(info) = self.content.tensor_infos.get(name) else { bail!("it has no `{name}`") };
        if info.shape.dims() != shape {
            bail!("its `{name}` is {:?} and should be {shape:?}", info.shape.dims());
        }
        match self.content.tensor(&mut self.reader, name, device) {
            Ok(tensor) => Ok(tensor),
            Err(error) => bail!("it is not whole, `{name}` cannot be read: {error}"),
        }
    }

    fn map(&mut self, name: &str, shape: [usize; 2], device: &Device) -> Result<QMatMul> {
        QMatMul::from_qtensor(self.tensor(&format!("{name}.weight"), &shape, device)?)
    }

    fn scales(&mut self, name: &str, width: usize, device: &Device) -> Result<Tensor> {
        self.tensor(&format!("{name}.weight"), &[width], device)?.dequantize(device)
    }
}

/// `x ← x + attention(norm(x))`, then `x ← x + W₃ (silu(W₁ norm(x)) · W₂ norm(x))`.
#[derive(Clone, Debug)]
struct Block {
    attn_norm: Tensor,
    attn_q: QMatMul,
    attn_k: QMatMul,
    attn_v: QMatMul,
    attn_output: QMatMul,
    ffn_norm: Tensor,
    ffn_gate: QMatMul,
    ffn_up: QMatMul,
    ffn_down: QMatMul,
}

impl Block {
    fn load(file: &mut Gguf, at: usize, config: &LlamaConfig, device: &Device) -> Result<Self> {
        let &LlamaConfig { width, heads, kv_heads, .. } = config;
        let (name, narrow) = (|part| format!("blk.{at}.{part}"), width / heads * kv_heads);
        let middle = file.size("llama.feed_forward_length")?;
        Ok(Self {
            attn_norm: file.scales(&name("attn_norm"), width, device)?,
            attn_q: file.map(&name("attn_q"), [width, width], device)?,
            attn_k: file.map(&name("attn_k"), [narrow, width], device)?,
            attn_v: file.map(&name("attn_v"), [narrow, width], device)?,
            attn_output: file.map(&name("attn_output"), [width, width], device)?,
            ffn_norm: file.scales(&name("ffn_norm"), width, device)?,
            ffn_gate: file.map(&name("ffn_gate"), [middle, width], device)?,
            ffn_up: file.map(&name("ffn_up"), [middle, width], device)?,
            ffn_down: file.map(&name("ffn_down"), [width, middle], device)?,
        })
    }

    fn read_on(&self, x: &Tensor, cache: &mut KvCache, config: &LlamaConfig) -> Result<Tensor> {
        let y = rms_norm(x, &self.attn_norm, config.epsilon)?; // (1, new, width)
        let first = cache.len();
        let q = heads::split(&self.attn_q.forward(&y)?, config.heads)?;
        let k = heads::split(&self.attn_k.forward(&y)?, config.kv_heads)?;
        let v = heads::split(&self.attn_v.forward(&y)?, config.kv_heads)?;
        let q = rotate(&q, first, config.rope_base)?; // (1, heads, new, width / heads)
        let (k, v) = cache.append(rotate(&k, first, config.rope_base)?, v)?; // (1, kv, all, …)
        let shared = config.heads / config.kv_heads;
        let y = attention(&q, &repeat(&k, shared)?, &repeat(&v, shared)?, true)?;
        let x = (x + self.attn_output.forward(&heads::join(&y)?)?)?;
        let y = rms_norm(&x, &self.ffn_norm, config.epsilon)?;
        let y = (silu(&self.ffn_gate.forward(&y)?)? * self.ffn_up.forward(&y)?)?; // (1, new, middle)
        x + self.ffn_down.forward(&y)?
    }
}

/// Each head of keys or values for `times` heads of queries that stand side by side.
fn repeat(x: &Tensor, times: usize) -> Result<Tensor> {
    let (batch, heads, length, width) = x.dims4()?;
    let wide = x.unsqueeze(2)?.expand((batch, heads, times, length, width))?;
    wide.reshape((batch, heads * times, length, width))
}

/// Rotary positions in the order of GGUF files: turns the pair of numbers `2i` and `2i + 1` of
/// position `t` by the angle `t / base^(2i/width)`.
fn rotate(x: &Tensor, first: usize, base: f64) -> Result<Tensor> {
    let (batch, heads, length, width) = x.dims4()?;
    let half = width / 2;
    let angle = |at: usize, pair: usize| at as f64 / base.powf(pair as f64 / half as f64);
    let angles = (first..first + length).flat_map(|at| (0..half).map(move |i| angle(at, i) as f32));
    let angles = Tensor::from_iter(angles, x.device())?.reshape((length, half, 1))?;
    let (cos, sin) = (angles.cos()?, angles.sin()?);
    let pairs = x.reshape((batch, heads, length, half, 2))?;
    let (a, b) = (pairs.narrow(4, 0, 1)?, pairs.narrow(4, 1, 1)?);
    let left = (a.broadcast_mul(&cos)? - b.broadcast_mul(&sin)?)?;
    let right = (b.broadcast_mul(&cos)? + a.broadcast_mul(&sin)?)?;
    Tensor::cat(&[left, right], 4)?.reshape(x.shape())
}

/// Llama (Touvron et al. 2023): pre-norm blocks with rotary positions, gated MLPs and heads that
/// share keys and values; its weights stay as few bits as the file has of them.
#[derive(Clone, Debug)]
pub struct Llama {
    config: LlamaConfig,
    token_embd: Arc<QTensor>,
    blocks: Vec<Block>,
    output_norm: Tensor,
    output: QMatMul,
}

impl Llama {
    /// Loads a file in the GGUF format.
    ///
    /// # Errors
    /// If the file cannot be read or is not whole, or holds another model.
    pub fn load(path: impl AsRef<Path>, device: &Device) -> Result<Self> {
        let path = path.as_ref();
        let mut file = match Gguf::open(path) {
            Ok(file) => file,
            Err(error) if path.is_file() => {
                bail!("{} is no whole file in the GGUF format: {error}", path.display())
            }
            Err(error) => return Err(error),
        };
        match Self::from_gguf(&mut file, device) {
            Ok(llama) => Ok(llama),
            Err(error) => bail!("cannot load the weights {}: {error}", path.display()),
        }
    }

    fn from_gguf(file: &mut Gguf, device: &Device) -> Result<Self> {
        let config = file.config()?;
        let LlamaConfig { vocab, width, layers, .. } = config;
        let token_embd = Arc::new(file.tensor("token_embd.weight", &[vocab, width], device)?);
        let blocks = (0..layers).map(|at| Block::load(file, at, &config, device));
        let blocks = blocks.collect::<Result<_>>()?;
        let output_norm = file.scales("output_norm", width, device)?;
        let output = if file.content.tensor_infos.contains_key("output.weight") {
            file.map("output", [vocab, width], device)?
        } else {
            QMatMul::from_arc(token_embd.clone())?
        };
        Ok(Self { config, token_embd, blocks, output_norm, output })
    }

    /// What it is made of.
    pub fn config(&self) -> &LlamaConfig {
        &self.config
    }

    /// Memory of the text so far, a cache a layer, for [`read_on`](Self::read_on).
    pub fn caches(&self) -> Vec<KvCache> {
        vec![KvCache::new(); self.config.layers]
    }

    /// Reads on: the logits of the token after the new ones, without reading again what is in the
    /// caches.
    ///
    /// # Errors
    /// If there is no new token, one is none of the vocabulary, the text gets longer than the
    /// context, or the caches are another model's.
    pub fn read_on(&self, tokens: &[u32], caches: &mut [KvCache]) -> Result<Vec<f32>> {
        let LlamaConfig { vocab, context, layers, epsilon, .. } = self.config;
        if caches.len() != layers {
            bail!("a Llama of {layers} layers cannot use {} caches", caches.len());
        }
        if let Some(token) = tokens.iter().find(|token| **token as usize >= vocab) {
            bail!("token {token} is none of the model's {vocab}");
        }
        let length = caches[0].len() + tokens.len();
        if tokens.is_empty() || length > context {
            bail!("a Llama reads 1 to {context} tokens, got {} of {length}", tokens.len());
        }
        evaluating(|| {
            let tokens = Tensor::new(tokens, &self.token_embd.device())?;
            let mut x = self.token_embd.embedding(&tokens.unsqueeze(0)?)?; // (1, new, width)
            for (block, cache) in self.blocks.iter().zip(caches) {
                x = block.read_on(&x, cache, &self.config)?;
            }
            let last = x.narrow(1, x.dim(1)? - 1, 1)?.contiguous()?; // (1, 1, width)
            let last = rms_norm(&last, &self.output_norm, epsilon)?;
            self.output.forward(&last)?.flatten_all()?.to_vec1()
        })
    }
}
