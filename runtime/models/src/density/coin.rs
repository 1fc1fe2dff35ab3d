//! How probable heads are.

use candle_core::{DType, Result, Tensor, bail};

/// Tosses of any shape as f64, each 0 or 1.
fn tosses(tosses: &Tensor) -> Result<Vec<f64>> {
    let tosses = tosses.flatten_all()?.to_dtype(DType::F64)?.to_vec1::<f64>()?;
    if let Some(toss) = tosses.iter().find(|toss| **toss != 0.0 && **toss != 1.0) {
        bail!("a toss is 1 for heads or 0 for tails, got {toss}");
    }
    if tosses.is_empty() {
        bail!("a coin needs at least one toss");
    }
    Ok(tosses)
}

/// The logarithm of the probability of all tosses, `Σ x ln p + (1 − x) ln(1 − p)`, in nats, for a
/// coin that shows heads (1) with probability `p`.
///
/// # Errors
/// If there is no toss, one is neither 0 nor 1, or `p` is no probability.
pub fn coin_log_likelihood(x: &Tensor, p: f64) -> Result<f64> {
    if !(0.0..=1.0).contains(&p) {
        bail!("a probability is from 0 to 1, got {p}");
    }
    Ok(tosses(x)?.into_iter().map(|x| if x == 1.0 { p.ln() } else { (1.0 - p).ln() }).sum())
}

/// The `p` that makes the tosses most probable: the share of heads.
///
/// # Errors
/// If there is no toss, or one is neither 0 nor 1.
///
/// ```
/// # use candlelab_models::{coin_log_likelihood, coin_mle};
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let tosses = Tensor::new(&[1f32, 0.0, 1.0, 0.0, 1.0], &Device::Cpu)?;
/// assert_eq!(coin_mle(&tosses)?, 0.6);
/// assert!(coin_log_likelihood(&tosses, 0.6)? > coin_log_likelihood(&tosses, 0.7)?);
/// # Ok(())
/// # }
/// ```
pub fn coin_mle(x: &Tensor) -> Result<f64> {
    let tosses = tosses(x)?;
    Ok(tosses.iter().sum::<f64>() / tosses.len() as f64)
}
