//! Tokenizers, as published beside models.

use candle_core::{Result, bail};
use std::path::Path;
use tokenizers::Tokenizer;

/// Reads a `tokenizer.json` for a model of `vocab` tokens.
pub(crate) fn load(path: &Path, vocab: usize) -> Result<Tokenizer> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => bail!("cannot read the tokenizer {}: {error}", path.display()),
    };
    let tokenizer = match Tokenizer::from_bytes(bytes) {
        Ok(tokenizer) => tokenizer,
        Err(error) => bail!("{} is no tokenizer: {error}", path.display()),
    };
    let tokens = tokenizer.get_vocab_size(true);
    if tokens > vocab {
        bail!("{} has {tokens} tokens, but the model {vocab}", path.display());
    }
    Ok(tokenizer)
}
