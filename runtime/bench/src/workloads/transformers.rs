//! Transformers: of image patches and of letters.

use super::{batch, labels, noise};
use crate::library::{Library, Net};
use crate::measure::{Measured, measure};
use candle_core::{D, Device, IndexOp, Module, Result, Tensor, Var};
use candlelab_nn::Activation::GeluTanh;
use candlelab_nn::{BlockConfig, Layer, TransformerBlock};

const HEADS: usize = 4;

/// `x + attention(norm x)`, then `x + mlp(norm x)`.
enum Block {
    Ours(TransformerBlock),
    Candle { norm: Net, maps: Net, output: Net, mask: Option<Tensor>, mlp: Net },
}

impl Block {
    fn new(library: Library, width: usize, length: usize, causal: bool) -> Result<Self> {
        if library == Library::Ours {
            let config =
                BlockConfig { activation: GeluTanh, causal, ..BlockConfig::new(width, HEADS) };
            return Ok(Self::Ours(TransformerBlock::new(config, &Device::Cpu)?));
        }
        let mask = (0..length * length).map(|at| u8::from(at % length > at / length));
        let mask = Tensor::from_iter(mask, &Device::Cpu)?.reshape((length, length))?;
        let mlp = library.net().layer_norm(width)?.linear(width, 4 * width)?;
        Ok(Self::Candle {
            norm: library.net().layer_norm(width)?,
            maps: library.net().linear(width, 3 * width)?,
            output: library.net().linear(width, width)?,
            mask: causal.then_some(mask),
            mlp: mlp.activation(GeluTanh)?.linear(4 * width, width)?,
        })
    }

    fn vars(&self) -> Vec<Var> {
        match self {
            Self::Ours(block) => block.vars(),
            Self::Candle { norm, maps, output, mlp, .. } => {
                [norm, maps, output, mlp].map(|net| net.vars.clone()).concat()
            }
        }
    }
}

impl Module for Block {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Ours(block) => block.forward(x),
            Self::Candle { norm, maps, output, mask, mlp } => {
                let maps = maps.forward(&norm.forward(x)?)?;
                let x = (x + output.forward(&simple(&maps, mask.as_ref())?)?)?;
                &x + mlp.forward(&x)?
            }
        }
    }
}

/// Attention of Candle's own operations, from queries, keys and values side by side.
fn simple(maps: &Tensor, mask: Option<&Tensor>) -> Result<Tensor> {
    let (batch, length, width) = maps.dims3()?;
    let width = width / 3;
    let part = |at: usize| {
        let part = maps.narrow(2, at * width, width)?;
        part.reshape((batch, length, HEADS, width / HEADS))?.transpose(1, 2)?.contiguous()
    };
    let (q, k, v) = (part(0)?, part(1)?, part(2)?);
    let mut scores = (q.matmul(&k.t()?)? / ((width / HEADS) as f64).sqrt())?;
    if let Some(mask) = mask {
        let hidden = Tensor::full(f32::NEG_INFINITY, scores.shape(), &Device::Cpu)?;
        let length = scores.dim(2)?;
        let mask = mask.narrow(0, 0, length)?.narrow(1, 0, length)?;
        scores = mask.broadcast_as(scores.shape())?.where_cond(&hidden, &scores)?;
    }
    let weights = candle_nn::ops::softmax(&scores, D::Minus1)?;
    weights.matmul(&v)?.transpose(1, 2)?.flatten_from(2)
}

/// A vision transformer, 4 blocks of width 64, on batches of 64 images in patches of side `patch`.
pub fn vit(library: Library, patch: usize, seconds: f64) -> Result<Measured> {
    let (side, width, size) = (28 / patch, 64, 64);
    let length = side * side;
    let embed = library.net().linear(patch * patch, width)?;
    let class = Var::zeros((1, 1, width), candle_core::DType::F32, &Device::Cpu)?;
    let positions = Var::from_tensor(&(noise(&[1, length + 1, width])? * 0.02)?)?;
    let blocks = (0..4).map(|_| Block::new(library, width, length + 1, false));
    let blocks = blocks.collect::<Result<Vec<_>>>()?;
    let (norm, head) = (library.net().layer_norm(width)?, library.net().linear(width, 10)?);
    let mut vars = [&embed, &norm, &head].map(|net| net.vars.clone()).concat();
    vars.extend([class.clone(), positions.clone()]);
    vars.extend(blocks.iter().flat_map(Block::vars));
    let (images, y) = (noise(&[6400, 1, 28, 28])?, labels(6400, 10)?);
    let mut rule = library.adam(vars, 1e-3, 0.9, 0.0)?;
    measure(seconds, |step| {
        let x = batch(&images, step, size)?.reshape((size, side, patch, side, patch))?;
        let x = x.transpose(2, 3)?.reshape((size, length, patch * patch))?;
        let class = class.broadcast_as((size, 1, width))?;
        let x = Tensor::cat(&[&class, &embed.forward(&x)?], 1)?.broadcast_add(&positions)?;
        let x = blocks.iter().try_fold(x, |x, block| block.forward(&x))?;
        let logits = head.forward(&norm.forward(&x)?.i((.., 0))?.contiguous()?)?;
        rule.step(&library.cross_entropy(&logits, &batch(&y, step, size)?)?)
    })
}

