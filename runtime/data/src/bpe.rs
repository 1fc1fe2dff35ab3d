//! Byte-level byte-pair encoding, the tokens of GPT-2.

use crate::tokenizer::{no_token, vocabulary};
use crate::{Error, Result, Tokenizer, tables};
use corpus::Corpus;
use fancy_regex::Regex;
use std::collections::HashMap;
use std::sync::OnceLock;

mod corpus;

/// How GPT-2 cuts a text before it merges: endings, words with the space before them, numbers,
/// marks, white space.
const PIECES: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

/// Two tokens beside each other.
type Pair = (u32, u32);

/// Byte-pair encoding: frequent neighbours become one token, and any text can be encoded.
///
/// The first 256 tokens are the bytes, in GPT-2's order; each merge makes one more out of two.
/// [`encode`](Tokenizer::encode) cuts the text into words and merges in each, the merges that were
/// learnt first coming first.
///
/// ```
/// use candlelab_data::{Bpe, Tokenizer};
/// let bpe = Bpe::train("low lower lowest low", 258)?; // l + o, then lo + w
/// assert_eq!(bpe.pieces("slow")?, ["s", "low"]);
/// assert_eq!(bpe.decode(&bpe.encode("slow 🐌")?)?, "slow 🐌");
/// # Ok::<(), candlelab_data::Error>(())
/// ```
#[derive(Clone)]
pub struct Bpe {
    /// The bytes of each token.
    tokens: Vec<Vec<u8>>,
    /// Each merge's place in the order, and the token it makes.
    merges: HashMap<Pair, (usize, u32)>,
}

impl Bpe {
    /// Learns merges from `text` until there are `size` tokens, or no two neighbours are left.
    ///
    /// In each step the most frequent pair of neighbours is merged, of pairs as frequent as each
    /// other the one of smaller tokens, as in the library `tokenizers`.
    ///
    /// # Errors
    /// If the text is empty, or `size` is less than 256.
    pub fn train(text: &str, size: usize) -> Result<Self> {
        if size < 256 {
            return Err(vocabulary(256, size));
        }
        let mut bpe = Self::bytes();
        let mut known: HashMap<Vec<u8>, u32> = bpe.tokens.iter().cloned().zip(0..).collect();
        let mut corpus = Corpus::new(&bpe, text)?;
        while bpe.tokens.len() < size {
            let Some(pair) = corpus.most_frequent() else { break };
            let token = bpe.learn(pair, &mut known);
            corpus.merge(pair, token);
        }
        Ok(bpe)
    }

    /// GPT-2's own 50,257 tokens, the last of which, `<|endoftext|>`, no text is encoded as.
    ///
    /// # Errors
    /// None in practice; the merges are part of the library.
    ///
    /// # Source
    /// OpenAI 2019, MIT licence.
    ///
    /// ```
    /// use candlelab_data::{Bpe, Tokenizer};
    /// let bpe = Bpe::gpt2()?;
    /// assert_eq!(bpe.encode("Hello world")?, [15496, 995]);
    /// assert_eq!(bpe.pieces("Hello world")?, ["Hello", " world"]);
    /// # Ok::<(), candlelab_data::Error>(())
    /// ```
    pub fn gpt2() -> Result<Self> {
        let file = include_bytes!("../data/tokenizers/gpt2_merges.txt.gz");
        let mut bpe = Self::from_merges(&tables::unpack("gpt2_merges.txt.gz", file)?)?;
        bpe.tokens.push(b"<|endoftext|>".to_vec());
        Ok(bpe)
    }

    /// Reads merges in GPT-2's form: two tokens a line, in the order learnt, with visible letters
    /// in place of all bytes; the first line may begin with `#version`.
    ///
    /// # Errors
    /// If a line is not two tokens that earlier lines made.
    pub fn from_merges(text: &str) -> Result<Self> {
        let mut bpe = Self::bytes();
        let mut known: HashMap<Vec<u8>, u32> = bpe.tokens.iter().cloned().zip(0..).collect();
        let byte: HashMap<char, u8> = letters().collect();
        for (line, merge) in text.lines().enumerate() {
            if merge.is_empty() || line == 0 && merge.starts_with("#version") {
                continue;
            }
            let token = |letters: &str| {
                let bytes = letters.chars().map(|letter| byte.get(&letter).copied());
                known.get(&bytes.collect::<Option<Vec<u8>>>()?).copied()
            };
            let pair = merge.split_once(' ').and_then(|(a, b)| Some((token(a)?, token(b)?)));
            let Some(pair) = pair else {
                return Err(Error::invalid(
                    format!("merges, line {}", line + 1),
                    "two tokens that are bytes or were made above".to_owned(),
                    format!("`{merge}`"),
                    "this is no merges.txt of a byte-level BPE, or it was cut",
                ));
            };
            bpe.learn(pair, &mut known);
        }
        Ok(bpe)
    }

