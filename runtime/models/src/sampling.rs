//! Which token comes next.

use candle_core::{Result, bail};
use candlelab_nn::next_seed;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// How a token is drawn out of logits; `Sampling::default()` draws from their softmax.
///
/// ```
/// use candlelab_models::Sampling;
/// let half = Sampling { temperature: 0.5, ..Sampling::default() };
/// let p = half.probabilities(&[0.0, 3f32.ln() / 2.0])?; // 1 : √3 becomes 1 : 3
/// assert!((p[0] - 0.25).abs() < 1e-6 && (p[1] - 0.75).abs() < 1e-6);
/// assert_eq!(Sampling::greedy().probabilities(&[0.1, 0.3, 0.2])?, [0.0, 1.0, 0.0]);
/// # Ok::<(), candle_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Sampling {
    /// What logits are divided by: below 1 the likely gets likelier, at 0 only the likeliest is
    /// left; 1.
    pub temperature: f64,
    /// Keeps only so many of the likeliest tokens (Fan et al. 2018); all.
    pub top_k: Option<usize>,
    /// Keeps only the likeliest tokens that together are at least so probable (Holtzman et al.
    /// 2020); all. Of those that `top_k` keeps, if both are given.
    pub top_p: Option<f64>,
    /// What is drawn; `None` leaves it to [`seed`](candlelab_nn::seed()).
    pub seed: Option<u64>,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { temperature: 1.0, top_k: None, top_p: None, seed: None }
    }
}

impl Sampling {
    /// Takes the likeliest token every time.
    pub fn greedy() -> Self {
        Self { temperature: 0.0, ..Self::default() }
    }

    /// How probable it makes each token.
    ///
    /// # Errors
    /// If a logit is no number or all are −∞, the temperature is below 0, `top_k` is 0 or `top_p`
    /// is not above 0 and at most 1.
    pub fn probabilities(&self, logits: &[f32]) -> Result<Vec<f64>> {
        self.check()?;
        let mut kept: Vec<usize> = (0..logits.len()).collect();
        let greedy = self.temperature == 0.0;
        if greedy || self.top_k.is_some() || self.top_p.is_some() {
            kept.sort_by(|a, b| logits[*b].total_cmp(&logits[*a])); // the first of equals stays so
            kept.truncate(if greedy { 1 } else { self.top_k.unwrap_or(usize::MAX) });
        }
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        if !largest.is_finite() || logits.iter().any(|logit| logit.is_nan()) {
            bail!("logits must be numbers to draw a token; has the training diverged?");
        }
        let temperature = if greedy { 1.0 } else { self.temperature };
        let mut p = vec![0.0; logits.len()];
        for &token in &kept {
            p[token] = (f64::from(logits[token] - largest) / temperature).exp();
        }
        if let Some(least) = self.top_p {
            let total: f64 = p.iter().sum();
            let mut sum = 0.0;
            for &token in &kept {
                if sum >= least * total {
                    p[token] = 0.0;
                }
                sum += p[token];
            }
        }
        let total: f64 = p.iter().sum();
        p.iter_mut().for_each(|p| *p /= total);
        Ok(p)
    }

    fn check(&self) -> Result<()> {
        let Self { temperature, top_k, top_p, .. } = self;
        if !temperature.is_finite() || *temperature < 0.0 {
            bail!("sampling needs a temperature of 0 or more, got {temperature}");
        }
        if *top_k == Some(0) {
            bail!("sampling needs a top_k of 1 or more, got 0");
        }
        if let Some(p) = top_p.filter(|p| !(*p > 0.0 && *p <= 1.0)) {
            bail!("sampling needs a top_p above 0 and at most 1, got {p}");
        }
        Ok(())
    }
}

/// Draws tokens.
#[derive(Clone, Debug)]
pub(crate) struct Sampler {
    sampling: Sampling,
    generator: StdRng,
}

impl Sampler {
    pub(crate) fn new(sampling: &Sampling) -> Result<Self> {
        sampling.check()?;
        let seed = sampling.seed.unwrap_or_else(next_seed);
        Ok(Self { sampling: sampling.clone(), generator: StdRng::seed_from_u64(seed) })
    }

    pub(crate) fn pick(&mut self, logits: &[f32]) -> Result<u32> {
        let p = self.sampling.probabilities(logits)?;
        Ok(draw(&p, &mut self.generator))
    }
}

/// A place, by its probability.
pub(crate) fn draw(p: &[f64], generator: &mut StdRng) -> u32 {
    let mut rest: f64 = generator.random();
    let mut last = 0;
    for (place, p) in p.iter().enumerate().filter(|(_, p)| **p > 0.0) {
        last = place;
        rest -= p;
        if rest < 0.0 {
            break;
        }
    }
    last as u32
}
