//! Numbers drawn from a known density, and a curve of known parts.

use crate::toys::normal_pair;
use crate::{Error, Result};
use candle_core::{Device, Tensor};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::f64::consts::{PI, TAU};

/// Tosses of a coin that shows heads with probability `p`.
///
/// # Shapes
/// - result: `(n, 1)`, f32, 1 = heads, 0 = tails
///
/// # Errors
/// If `n` is 0, or `p` is no probability.
///
/// ```
/// let tosses = candlelab_data::coin(1000, 0.3, 42)?;
/// let heads = tosses.mean_all()?.to_scalar::<f32>()?;
/// assert!((heads - 0.3).abs() < 0.05);
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn coin(n: usize, p: f64, seed: u64) -> Result<Tensor> {
    let (heads, _) = tosses(n, p, seed)?;
    let heads: Vec<f32> = heads.into_iter().map(|heads| f32::from(u8::from(heads))).collect();
    Ok(Tensor::from_vec(heads, (n, 1), &Device::Cpu)?)
}

/// Tosses of a coin, measured: heads is about ¾, tails about −¾, each with a normal error of
/// standard deviation 0.05.
///
/// # Shapes
/// - result: `(n, 1)`, f32
///
/// # Errors
/// If `n` is 0, or `p` is no probability.
///
/// ```
/// let signal = candlelab_data::coin_signal(4, 1.0, 42)?; // heads only
/// assert!((signal.mean_all()?.to_scalar::<f32>()? - 0.75).abs() < 0.15);
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn coin_signal(n: usize, p: f64, seed: u64) -> Result<Tensor> {
    let (heads, mut rng) = tosses(n, p, seed)?;
    let value = |heads| if heads { 0.75 } else { -0.75 };
    let signal =
        heads.into_iter().map(|heads| (value(heads) + 0.05 * normal_pair(&mut rng)[0]) as f32);
    Ok(Tensor::from_vec(signal.collect(), (n, 1), &Device::Cpu)?)
}

fn tosses(n: usize, p: f64, seed: u64) -> Result<(Vec<bool>, StdRng)> {
    if n == 0 || !(0. ..=1.).contains(&p) {
        let expected = "at least one toss, and a probability from 0 to 1".to_owned();
        let found = format!("{n} tosses with probability {p}");
        let hint = "0.5 is a fair coin";
        return Err(Error::invalid("a coin".to_owned(), expected, found, hint));
    }
    let mut rng = StdRng::seed_from_u64(seed);
    let heads = (0..n).map(|_| rng.random::<f64>() < p).collect();
    Ok((heads, rng))
}

/// Round clouds of points: `n` in all, each normal around one of `centres`, which take turns.
///
/// # Shapes
/// - `x`: `(n, 2)`, f32; `y`: `(n)`, u32, the centre's number
///
/// # Errors
/// If there is no point or no centre, or `deviation` is negative or not finite.
///
/// ```
/// let (x, y) = candlelab_data::blobs(3, &[[0., 0.], [4., 1.]], 0.0, 42)?;
/// assert_eq!(x.to_vec2::<f32>()?, [[0., 0.], [4., 1.], [0., 0.]]);
/// assert_eq!(y.to_vec1::<u32>()?, [0, 1, 0]);
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn blobs(
    n: usize,
    centres: &[[f64; 2]],
    deviation: f64,
    seed: u64,
) -> Result<(Tensor, Tensor)> {
    if n == 0 || centres.is_empty() || !(deviation.is_finite() && deviation >= 0.) {
        return Err(Error::invalid(
            "blobs".to_owned(),
            "points, centres and a standard deviation of 0 or more".to_owned(),
            format!("{n} points, {} centres, deviation {deviation}", centres.len()),
            "give each blob a centre `[x, y]`",
        ));
    }
    let rng = &mut StdRng::seed_from_u64(seed);
    let mut x = Vec::with_capacity(2 * n);
    for [a, b] in centres.iter().cycle().take(n) {
        let [da, db] = normal_pair(rng);
        x.extend([(a + deviation * da) as f32, (b + deviation * db) as f32]);
    }
    let y: Vec<u32> = (0..n).map(|place| (place % centres.len()) as u32).collect();
    Ok((Tensor::from_vec(x, (n, 2), &Device::Cpu)?, Tensor::from_vec(y, n, &Device::Cpu)?))
}

