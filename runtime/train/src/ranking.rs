//! How well scores put positive examples before negative ones, at every threshold.

use crate::column::{classes, column, same_length};
use candle_core::{Result, Tensor, bail};
use candlelab_host::{Bundle, Rich};
use candlelab_plot::{Chart, precision_recall_curve, roc_curve};

/// A point for each threshold, from the strictest on; made by [`roc`].
#[derive(Clone, Debug, PartialEq)]
pub struct Roc {
    /// The least score that counts as positive; the first is infinite, so that none does.
    pub thresholds: Vec<f64>,
    /// The fraction of negative examples that count as positive.
    pub false_positive_rates: Vec<f64>,
    /// The fraction of positive examples that count as positive.
    pub true_positive_rates: Vec<f64>,
}

/// A point for each threshold, from the strictest on; made by [`precision_recall`].
#[derive(Clone, Debug, PartialEq)]
pub struct PrecisionRecall {
    /// The least score that counts as positive; the first is infinite, so that none does.
    pub thresholds: Vec<f64>,
    /// The fraction of positive examples that count as positive.
    pub recalls: Vec<f64>,
    /// Of those that count as positive, the fraction that are; the first is 1.
    pub precisions: Vec<f64>,
}

/// Negatives and positives with at least a score, for each score from the largest on.
struct Counts {
    thresholds: Vec<f64>,
    negatives: Vec<usize>,
    positives: Vec<usize>,
}

/// Examples of one score are counted together, so their order does not matter.
fn counts(function: &str, scores: &Tensor, labels: &Tensor) -> Result<Counts> {
    let scores = column(function, "scores", scores)?;
    let labels = classes(function, "labels", labels, 2)?;
    same_length(function, ("scores", scores.len()), ("labels", labels.len()))?;
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    let mut counts =
        Counts { thresholds: vec![f64::INFINITY], negatives: vec![0], positives: vec![0] };
    let (mut negatives, mut positives) = (0, 0);
    for (place, &i) in order.iter().enumerate() {
        match labels[i] {
            0 => negatives += 1,
            _ => positives += 1,
        }
        if order.get(place + 1).is_none_or(|&next| scores[next] != scores[i]) {
            counts.thresholds.push(scores[i]);
            counts.negatives.push(negatives);
            counts.positives.push(positives);
        }
    }
    if positives == 0 || function != "precision_recall" && negatives == 0 {
        bail!(
            "{function}: it takes both classes, found {positives} positive and {negatives} negative labels"
        );
    }
    Ok(counts)
}

fn shares(counts: &[usize]) -> Vec<f64> {
    let all = *counts.last().unwrap_or(&1) as f64;
    counts.iter().map(|count| *count as f64 / all).collect()
}

/// The ROC curve of scores: rates of false and true positives for each threshold.
///
/// A notebook shows it as a picture. It is scikit-learn's `roc_curve` with
/// `drop_intermediate=False`.
///
/// # Shapes
/// - `scores`: `(n)` or `(n, 1)`, logits or probabilities; `labels`: the same, 0 or 1
///
/// # Errors
/// If the lengths differ, a score is not finite, a label is not 0 or 1, or one class is missing.
///
/// ```
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let scores = Tensor::new(&[0.1f64, 0.4, 0.35, 0.8], &Device::Cpu)?;
/// let labels = Tensor::new(&[0u32, 0, 1, 1], &Device::Cpu)?;
/// let roc = candlelab_train::roc(&scores, &labels)?;
/// assert_eq!(roc.false_positive_rates, [0.0, 0.0, 0.5, 0.5, 1.0]);
/// assert_eq!(roc.true_positive_rates, [0.0, 0.5, 0.5, 1.0, 1.0]);
/// assert_eq!(roc.auc(), 0.75); // 3 of 4 pairs are in the right order
/// # Ok(())
/// # }
/// ```
pub fn roc(scores: &Tensor, labels: &Tensor) -> Result<Roc> {
    let Counts { thresholds, negatives, positives } = counts("roc", scores, labels)?;
    let (false_positive_rates, true_positive_rates) = (shares(&negatives), shares(&positives));
    Ok(Roc { thresholds, false_positive_rates, true_positive_rates })
}

