//! Split conformal prediction: sets and intervals with a promised coverage.

use crate::score::{double, numbers};
use candle_core::{DType, Result, Tensor, bail};

/// The bound below which a new score lies with probability `1 − alpha` or more (Vovk et al. 2005):
/// the `⌈(n+1)(1−α)⌉`-th smallest of the `n` scores of the calibration examples.
///
/// It holds for any model, if calibration and new examples come from the same distribution and the
/// model was trained on neither. With fewer than `1/α − 1` examples it is ∞.
///
/// # Errors
/// If there is no score, a score is NaN, or `alpha` is not between 0 and 1.
///
/// ```
/// # use candlelab_explain::conformal_quantile;
/// # fn main() -> candlelab_nn::Result<()> {
/// let scores = [0.3, 0.1, 0.4, 0.2];
/// assert_eq!(conformal_quantile(&scores, 0.4)?, 0.3); // (4 + 1) · 0.6 = 3, the third smallest
/// assert_eq!(conformal_quantile(&scores, 0.1)?, f64::INFINITY);
/// # Ok(())
/// # }
/// ```
pub fn conformal_quantile(scores: &[f64], alpha: f64) -> Result<f64> {
    if scores.is_empty() || scores.iter().any(|score| score.is_nan()) {
        bail!("conformal_quantile needs a score or more, none of them NaN, found {}", scores.len());
    }
    if !(alpha > 0.0 && alpha < 1.0) {
        bail!("alpha is the share of misses to allow, between 0 and 1, found {alpha}");
    }
    let mut sorted = scores.to_vec();
    sorted.sort_by(f64::total_cmp);
    // Less a little, so that 0.3 · 10 is no more than 3 after rounding.
    let place = ((scores.len() + 1) as f64 * (1.0 - alpha) - 1e-9).ceil() as usize;
    Ok(sorted.get(place.saturating_sub(1)).copied().unwrap_or(f64::INFINITY))
}

/// How strange the true class looks to a classifier: `1 − p(y)` for each example.
///
/// # Shapes
/// - `probabilities`: `(n, classes)`, a softmax; `labels`: `(n)`, u32
///
/// # Errors
/// If the shapes do not fit, a number is no probability, or a label is no class.
///
/// ```
/// # use candlelab_explain::label_scores;
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let p = Tensor::new(&[[0.25f32, 0.75]], &Device::Cpu)?;
/// assert_eq!(label_scores(&p, &Tensor::new(&[1u32], &Device::Cpu)?)?, [0.25]);
/// # Ok(())
/// # }
/// ```
pub fn label_scores(probabilities: &Tensor, labels: &Tensor) -> Result<Vec<f64>> {
    let (rows, truth) = (rows(probabilities)?, classes(labels)?);
    if rows.len() != truth.len() {
        bail!("{} rows of probabilities but {} labels", rows.len(), truth.len());
    }
    let score = |(row, label): (&Vec<f64>, &u32)| match row.get(*label as usize) {
        Some(p) => Ok(1.0 - p),
        None => bail!("the label {label} is no class, there are {}", row.len()),
    };
    rows.iter().zip(&truth).map(score).collect()
}

/// The classes that are not too strange: all `k` with `1 − p(k) ≤ quantile`, for each example.
///
/// With the [`conformal_quantile`] of the [`label_scores`] of calibration examples, the true class
/// is in its set with probability `1 − α` or more. A set can be empty.
///
/// # Shapes
/// - `probabilities`: `(n, classes)`, a softmax; output: the classes of each of the `n` sets
///
/// # Errors
/// If a number is no probability.
///
/// ```
/// # use candlelab_explain::{prediction_sets, set_coverage};
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let p = Tensor::new(&[[0.75f32, 0.25, 0.0], [0.0, 0.5, 0.5]], &Device::Cpu)?;
/// let sets = prediction_sets(&p, 0.5)?;
/// assert_eq!(sets, [vec![0], vec![1, 2]]);
/// assert_eq!(set_coverage(&sets, &Tensor::new(&[1u32, 1], &Device::Cpu)?)?, 0.5);
/// # Ok(())
/// # }
/// ```
pub fn prediction_sets(probabilities: &Tensor, quantile: f64) -> Result<Vec<Vec<u32>>> {
    let set = |row: Vec<f64>| {
        (0u32..).zip(row).filter(|(_, p)| 1.0 - p <= quantile).map(|(class, _)| class).collect()
    };
    Ok(rows(probabilities)?.into_iter().map(set).collect())
}

/// The fraction of sets that hold the true class, 0 to 1.
///
/// # Shapes
/// - `labels`: `(n)`, u32, one a set
///
/// # Errors
/// If there are no sets, or not as many labels.
pub fn set_coverage(sets: &[Vec<u32>], labels: &Tensor) -> Result<f64> {
    let truth = classes(labels)?;
    if truth.len() != sets.len() || sets.is_empty() {
        bail!("{} sets but {} labels", sets.len(), truth.len());
    }
    let hits = sets.iter().zip(&truth).filter(|(set, label)| set.contains(label)).count();
    Ok(hits as f64 / sets.len() as f64)
}

/// How far predictions are off: `|y − ŷ|` for each number.
///
/// With the [`conformal_quantile`] `q` of calibration examples, `ŷ ± q` holds the truth with
/// probability `1 − α` or more; see [`interval_coverage`].
///
/// # Shapes
/// Both of one shape.
///
/// # Errors
/// If the shapes differ.
pub fn residual_scores(predictions: &Tensor, targets: &Tensor) -> Result<Vec<f64>> {
    if predictions.dims() != targets.dims() {
        let (lhs, rhs) = (predictions.dims(), targets.dims());
        bail!("shape mismatch in residual_scores, lhs: {lhs:?}, rhs: {rhs:?}");
    }
    let pairs = numbers(predictions)?.into_iter().zip(numbers(targets)?);
    Ok(pairs.map(|(prediction, target)| (target - prediction).abs()).collect())
}

/// The fraction of targets within `prediction ± quantile`, 0 to 1.
///
/// # Errors
/// If the shapes differ or there are no numbers.
///
/// ```
/// # use candlelab_explain::interval_coverage;
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let (predictions, targets) = (Tensor::new(&[1f32, 2.0], &Device::Cpu)?, Tensor::new(&[1.5f32, 4.0], &Device::Cpu)?);
/// assert_eq!(interval_coverage(&predictions, &targets, 0.5)?, 0.5);
/// # Ok(())
/// # }
/// ```
pub fn interval_coverage(predictions: &Tensor, targets: &Tensor, quantile: f64) -> Result<f64> {
    let scores = residual_scores(predictions, targets)?;
    if scores.is_empty() {
        bail!("interval_coverage: there are no predictions");
    }
    Ok(scores.iter().filter(|score| **score <= quantile).count() as f64 / scores.len() as f64)
}

/// The rows of a matrix of probabilities.
fn rows(probabilities: &Tensor) -> Result<Vec<Vec<f64>>> {
    let rows = double(probabilities)?.to_vec2::<f64>()?;
    match rows.iter().flatten().find(|p| !(-1e-6..=1.0 + 1e-6).contains(*p)) {
        Some(p) => bail!("{p} is no probability\nhint: apply softmax to the logits first"),
        None => Ok(rows),
    }
}

fn classes(labels: &Tensor) -> Result<Vec<u32>> {
    labels.to_dtype(DType::U32)?.to_vec1()
}
