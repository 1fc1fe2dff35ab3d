//! GPT-2's weights, as published.

use super::{Gpt, GptConfig};
use crate::weights::Weights;
use candle_core::{Device, Result, bail};
use candlelab_nn::Layer;
use std::path::Path;

impl Gpt {
    /// Loads GPT-2 from a file in the safetensors format with the names of Hugging Face's
    /// checkpoint, as picoGPT does.
    ///
    /// There linear maps lie as `(in, out)`, and names may begin with `transformer.`.
    ///
    /// # Errors
    /// If the file cannot be read or is not whole, has another vocabulary or other sizes than
    /// `config`, lacks a tensor or has one that the model has no place for.
    ///
    /// ```no_run
    /// # use candlelab_models::{Gpt, GptConfig, Sampling};
    /// # use candlelab_nn::{Device, Result};
    /// # fn main() -> Result<()> {
    /// let gpt = Gpt::from_gpt2("gpt2/model.safetensors", &GptConfig::gpt2(), &Device::Cpu)?;
    /// let alan_turing = [36235, 39141];
    /// println!("{:?}", gpt.generate(&alan_turing, 40, &Sampling::greedy())?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_gpt2(path: impl AsRef<Path>, config: &GptConfig, device: &Device) -> Result<Self> {
        let weights = Weights::open(path)?;
        let tokens =
            weights.shape("wte.weight").or_else(|| weights.shape("transformer.wte.weight"));
        if let Some([tokens, _]) = tokens.as_deref()
            && *tokens != config.vocab
        {
            let vocab = config.vocab;
            bail!("{weights}: its vocabulary has {tokens} tokens, the configuration's {vocab}");
        }
        let gpt = Self::blank(config, device)?;
        let rename = |name: &str| {
            let name = name.strip_prefix("transformer.").unwrap_or(name);
            // Masks, and a copy of the tokens' vectors, which some files have.
            let known = [".attn.bias", ".attn.masked_bias", "lm_head.weight"];
            (!known.iter().any(|end| name.ends_with(end))).then(|| name.to_owned())
        };
        let turned = |name: &str| name.contains(".c_") && name.ends_with(".weight");
        weights.fill(&gpt.parameters(), rename, turned)?;
        Ok(gpt)
    }
}
