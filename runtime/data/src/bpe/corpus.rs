//! The counts from which byte pairs are learnt.

use super::{Bpe, Pair, merged, words};
use crate::Result;
use crate::tokenizer::no_text;
use std::collections::{HashMap, HashSet};

/// The different words of a text with their counts, and where each pair of neighbours stands.
pub(super) struct Corpus {
    words: Vec<(Vec<u32>, usize)>,
    counts: HashMap<Pair, usize>,
    places: HashMap<Pair, HashSet<usize>>,
}

impl Corpus {
    pub fn new(bpe: &Bpe, text: &str) -> Result<Self> {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for word in words(text)? {
            *counts.entry(word).or_default() += 1;
        }
        if counts.is_empty() {
            return Err(no_text());
        }
        let words = counts.into_iter().map(|(word, count)| (bpe.single(word), count)).collect();
        let mut corpus = Self { words, counts: HashMap::new(), places: HashMap::new() };
        for word in 0..corpus.words.len() {
            corpus.count(word);
        }
        Ok(corpus)
    }

    /// Of pairs as frequent as each other, the one of smaller tokens.
    pub fn most_frequent(&self) -> Option<Pair> {
        let counts = self.counts.iter().filter(|(_, count)| **count > 0);
        let best = counts.max_by(|(a, m), (b, n)| m.cmp(n).then(b.cmp(a)));
        best.map(|(pair, _)| *pair)
    }

    fn count(&mut self, word: usize) {
        let (tokens, count) = &self.words[word];
        for pair in tokens.windows(2) {
            let pair = (pair[0], pair[1]);
            *self.counts.entry(pair).or_default() += count;
            self.places.entry(pair).or_default().insert(word);
        }
    }

    /// Puts `token` in the place of each `pair`, and counts anew what is beside it.
    pub fn merge(&mut self, pair: Pair, token: u32) {
        for word in self.places.remove(&pair).unwrap_or_default() {
            let (tokens, count) = &mut self.words[word];
            for pair in tokens.windows(2) {
                *self.counts.entry((pair[0], pair[1])).or_default() -= *count;
            }
            *tokens = merged(tokens, pair, token);
            self.count(word);
        }
        self.counts.remove(&pair);
    }
}