/// The area under the ROC curve: the probability that a positive example scores higher than a
/// negative one, ties counting half. See [`roc`].
///
/// # Errors
/// As for [`roc`].
pub fn auc(scores: &Tensor, labels: &Tensor) -> Result<f64> {
    Ok(roc(scores, labels)?.auc())
}

/// Precision over recall for each threshold.
///
/// It is scikit-learn's `precision_recall_curve` in the other direction, recalls ascending.
///
/// # Shapes
/// - `scores`: `(n)` or `(n, 1)`, logits or probabilities; `labels`: the same, 0 or 1
///
/// # Errors
/// If the lengths differ, a score is not finite, a label is not 0 or 1, or none is 1.
///
/// ```
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let scores = Tensor::new(&[0.1f64, 0.4, 0.35, 0.8], &Device::Cpu)?;
/// let labels = Tensor::new(&[0u32, 0, 1, 1], &Device::Cpu)?;
/// let curve = candlelab_train::precision_recall(&scores, &labels)?;
/// assert_eq!(curve.recalls, [0.0, 0.5, 0.5, 1.0, 1.0]);
/// assert_eq!(curve.precisions, [1.0, 1.0, 0.5, 2.0 / 3.0, 0.5]);
/// # Ok(())
/// # }
/// ```
pub fn precision_recall(scores: &Tensor, labels: &Tensor) -> Result<PrecisionRecall> {
    let Counts { thresholds, negatives, positives } = counts("precision_recall", scores, labels)?;
    let precision = |(negatives, positives): (&usize, &usize)| match negatives + positives {
        0 => 1.0,
        all => *positives as f64 / all as f64,
    };
    let precisions = negatives.iter().zip(&positives).map(precision).collect();
    Ok(PrecisionRecall { thresholds, recalls: shares(&positives), precisions })
}

/// The mean of the precisions, each weighted with the gain in recall: `Σ (rᵢ − rᵢ₋₁) pᵢ`. See
/// [`precision_recall`].
///
/// # Errors
/// As for [`precision_recall`].
pub fn average_precision(scores: &Tensor, labels: &Tensor) -> Result<f64> {
    Ok(precision_recall(scores, labels)?.average_precision())
}

impl Roc {
    /// The area under the curve, by trapezoids.
    pub fn auc(&self) -> f64 {
        let (x, y) = (&self.false_positive_rates, &self.true_positive_rates);
        (1..x.len()).map(|i| (x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2.0).sum()
    }

    /// The curve as a picture.
    ///
    /// # Errors
    /// If it has no point.
    pub fn chart(&self) -> candlelab_plot::Result<Chart> {
        let (x, y) = (&self.false_positive_rates, &self.true_positive_rates);
        roc_curve("ROC", &[("scores", x, y)])
    }
}

impl PrecisionRecall {
    /// `Σ (rᵢ − rᵢ₋₁) pᵢ`
    pub fn average_precision(&self) -> f64 {
        let (r, p) = (&self.recalls, &self.precisions);
        (1..r.len()).map(|i| (r[i] - r[i - 1]) * p[i]).sum()
    }

    /// The curve as a picture.
    ///
    /// # Errors
    /// If it has no point.
    pub fn chart(&self) -> candlelab_plot::Result<Chart> {
        precision_recall_curve(
            "Precision and recall",
            &[("scores", &self.recalls, &self.precisions)],
        )
    }
}

impl Rich for Roc {
    fn rich(&self) -> Bundle {
        self.chart().map_or_else(|error| Bundle::text(error.to_string()), |chart| chart.rich())
    }
}

impl Rich for PrecisionRecall {
    fn rich(&self) -> Bundle {
        self.chart().map_or_else(|error| Bundle::text(error.to_string()), |chart| chart.rich())
    }
}
