//! Text as numbers: by the letter or by the word; [`Bpe`](crate::Bpe) lies between the two.

use crate::{Error, Result};
use std::collections::HashMap;

/// Turns text into tokens, numbers from 0 to `vocab_size − 1`, and back.
pub trait Tokenizer {
    /// How many different tokens there are.
    fn vocab_size(&self) -> usize;

    /// Text to tokens.
    ///
    /// # Errors
    /// If a piece of the text has no token.
    fn encode(&self, text: &str) -> Result<Vec<u32>>;

    /// Tokens to text.
    ///
    /// # Errors
    /// If a number is not a token.
    fn decode(&self, tokens: &[u32]) -> Result<String>;
}

/// A token for each letter of a text, in the order of Unicode.
///
/// ```
/// use candlelab_data::{CharTokenizer, Tokenizer};
/// let letters = CharTokenizer::new("to be")?; // ' ', 'b', 'e', 'o', 't'
/// assert_eq!(letters.encode("beet")?, [1, 2, 2, 4]);
/// assert_eq!(letters.decode(&[4, 3, 0, 1, 2])?, "to be");
/// # Ok::<(), candlelab_data::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CharTokenizer {
    /// The letter of each token.
    pub letters: Vec<char>,
}

impl CharTokenizer {
    /// Knows the letters of `text`.
    ///
    /// # Errors
    /// If the text is empty.
    pub fn new(text: &str) -> Result<Self> {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters.dedup();
        if letters.is_empty() { Err(no_text()) } else { Ok(Self { letters }) }
    }
}

impl Tokenizer for CharTokenizer {
    fn vocab_size(&self) -> usize {
        self.letters.len()
    }

    fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let token = |(place, letter)| match self.letters.binary_search(&letter) {
            Ok(token) => Ok(token as u32),
            Err(_) => Err(Error::invalid(
                format!("letter {place} of the text"),
                format!("one of the {} letters of the first text", self.letters.len()),
                format!("{letter:?}"),
                "make the tokenizer from a text that has every letter",
            )),
        };
        text.chars().enumerate().map(token).collect()
    }

    fn decode(&self, tokens: &[u32]) -> Result<String> {
        let letter = |token: &u32| self.letters.get(*token as usize).copied();
        tokens.iter().map(|token| letter(token).ok_or_else(|| no_token(*token, self))).collect()
    }
}

/// A token for each word or mark of a text, the most frequent first; token 0 is every other word.
///
/// A word is a run of letters, digits and apostrophes; every other mark stands alone; white space is
/// lost, and [`decode`](Tokenizer::decode) puts a space between the tokens.
///
/// ```
/// use candlelab_data::{Tokenizer, WordTokenizer};
/// let words = WordTokenizer::new("to be, or not to be", 4)?;
/// assert_eq!(words.words, ["<unk>", "be", "to", ","]);
/// assert_eq!(words.encode("not to be")?, [0, 2, 1]);
/// assert_eq!(words.decode(&[2, 1, 3, 0])?, "to be , <unk>");
/// # Ok::<(), candlelab_data::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct WordTokenizer {
    /// The word of each token.
    pub words: Vec<String>,
    tokens: HashMap<String, u32>,
}

impl WordTokenizer {
    /// Knows the most frequent words of `text`, `size` with `<unk>`; of words as frequent as each
    /// other the first in the alphabet.
    ///
    /// # Errors
    /// If the text has no word, or `size` is less than 2.
    pub fn new(text: &str, size: usize) -> Result<Self> {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for word in pieces(text) {
            *counts.entry(word).or_default() += 1;
        }
        if counts.is_empty() {
            return Err(no_text());
        }
        if size < 2 {
            return Err(vocabulary(2, size));
        }
        let mut words: Vec<(&str, usize)> = counts.into_iter().collect();
        words.sort_unstable_by(|(a, m), (b, n)| n.cmp(m).then(a.cmp(b)));
        let words = words.into_iter().map(|(word, _)| word).filter(|word| *word != "<unk>");
        let words: Vec<String> =
            ["<unk>"].into_iter().chain(words.take(size - 1)).map(str::to_owned).collect();
        let tokens = words.iter().cloned().zip(0..).collect();
        Ok(Self { words, tokens })
    }
}

impl Tokenizer for WordTokenizer {
    fn vocab_size(&self) -> usize {
        self.words.len()
    }

    fn encode(&self, text: &str) -> Result<Vec<u32>> {
        Ok(pieces(text).map(|word| self.tokens.get(word).copied().unwrap_or(0)).collect())
    }

    fn decode(&self, tokens: &[u32]) -> Result<String> {
        let word = |token: &u32| self.words.get(*token as usize).map(String::as_str);
        let words = tokens.iter().map(|token| word(token).ok_or_else(|| no_token(*token, self)));
        Ok(words.collect::<Result<Vec<_>>>()?.join(" "))
    }
}

/// The words and marks of a text.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let inside = |letter: char| letter.is_alphanumeric() || letter == '\'' || letter == '’';
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let end = match inside(first) {
            true => rest.find(|letter| !inside(letter)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

pub(crate) fn no_text() -> Error {
    Error::invalid(
        "a tokenizer's text".to_owned(),
        "at least one letter".to_owned(),
        "none".to_owned(),
        "tokens are learnt from a text",
    )
}

pub(crate) fn vocabulary(least: usize, found: usize) -> Error {
    Error::invalid(
        "a tokenizer's vocabulary".to_owned(),
        format!("at least {least} tokens"),
        found.to_string(),
        "ask for a larger vocabulary",
    )
}

pub(crate) fn no_token(token: u32, tokenizer: &impl Tokenizer) -> Error {
    Error::invalid(
        "tokens to decode".to_owned(),
        format!("numbers from 0 to {}", tokenizer.vocab_size().saturating_sub(1)),
        token.to_string(),
        "decode with the tokenizer that encoded",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_of_known_letters_comes_back() {
        let text = "Nature's first green is gold,\nζ 🌱";
        let letters = CharTokenizer::new(text).unwrap();
        let tokens = letters.encode(text).unwrap();
        assert!(tokens.iter().all(|token| (*token as usize) < letters.vocab_size()));
        assert_eq!(letters.decode(&tokens).unwrap(), text);
    }

    #[test]
    fn what_has_no_token_is_an_error() {
        let letters = CharTokenizer::new("ab").unwrap();
        let text = letters.encode("abc").unwrap_err().to_string();
        assert!(text.starts_with("letter 2 of the text: expected one of the 2 letters"), "{text}");
        let text = letters.decode(&[2]).unwrap_err().to_string();
        assert!(text.contains("expected numbers from 0 to 1, found 2"), "{text}");
        assert!(CharTokenizer::new("").is_err() && WordTokenizer::new(" \n", 9).is_err());
        assert!(WordTokenizer::new("a", 1).is_err());
        assert!(WordTokenizer::new("a", 2).unwrap().decode(&[2]).is_err());
    }

    #[test]
    fn words_and_marks_are_told_apart() {
        assert_eq!(
            pieces("Don't stop—it's 2 late!\n").collect::<Vec<_>>(),
            ["Don't", "stop", "—", "it's", "2", "late", "!"]
        );
    }
}