    /// The text of each token that `text` becomes; half a letter shows as `�`.
    ///
    /// # Errors
    /// As [`encode`](Tokenizer::encode).
    pub fn pieces(&self, text: &str) -> Result<Vec<String>> {
        let piece = |token: u32| String::from_utf8_lossy(&self.tokens[token as usize]).into_owned();
        Ok(self.encode(text)?.into_iter().map(piece).collect())
    }

    /// The bytes alone, nothing merged.
    fn bytes() -> Self {
        let mut letters: Vec<(char, u8)> = letters().collect();
        letters.sort_unstable(); // GPT-2's order
        let tokens = letters.into_iter().map(|(_, byte)| vec![byte]).collect();
        Self { tokens, merges: HashMap::new() }
    }

    /// Adds a merge, and its token unless another merge made the same one.
    fn learn(&mut self, pair: Pair, known: &mut HashMap<Vec<u8>, u32>) -> u32 {
        let bytes = [&self.tokens[pair.0 as usize][..], &self.tokens[pair.1 as usize]].concat();
        let next = self.tokens.len() as u32;
        let token = *known.entry(bytes.clone()).or_insert(next);
        if token == next {
            self.tokens.push(bytes);
        }
        self.merges.insert(pair, (self.merges.len(), token));
        token
    }

    /// A word's tokens, nothing merged.
    fn single(&self, word: &str) -> Vec<u32> {
        static TOKENS: OnceLock<[u32; 256]> = OnceLock::new();
        let tokens = TOKENS.get_or_init(|| {
            let mut letters: Vec<(char, u8)> = letters().collect();
            letters.sort_unstable();
            let mut tokens = [0; 256];
            for (token, (_, byte)) in (0..).zip(letters) {
                tokens[usize::from(byte)] = token;
            }
            tokens
        });
        word.bytes().map(|byte| tokens[usize::from(byte)]).collect()
    }
}

impl Tokenizer for Bpe {
    fn vocab_size(&self) -> usize {
        self.tokens.len()
    }

    fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let mut tokens = Vec::new();
        for word in words(text)? {
            let mut word = self.single(word);
            let first = |word: &[u32]| {
                let merges = word.windows(2).filter_map(|pair| {
                    let pair = (pair[0], pair[1]);
                    self.merges.get(&pair).map(|(place, token)| (*place, pair, *token))
                });
                merges.min()
            };
            while let Some((_, pair, token)) = first(&word) {
                word = merged(&word, pair, token);
            }
            tokens.extend(word);
        }
        Ok(tokens)
    }

    fn decode(&self, tokens: &[u32]) -> Result<String> {
        let mut bytes = Vec::new();
        for token in tokens {
            let token = self.tokens.get(*token as usize).ok_or_else(|| no_token(*token, self))?;
            bytes.extend_from_slice(token);
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl std::fmt::Debug for Bpe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bpe: {} tokens, {} merges", self.tokens.len(), self.merges.len())
    }
}

/// The word with each `pair` replaced by `token`, from the left.
fn merged(word: &[u32], pair: Pair, token: u32) -> Vec<u32> {
    let mut result = Vec::with_capacity(word.len());
    let mut at = 0;
    while at < word.len() {
        if word[at..].starts_with(&[pair.0, pair.1]) {
            result.push(token);
            at += 2;
        } else {
            result.push(word[at]);
            at += 1;
        }
    }
    result
}

/// Cuts a text as GPT-2 does; nothing is lost.
fn words(text: &str) -> Result<Vec<&str>> {
    static CUT: OnceLock<std::result::Result<Regex, fancy_regex::Error>> = OnceLock::new();
    let failed = |reason: &dyn std::fmt::Display| {
        let hint = "encode the text in smaller parts";
        Error::invalid("a text".into(), "one that can be cut".into(), reason.to_string(), hint)
    };
    let cut = CUT.get_or_init(|| Regex::new(PIECES)).as_ref().map_err(|error| failed(error))?;
    let words = cut.find_iter(text).map(|word| word.map(|word| word.as_str()));
    words.collect::<std::result::Result<_, _>>().map_err(|error| failed(&error))
}

/// GPT-2's visible letter for each byte: itself if it can be seen, else one from U+0100 on.
fn letters() -> impl Iterator<Item = (char, u8)> {
    let mut hidden = (0x100..).filter_map(char::from_u32);
    (0..=255u8).filter_map(move |byte| match byte {
        33..=126 | 161..=172 | 174.. => Some((char::from(byte), byte)),
        _ => Some((hidden.next()?, byte)),
    })
}

#[cfg(test)]
mod tests;
