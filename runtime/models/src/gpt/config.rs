//! What a GPT is made of.

use candle_core::{Result, bail};
use candlelab_nn::{Activation, BlockConfig};

/// The sizes of a [`Gpt`](crate::Gpt), and what its blocks do.
#[derive(Clone, Debug, PartialEq)]
pub struct GptConfig {
    /// How many different tokens there are.
    pub vocab: usize,
    /// The longest text it can see, in tokens.
    pub context: usize,
    /// Blocks.
    pub layers: usize,
    /// Heads of the attention.
    pub heads: usize,
    /// Numbers in a token's vector; four times as many in the middle of a block's MLP.
    pub width: usize,
    /// Whether linear maps have biases; normalisations always shift.
    pub bias: bool,
    /// Between the two maps of a block's MLP.
    pub activation: Activation,
    /// The probability to drop a number in training.
    pub dropout: f64,
}

impl GptConfig {
    /// Two bits and the next one: 12,640 parameters.
    pub fn xor() -> Self {
        Self {
            vocab: 2,
            context: 2,
            layers: 4,
            heads: 4,
            width: 16,
            bias: false,
            activation: Activation::Gelu,
            dropout: 0.0,
        }
    }

    /// Three bits and the next one: 12,656 parameters.
    pub fn markov() -> Self {
        Self { context: 3, ..Self::xor() }
    }

    /// nanoGPT's network for a few minutes of a CPU, over `vocab` letters: .8 million parameters.
    ///
    /// Unlike nanoGPT's, which has no biases at all, its normalisations shift.
    pub fn nano(vocab: usize) -> Self {
        Self { vocab, context: 64, width: 128, ..Self::xor() }
    }

    /// nanoGPT's network for a few minutes of a GPU, over `vocab` letters: 10.7 million
    /// parameters. Its dropout is for texts as small as Shakespeare's.
    pub fn shakespeare(vocab: usize) -> Self {
        Self { context: 256, layers: 6, heads: 6, width: 384, dropout: 0.2, ..Self::nano(vocab) }
    }

    /// The smallest GPT-2 (Radford et al. 2019): 124,439,808 parameters.
    pub fn gpt2() -> Self {
        Self {
            vocab: 50_257,
            context: 1024,
            layers: 12,
            heads: 12,
            width: 768,
            bias: true,
            activation: Activation::GeluTanh,
            dropout: 0.1,
        }
    }

    /// How many numbers an optimiser can change in such a model.
    ///
    /// ```
    /// # use candlelab_models::GptConfig;
    /// assert_eq!(GptConfig::gpt2().parameter_count(), 124_439_808);
    /// ```
    pub fn parameter_count(&self) -> usize {
        let Self { vocab, context, layers, width, .. } = *self;
        let norm = 2 * width;
        let maps = (3 + 1 + 4 + 4) * width * width;
        let biases = if self.bias { (3 + 1 + 4 + 1) * width } else { 0 };
        (vocab + context) * width + layers * (maps + biases + 2 * norm) + norm
    }

    /// The block that it repeats.
    pub(super) fn block(&self) -> Result<BlockConfig> {
        let Self { vocab, context, layers, heads, width, bias, activation, dropout } = *self;
        if [vocab, context, layers, heads, width].contains(&0) {
            bail!("a GPT has tokens, positions, layers, heads and a width, got {self:?}");
        }
        let form = BlockConfig::new(width, heads);
        Ok(BlockConfig { causal: true, bias, activation, dropout, ..form })
    }
}