/// A square wave as its first `terms` sines: `y = 4/π · Σ sin(2πkx)/k` over k = 1, 3, 5, …
///
/// # Shapes
/// - `x`: `(n, 1)`, f32, evenly from −1 to 1; `y`: `(n, 1)`, f32
///
/// # Errors
/// If `n` is less than 2, or `terms` is 0.
///
/// ```
/// let (x, y) = candlelab_data::square_wave(9, 1)?; // at quarter 1 and 3 the sine is 1 and −1
/// assert_eq!(x.flatten_all()?.to_vec1::<f32>()?[5..8], [0.25, 0.5, 0.75]);
/// assert!((y.flatten_all()?.to_vec1::<f32>()?[5] - 1.2732395).abs() < 1e-6);
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn square_wave(n: usize, terms: usize) -> Result<(Tensor, Tensor)> {
    if n < 2 || terms == 0 {
        let expected = "at least 2 points and 1 term".to_owned();
        let found = format!("{n} points and {terms} terms");
        let hint = "50 points and 3 terms show the wave";
        return Err(Error::invalid("a square wave".to_owned(), expected, found, hint));
    }
    let x: Vec<f64> = (0..n).map(|i| 2. * i as f64 / (n - 1) as f64 - 1.).collect();
    let odd = |term: usize| (2 * term + 1) as f64;
    let y = |x: &f64| {
        4. / PI * (0..terms).map(|term| (TAU * odd(term) * x).sin() / odd(term)).sum::<f64>()
    };
    let column = |all: Vec<f32>| Tensor::from_vec(all, (n, 1), &Device::Cpu);
    Ok((
        column(x.iter().map(|x| *x as f32).collect())?,
        column(x.iter().map(|x| y(x) as f32).collect())?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(tensor: &Tensor) -> Vec<f32> {
        tensor.flatten_all().unwrap().to_vec1().unwrap()
    }

    #[test]
    fn a_coin_has_its_probability_and_its_seed() {
        for p in [0., 0.3, 0.7, 1.] {
            let tosses = numbers(&coin(4000, p, 5).unwrap());
            let heads = tosses.iter().sum::<f32>() / 4000.;
            assert!((f64::from(heads) - p).abs() < 0.03, "{heads} {p}");
        }
        let draw = |seed| numbers(&coin(50, 0.5, seed).unwrap());
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn a_coin_signal_has_two_narrow_peaks_at_the_same_tosses() {
        let (tosses, signal) = (coin(2000, 0.3, 9).unwrap(), coin_signal(2000, 0.3, 9).unwrap());
        let errors = (signal - tosses.affine(1.5, -0.75).unwrap()).unwrap();
        let deviation =
            errors.sqr().unwrap().mean_all().unwrap().to_scalar::<f32>().unwrap().sqrt();
        assert!((deviation - 0.05).abs() < 0.003, "{deviation}");
    }

    #[test]
    fn blobs_have_their_centres_and_deviation() {
        let (x, y) = blobs(8000, &[[3., -1.], [0., 2.]], 0.5, 1).unwrap();
        let (x, y) = (x.to_vec2::<f32>().unwrap(), y.to_vec1::<u32>().unwrap());
        let first: Vec<f32> =
            x.iter().zip(&y).filter(|(_, class)| **class == 0).map(|(point, _)| point[0]).collect();
        let mean = first.iter().sum::<f32>() / 4000.;
        let variance = first.iter().map(|a| (a - mean).powi(2)).sum::<f32>() / 4000.;
        assert!((mean - 3.).abs() < 0.03 && (variance.sqrt() - 0.5).abs() < 0.02);
    }

    /// Σy² = 45.7 for 50 points and three terms, as measured for the lab on approximation.
    #[test]
    fn the_square_wave_has_its_sum_of_squares() {
        let y = numbers(&square_wave(50, 3).unwrap().1);
        let sum: f32 = y.iter().map(|y| y * y).sum();
        assert!((sum - 45.7).abs() < 0.05, "{sum}");
    }

    #[test]
    fn what_cannot_be_drawn_is_an_error() {
        assert!(coin(0, 0.5, 0).is_err() && coin(1, 1.1, 0).is_err());
        assert!(coin_signal(1, f64::NAN, 0).is_err());
        assert!(blobs(1, &[], 1., 0).is_err() && blobs(1, &[[0.; 2]], -1., 0).is_err());
        assert!(square_wave(1, 1).is_err() && square_wave(2, 0).is_err());
    }
}
