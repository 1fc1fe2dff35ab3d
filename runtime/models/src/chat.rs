//! Conversations with a pretrained model.

mod llama;

pub use llama::{Llama, LlamaConfig};

use crate::sampling::{Sampler, Sampling};
use candle_core::{Device, Result, bail};
use candlelab_host::check_interrupt;
use candlelab_nn::KvCache;
use std::fmt;
use std::path::Path;
use tokenizers::Tokenizer;

/// How the models that it is for mark who speaks (ChatML).
const START: &str = "<|im_start|>";
const END: &str = "<|im_end|>";

/// A conversation with an instruction-tuned model such as SmolLM2; it remembers what was said.
#[derive(Clone)]
pub struct Chat {
    /// What the model is told to be before the first question.
    pub system: String,
    /// How tokens are drawn.
    pub sampling: Sampling,
    /// The longest reply, in tokens.
    pub longest: usize,
    llama: Llama,
    tokenizer: Tokenizer,
    end: u32,
    caches: Vec<KvCache>,
    /// Tokens of the conversation that the model has not read yet.
    unread: Vec<u32>,
}

impl fmt::Debug for Chat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { system, sampling, longest, .. } = self;
        (f.debug_struct("Chat").field("system", system).field("sampling", sampling))
            .field("longest", longest)
            .field("model", self.llama.config())
            .field("tokens", &self.len())
            .finish_non_exhaustive()
    }
}

impl Chat {
    /// Loads a Llama in the GGUF format and its `tokenizer.json`.
    ///
    /// Replies are drawn with temperature .2 and `top_p` .9, as SmolLM2's authors advise, and end
    /// after 256 tokens at the latest.
    ///
    /// # Errors
    /// If a file cannot be read or is not whole, is no Llama, or the tokenizer is not of such a
    /// model.
    ///
    /// ```no_run
    /// # use candlelab_models::Chat;
    /// # use candlelab_nn::{Device, Result};
    /// # fn main() -> Result<()> {
    /// let file = "SmolLM2-135M-Instruct-Q4_K_M.gguf";
    /// let mut chat = Chat::load(file, "tokenizer.json", &Device::Cpu)?;
    /// println!("{}", chat.reply("What is a tensor?")?);
    /// println!("{}", chat.reply("And its rank?")?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn load(
        gguf: impl AsRef<Path>,
        tokenizer: impl AsRef<Path>,
        device: &Device,
    ) -> Result<Self> {
        let llama = Llama::load(gguf, device)?;
        let path = tokenizer.as_ref();
        let tokenizer = crate::tokenizer::load(path, llama.config().vocab)?;
        let (Some(_), Some(end)) = (tokenizer.token_to_id(START), tokenizer.token_to_id(END))
        else {
            bail!("{} has no `{START}` and `{END}`: it is not of a chat model", path.display());
        };
        Ok(Self {
            system: "You are a helpful assistant.".to_owned(),
            sampling: Sampling { temperature: 0.2, top_p: Some(0.9), ..Sampling::default() },
            longest: 256,
            caches: llama.caches(),
            llama,
            tokenizer,
            end,
            unread: Vec::new(),
        })
    }

    /// Says something; gives the model's reply.
    ///
    /// # Errors
    /// If the conversation grows longer than the model can see, or `sampling` makes no sense. What
    /// was said before is kept.
    pub fn reply(&mut self, question: &str) -> Result<String> {
        let mut sampler = Sampler::new(&self.sampling)?;
        let mut turn = String::new();
        if self.is_empty() {
            turn = format!("{START}system\n{}{END}\n", self.system);
        }
        turn += &format!("{START}user\n{question}{END}\n{START}assistant\n");
        let mut new = self.tokens(&turn)?;
        let (before, context) = (self.len(), self.llama.config().context);
        if before + new.len() + self.longest > context {
            let needed = before + new.len() + self.longest;
            bail!(
                "the conversation may grow to {needed} tokens, and the model sees {context}\n\
                 hint: begin a new one with `chat.forget()`"
            );
        }
        self.unread.append(&mut new);
        let mut answer = Vec::new();
        while answer.len() < self.longest {
            check_interrupt();
            let logits = self.llama.read_on(&self.unread, &mut self.caches)?;
            self.unread.clear();
            let token = sampler.pick(&logits)?;
            if token == self.end {
                break;
            }
            answer.push(token);
            self.unread.push(token);
        }
        let mut end = self.tokens(&format!("{END}\n"))?;
        self.unread.append(&mut end);
        match self.tokenizer.decode(&answer, true) {
            Ok(text) => Ok(text.trim().to_owned()),
            Err(error) => bail!("cannot turn the reply into text: {error}"),
        }
    }

    /// Forgets what was said.
    pub fn forget(&mut self) {
        self.caches = self.llama.caches();
        self.unread.clear();
    }

    /// How long the conversation is, in tokens.
    pub fn len(&self) -> usize {
        self.caches[0].len() + self.unread.len()
    }

    /// Whether nothing was said yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn tokens(&self, text: &str) -> Result<Vec<u32>> {
        match self.tokenizer.encode(text, false) {
            Ok(encoding) => Ok(encoding.get_ids().to_vec()),
            Err(error) => bail!("cannot turn {text:?} into tokens: {error}"),
        }
    }
}
