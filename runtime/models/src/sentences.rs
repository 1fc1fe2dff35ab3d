//! Sentences as vectors, by a pretrained encoder.

mod bert;

pub use bert::{Bert, BertConfig};

use candle_core::{DType, Device, Result, Tensor, bail};
use candlelab_nn::evaluating;
use std::fmt;
use std::path::Path;
use tokenizers::{Tokenizer, TruncationParams};

/// Turns sentences into vectors of length 1, near each other if they mean the same, as
/// sentence-transformers' `all-MiniLM-L6-v2` does.
#[derive(Clone)]
pub struct SentenceEncoder {
    bert: Bert,
    tokenizer: Tokenizer,
}

impl fmt::Debug for SentenceEncoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentenceEncoder").field("bert", self.bert.config()).finish_non_exhaustive()
    }
}

impl SentenceEncoder {
    /// Loads `config.json`, `model.safetensors` and `tokenizer.json` from a folder, as a model hub
    /// has them.
    ///
    /// # Errors
    /// If a file cannot be read or is not whole, the network is no BERT, its weights have other
    /// sizes, or the tokenizer has more tokens than it.
    ///
    /// ```no_run
    /// # use candlelab_models::SentenceEncoder;
    /// # use candlelab_nn::{Device, Result};
    /// # fn main() -> Result<()> {
    /// let encoder = SentenceEncoder::load("all-MiniLM-L6-v2", &Device::Cpu)?;
    /// let v = encoder.encode(&["A cat sleeps.", "A kitten naps.", "Stocks fell."])?; // (3, 384)
    /// let cosines = v.matmul(&v.t()?)?.to_vec2::<f32>()?;
    /// assert!(cosines[0][1] > cosines[0][2]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn load(folder: impl AsRef<Path>, device: &Device) -> Result<Self> {
        let folder = folder.as_ref();
        let config = BertConfig::read(folder.join("config.json"))?;
        let mut tokenizer =
            crate::tokenizer::load(&folder.join("tokenizer.json"), config.vocab_size)?;
        let most = TruncationParams {
            max_length: config.max_position_embeddings,
            ..TruncationParams::default()
        };
        if let Err(error) = tokenizer.with_truncation(Some(most)) {
            bail!("cannot use the tokenizer of {}: {error}", folder.display());
        }
        tokenizer.with_padding(None);
        let bert = Bert::load(folder.join("model.safetensors"), &config, device)?;
        Ok(Self { bert, tokenizer })
    }

    /// A vector for each sentence, `(sentences, width)`: the mean of its tokens' vectors, made 1
    /// long. What is longer than the network can see is cut off.
    ///
    /// # Errors
    /// If there is no sentence, or one has no token.
    pub fn encode(&self, sentences: &[&str]) -> Result<Tensor> {
        let mut tokens = Vec::with_capacity(sentences.len());
        for sentence in sentences {
            match self.tokenizer.encode(*sentence, true) {
                Ok(encoding) if !encoding.is_empty() => tokens.push(encoding.get_ids().to_vec()),
                Ok(_) => bail!("the sentence {sentence:?} has no token"),
                Err(error) => bail!("cannot turn {sentence:?} into tokens: {error}"),
            }
        }
        let Some(longest) = tokens.iter().map(Vec::len).max() else {
            bail!("encode needs at least one sentence");
        };
        let seen = tokens.iter().flat_map(|text| (0..longest).map(|at| u8::from(at < text.len())));
        let mask = Tensor::from_iter(seen.collect::<Vec<_>>(), self.bert.device())?;
        let mask = mask.reshape((tokens.len(), longest))?; // (sentences, longest)
        tokens.iter_mut().for_each(|text| text.resize(longest, 0));
        let tokens = Tensor::new(tokens, self.bert.device())?;
        let hidden = evaluating(|| self.bert.hidden(&tokens, &mask))?.detach();
        let weights = mask.to_dtype(DType::F32)?.unsqueeze(1)?; // (sentences, 1, longest)
        let sum = weights.matmul(&hidden)?.squeeze(1)?; // its direction is that of the mean
        sum.broadcast_div(&(sum.sqr()?.sum_keepdim(1)? + 1e-24)?.sqrt()?)
    }
}
