//! A recurrent network that writes letter by letter.

use crate::sampling::{Sampler, Sampling};
use crate::weights::Weights;
use candle_core::{D, Device, IndexOp, Module, Result, Tensor, bail};
use candlelab_host::check_interrupt;
use candlelab_nn::{Embedding, Layer, Linear, Lstm, Parameters, softmax};
use std::collections::HashMap;
use std::path::Path;

/// What a [`CharRnn`] is; see [`CharRnnConfig::textgenrnn`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CharRnnConfig {
    /// How many different letters there are, and one more, 0, to fill up short texts.
    pub vocab: usize,
    /// Numbers in a letter's vector.
    pub width: usize,
    /// Numbers in the output of a recurrent layer.
    pub hidden: usize,
}

impl CharRnnConfig {
    /// textgenrnn's pretrained network.
    pub fn textgenrnn() -> Self {
        Self { vocab: 465, width: 100, hidden: 128 }
    }
}

/// textgenrnn's network (Woolf 2017): two LSTMs read letters, and attention weighs what is known of
/// each, `x` = its vector and both outputs side by side: `y = W Σₜ softmaxₜ(a · xₜ) xₜ + b`.
///
/// # Shapes
/// - input: letters `(batch, length)`, u32; output: logits `(batch, vocab)` of the next one
#[derive(Clone, Debug)]
pub struct CharRnn {
    embedding: Embedding,
    lstm1: Lstm,
    lstm2: Lstm,
    attention: Linear,
    output: Linear,
}

impl CharRnn {
    /// Random weights, as [`Embedding`], [`Lstm`] and [`Linear`] draw them.
    ///
    /// # Errors
    /// If the device has no room.
    pub fn new(config: CharRnnConfig, device: &Device) -> Result<Self> {
        let CharRnnConfig { vocab, width, hidden } = config;
        let all = width + 2 * hidden;
        Ok(Self {
            embedding: Embedding::new(vocab, width, device)?,
            lstm1: Lstm::new(width, hidden, device)?,
            lstm2: Lstm::new(hidden, hidden, device)?,
            attention: Linear::new(all, 1, device)?.without_bias(),
            output: Linear::new(all, vocab, device)?,
        })
    }
}

impl Module for CharRnn {
    fn forward(&self, letters: &Tensor) -> Result<Tensor> {
        let x = self.embedding.forward(letters)?; // (batch, length, width)
        let first = self.lstm1.forward(&x)?; // (batch, length, hidden)
        let second = self.lstm2.forward(&first)?;
        let x = Tensor::cat(&[x, first, second], 2)?; // (batch, length, width + 2 · hidden)
        let scores = self.attention.forward(&x)?.transpose(1, 2)?.contiguous()?; // (batch, 1, length)
        let mean = softmax(&scores, D::Minus1)?.matmul(&x)?.squeeze(1)?;
        self.output.forward(&mean)
    }
}

impl Layer for CharRnn {
    fn parameters(&self) -> Parameters {
        (Parameters::new().with_layer("embedding", &self.embedding))
            .with_layer("lstm1", &self.lstm1)
            .with_layer("lstm2", &self.lstm2)
            .with_layer("attention", &self.attention)
            .with_layer("output", &self.output)
    }
}

/// The token before and after each text.
const EDGE: &str = "<s>";

/// A trained [`CharRnn`] and its letters.
#[derive(Clone, Debug)]
pub struct CharWriter {
    model: CharRnn,
    /// By their tokens; none for what fills up.
    letters: Vec<Option<String>>,
}

impl CharWriter {
    /// Loads weights in the safetensors format and a JSON file that tells each letter's token.
    ///
    /// # Errors
    /// If a file cannot be read or is not whole, the weights are another network's, or the letters
    /// are not those of the weights.
    ///
    /// ```no_run
    /// # use candlelab_models::{CharRnnConfig, CharWriter, Sampling};
    /// # use candlelab_nn::{Device, Result};
    /// # fn main() -> Result<()> {
    /// let (weights, letters) = ("textgenrnn.safetensors", "textgenrnn_vocab.json");
    /// let config = CharRnnConfig::textgenrnn(); // has read headlines, rude ones too
    /// let writer = CharWriter::load(weights, letters, config, &Device::Cpu)?;
    /// let sampling = Sampling { temperature: 0.5, ..Sampling::default() };
    /// println!("{}", writer.write("The University of", 100, &sampling)?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn load(
        weights: impl AsRef<Path>,
        letters: impl AsRef<Path>,
        config: CharRnnConfig,
        device: &Device,
    ) -> Result<Self> {
        let weights = Weights::open(weights)?;
        let model = CharRnn::new(config, device)?;
        weights.fill(&model.parameters(), |name| Some(name.to_owned()), |_| false)?;
        Ok(Self { model, letters: read_letters(letters.as_ref(), config.vocab)? })
    }

    /// Continues a text until the network ends it, by `longest` letters at most; gives only what is
    /// new. Like textgenrnn it sees the last 40 letters.
    ///
    /// # Errors
    /// If the network has no token for a letter, or `sampling` makes no sense.
    pub fn write(&self, beginning: &str, longest: usize, sampling: &Sampling) -> Result<String> {
        const SEEN: usize = 40;
        let edge = self.token(EDGE)?;
        let mut text = vec![0; SEEN - 1];
        text.push(edge);
        for letter in beginning.chars() {
            text.push(self.token(letter.encode_utf8(&mut [0; 4]))?);
        }
        let mut sampler = Sampler::new(sampling)?;
        let mut new = String::new();
        for _ in 0..longest {
            check_interrupt();
            let seen =
                Tensor::new(&text[text.len() - SEEN..], self.model.output.weight().device())?;
            let logits = self.model.predict(&seen.unsqueeze(0)?)?.i(0)?.to_vec1()?;
            let token = sampler.pick(&logits)?;
            match &self.letters[token as usize] {
                Some(letter) if token != edge => new += letter,
                _ => break,
            }
            text.push(token);
        }
        Ok(new)
    }

    fn token(&self, letter: &str) -> Result<u32> {
        match self.letters.iter().position(|known| known.as_deref() == Some(letter)) {
            Some(token) => Ok(token as u32),
            None => bail!("the network does not know the letter {letter:?}"),
        }
    }
}

fn read_letters(path: &Path, vocab: usize) -> Result<Vec<Option<String>>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => bail!("cannot read the letters {}: {error}", path.display()),
    };
    let tokens: HashMap<String, usize> = match serde_json::from_str(&text) {
        Ok(tokens) => tokens,
        Err(error) => bail!("{} does not tell letters' tokens: {error}", path.display()),
    };
    let mut letters = vec![None; vocab];
    for (letter, token) in tokens {
        match letters.get_mut(token) {
            Some(place) => *place = Some(letter),
            None => bail!("{}: token {token} is none of the {vocab}", path.display()),
        }
    }
    Ok(letters)
}
