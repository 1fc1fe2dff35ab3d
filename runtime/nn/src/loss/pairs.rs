//! Losses of answers that are compared with one another.

use super::{cross_entropy, same_shape};
use crate::ops::{relu, softplus};
use candle_core::{Result, Tensor, bail};

/// `|a − b + 1e-6|` of rows, as PyTorch has it: the small number keeps its slope finite.
fn distance(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    ((a - b)? + 1e-6)?.sqr()?.sum(1)?.sqrt()
}

/// Mean of what is missing of a margin between two distances (Schroff et al. 2015):
/// `1/n Σᵢ max(0, |aᵢ − pᵢ| − |aᵢ − qᵢ| + margin)` for anchors `a`, positives `p` and negatives `q`.
///
/// # Shapes
/// All `(n, width)`; the output is a scalar.
///
/// # Errors
/// If the shapes differ.
///
/// ```
/// # use candlelab_nn::{triplet, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let at = |x: f32| Tensor::new(&[[x, 0.0]], &Device::Cpu);
/// let loss = triplet(&at(0.0)?, &at(3.0)?, &at(4.0)?, 2.0)?; // 3 − 4 + 2
/// assert!((loss.to_scalar::<f32>()? - 1.0).abs() < 1e-5);
/// # Ok(())
/// # }
/// ```
pub fn triplet(
    anchors: &Tensor,
    positives: &Tensor,
    negatives: &Tensor,
    margin: f64,
) -> Result<Tensor> {
    let (_, _) = anchors.dims2()?;
    same_shape("triplet", anchors, positives)?;
    same_shape("triplet", anchors, negatives)?;
    let difference = (distance(anchors, positives)? - distance(anchors, negatives)?)?;
    relu(&(difference + margin)?)?.mean_all()
}

/// The contrastive loss of SimCLR, NT-Xent (Chen et al. 2020): each of the `2n` vectors has to
/// find the other view of its own image among the `2n − 1` others, by cross-entropy over the
/// cosines of their angles divided by `temperature`.
///
/// # Shapes
/// - `a`, `b`: `(n, width)`, two views of the same `n` images
/// - output: a scalar
///
/// # Errors
/// If the shapes differ or the temperature is not above 0.
///
/// ```
/// # use candlelab_nn::{nt_xent, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let a = Tensor::new(&[[1f32, 0.0], [0.0, 2.0]], &Device::Cpu)?; // right angles
/// let loss = nt_xent(&a, &a, 1.0)?; // −ln(e / (e + 1 + 1))
/// let e = std::f32::consts::E;
/// assert!((loss.to_scalar::<f32>()? + (e / (e + 2.0)).ln()).abs() < 1e-6);
/// # Ok(())
/// # }
/// ```
pub fn nt_xent(a: &Tensor, b: &Tensor, temperature: f64) -> Result<Tensor> {
    let (n, _) = a.dims2()?;
    same_shape("nt_xent", a, b)?;
    if temperature.is_nan() || temperature <= 0.0 {
        bail!("nt_xent needs a temperature above 0, got {temperature}");
    }
    let all = Tensor::cat(&[a, b], 0)?; // (2n, width)
    // Not more than 1e12 times longer, so that a vector of zeros stays one.
    let lengths = (all.sqr()?.sum_keepdim(1)? + 1e-24)?.sqrt()?;
    let all = all.broadcast_div(&lengths)?;
    let cosines = (all.matmul(&all.t()?)? / temperature)?; // (2n, 2n)
    // No vector is compared with itself.
    let own = Tensor::eye(2 * n, cosines.dtype(), cosines.device())?;
    let labels = (0..2 * n).map(|row| ((row + n) % (2 * n)) as u32);
    let labels = Tensor::from_iter(labels, cosines.device())?;
    cross_entropy(&(cosines - (own * 1e9)?)?, &labels)
}

/// How badly scores explain which of two answers was preferred (Bradley and Terry 1952):
/// `−1/n Σᵢ ln σ(cᵢ − rᵢ)` for the scores of the chosen and of the rejected.
///
/// # Shapes
/// Both of one shape; the output is a scalar.
///
/// # Errors
/// If the shapes differ.
///
/// ```
/// # use candlelab_nn::{bradley_terry, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let score = Tensor::new(&[1f32], &Device::Cpu)?; // equally good: a coin, ln 2
/// let loss = bradley_terry(&score, &score)?.to_scalar::<f32>()?;
/// assert!((loss - 2f32.ln()).abs() < 1e-6);
/// # Ok(())
/// # }
/// ```
pub fn bradley_terry(chosen: &Tensor, rejected: &Tensor) -> Result<Tensor> {
    same_shape("bradley_terry", chosen, rejected)?;
    softplus(&(rejected - chosen)?)?.mean_all()
}