const LETTERS: usize = 65;
const WIDTH: usize = 128;

/// A GPT of 4 blocks whose output shares its weights with the embedding.
struct Gpt {
    library: Library,
    letters: Var,
    positions: Var,
    blocks: Vec<Block>,
    norm: Net,
}

impl Gpt {
    fn new(library: Library, length: usize) -> Result<Self> {
        let table = |rows| Var::from_tensor(&(noise(&[rows, WIDTH])? * 0.02)?);
        let blocks = (0..4).map(|_| Block::new(library, WIDTH, length, true));
        Ok(Self {
            library,
            letters: table(LETTERS)?,
            positions: table(length)?,
            blocks: blocks.collect::<Result<_>>()?,
            norm: library.net().layer_norm(WIDTH)?,
        })
    }

    fn vars(&self) -> Vec<Var> {
        let mut vars = vec![self.letters.clone(), self.positions.clone()];
        vars.extend(self.blocks.iter().flat_map(Block::vars));
        vars.extend(self.norm.vars.clone());
        vars
    }

    /// The last block's output, `(batch, length, WIDTH)`.
    fn read(&self, text: &Tensor) -> Result<Tensor> {
        let (batch, length) = text.dims2()?;
        let letters = self.letters.index_select(&text.flatten_all()?, 0)?;
        let x = letters.reshape((batch, length, WIDTH))?.broadcast_add(&self.positions)?;
        let x = self.blocks.iter().try_fold(x, |x, block| block.forward(&x))?;
        self.norm.forward(&x)
    }

    /// `(rows, WIDTH)` to logits.
    fn logits(&self, x: &Tensor) -> Result<Tensor> {
        match self.library {
            Library::Ours => candlelab_nn::linear(x, &self.letters, None),
            Library::Candle => x.matmul(&self.letters.t()?),
        }
    }
}

/// Trains on `size` texts of `length` letters a step.
pub fn gpt(library: Library, length: usize, size: usize, seconds: f64) -> Result<Measured> {
    let model = Gpt::new(library, length)?;
    let text = labels(200_000, LETTERS)?.to_vec1::<u32>()?;
    let mut rule = library.adam(model.vars(), 1e-3, 0.9, 0.01)?;
    measure(seconds, |step| {
        let starts = (0..size).map(|at| (step * size + at) * 7919 % (text.len() - length - 1));
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for start in starts {
            x.extend_from_slice(&text[start..start + length]);
            y.extend_from_slice(&text[start + 1..start + length + 1]);
        }
        let x = Tensor::from_vec(x, (size, length), &Device::Cpu)?;
        let y = Tensor::from_vec(y, size * length, &Device::Cpu)?;
        let logits = model.logits(&model.read(&x)?.reshape((size * length, WIDTH))?)?;
        rule.step(&library.cross_entropy(&logits, &y)?)
    })
}

/// Letter after letter from a full context of 64, read anew for each.
pub fn generation(library: Library, seconds: f64) -> Result<Measured> {
    const LENGTH: usize = 64;
    let model = Gpt::new(library, LENGTH)?;
    let mut text = vec![0u32; LENGTH];
    measure(seconds, |step| {
        let x = Tensor::from_vec(text[text.len() - LENGTH..].to_vec(), (1, LENGTH), &Device::Cpu)?;
        let last = model.read(&x)?.i((.., LENGTH - 1))?.contiguous()?;
        let p = candle_nn::ops::softmax(&model.logits(&last)?.detach(), 1)?.i(0)?;
        let mut chance = (step as f32 * 0.618_034).fract();
        let chosen = p.to_vec1::<f32>()?.iter().position(|p| {
            chance -= p;
            chance < 0.0
        });
        text.push(chosen.unwrap_or(LETTERS - 1) as u32);
        if text.len() > 4096 {
            text.drain(..4000);
        }
        Ok(())
    })
}
