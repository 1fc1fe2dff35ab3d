//! Texts that a GPT continues.

use super::Gpt;
use crate::sampling::{Sampler, Sampling};
use candle_core::{Result, Tensor, bail};
use candlelab_host::check_interrupt;
use candlelab_nn::{KvCache, evaluating};

impl Gpt {
    /// Continues a text by `count` tokens; gives only the new ones.
    ///
    /// # Errors
    /// If the prompt is empty, holds a token that is none of the vocabulary, or `sampling` makes
    /// no sense.
    ///
    /// ```
    /// # use candlelab_models::{Gpt, GptConfig, Sampling};
    /// # use candlelab_nn::{Device, Result};
    /// # fn main() -> Result<()> {
    /// let gpt = Gpt::new(&GptConfig::xor(), &Device::Cpu)?;
    /// let sampling = Sampling { seed: Some(1), ..Sampling::default() };
    /// let bits = gpt.generate(&[1, 0], 20, &sampling)?;
    /// assert_eq!(bits, gpt.generate(&[1, 0], 20, &sampling)?);
    /// assert!(bits.len() == 20 && bits.iter().all(|bit| *bit < 2));
    /// # Ok(())
    /// # }
    /// ```
    pub fn generate(&self, prompt: &[u32], count: usize, sampling: &Sampling) -> Result<Vec<u32>> {
        self.tokens(prompt, sampling)?.take(count).collect()
    }

    /// Continues a text token by token, without end.
    ///
    /// # Errors
    /// As for [`generate`](Self::generate).
    pub fn tokens(&self, prompt: &[u32], sampling: &Sampling) -> Result<GptTokens> {
        if prompt.is_empty() {
            bail!("a GPT needs at least one token to continue");
        }
        if let Some(token) = prompt.iter().find(|token| **token as usize >= self.config.vocab) {
            bail!("token {token} is none of the model's {}", self.config.vocab);
        }
        Ok(GptTokens {
            gpt: self.clone(),
            caches: self.caches(),
            text: prompt.to_vec(),
            sampler: Sampler::new(sampling)?,
        })
    }
}

/// The tokens that continue a text, one by one; made by [`Gpt::tokens`].
///
/// What was read is kept in caches. A text longer than the context is cut at its start, which moves
/// all positions, so that from there on each token costs a full pass.
#[derive(Clone, Debug)]
pub struct GptTokens {
    gpt: Gpt,
    caches: Vec<KvCache>,
    text: Vec<u32>,
    sampler: Sampler,
}

impl GptTokens {
    fn step(&mut self) -> Result<u32> {
        let logits = evaluating(|| self.logits())?;
        let token = self.sampler.pick(&logits)?;
        self.text.push(token);
        Ok(token)
    }

    /// The logits of the token after the text.
    fn logits(&mut self) -> Result<Vec<f32>> {
        let context = self.gpt.config.context;
        let mut first = self.caches[0].len();
        if self.text.len() > context {
            self.caches = self.gpt.caches();
            first = self.text.len() - context;
        }
        let new = Tensor::new(&self.text[first..], self.gpt.wte.weight().device())?;
        let hidden = self.gpt.hidden_on(&new.unsqueeze(0)?, &mut self.caches)?; // (1, new, width)
        let last = hidden.narrow(1, hidden.dim(1)? - 1, 1)?;
        self.gpt.logits(&last)?.flatten_all()?.to_vec1()
    }
}

impl Iterator for GptTokens {
    type Item = Result<u32>;

    fn next(&mut self) -> Option<Self::Item> {
        check_interrupt();
        Some(self.step())
    }
}
