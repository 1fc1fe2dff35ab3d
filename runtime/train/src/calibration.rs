//! Whether predicted probabilities are true.

use crate::column::{classes, probabilities, same_length};
use candle_core::{D, DType, Result, Tensor, bail};
use candlelab_host::{Bundle, Rich};
use candlelab_plot::{Chart, reliability_diagram};

/// Predictions in bins of equal width; made by [`calibration`].
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// The mean probability in each bin; NaN in an empty one.
    pub confidences: Vec<f64>,
    /// The fraction that came true in each bin; NaN in an empty one.
    pub frequencies: Vec<f64>,
    /// The number of predictions in each bin.
    pub counts: Vec<usize>,
}

/// Sorts predictions into `bins` bins by their probability, and counts how many came true.
///
/// With a column for each class, the prediction is the class with the largest probability. A bin
/// holds its upper end, the first one both ends (Guo et al. 2017).
///
/// # Shapes
/// - `probabilities`: `(n)` or `(n, 1)`, of class 1, or `(n, classes)`
/// - `labels`: `(n)` or `(n, 1)`, class numbers
///
/// # Errors
/// If the lengths differ, a probability is not between 0 and 1, a label is no class, or `bins`
/// is 0.
///
/// ```
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let probabilities = Tensor::new(&[0.2f64, 0.3, 0.9, 0.9], &Device::Cpu)?;
/// let labels = Tensor::new(&[0u32, 1, 1, 1], &Device::Cpu)?;
/// let calibration = candlelab_train::calibration(&probabilities, &labels, 2)?;
/// assert_eq!((calibration.counts, calibration.frequencies), (vec![2, 2], vec![0.5, 1.0]));
/// # Ok(())
/// # }
/// ```
pub fn calibration(probabilities: &Tensor, labels: &Tensor, bins: usize) -> Result<Calibration> {
    if bins == 0 {
        bail!("calibration: it takes at least one bin, found 0");
    }
    let predictions = predictions("calibration", probabilities, labels)?;
    let (mut sums, mut true_ones, mut counts) = (vec![0.0; bins], vec![0.0; bins], vec![0; bins]);
    for (probability, came) in predictions {
        let bin = ((probability * bins as f64).ceil() as usize).clamp(1, bins) - 1;
        sums[bin] += probability;
        true_ones[bin] += f64::from(u8::from(came));
        counts[bin] += 1;
    }
    let mean = |sums: Vec<f64>| sums.iter().zip(&counts).map(|(sum, n)| sum / *n as f64).collect();
    Ok(Calibration { confidences: mean(sums), frequencies: mean(true_ones), counts })
}

/// The probability of each prediction, and whether it came true.
fn predictions(function: &str, given: &Tensor, labels: &Tensor) -> Result<Vec<(f64, bool)>> {
    let (values, answers, count) = match *given.dims() {
        [_, count] if count > 1 => {
            let answers = classes(function, "answers", &given.argmax(D::Minus1)?, count)?;
            (probabilities(function, &given.max(D::Minus1)?)?, Some(answers), count)
        }
        _ => (probabilities(function, given)?, None, 2),
    };
    let labels = classes(function, "labels", labels, count)?;
    same_length(function, ("probabilities", values.len()), ("labels", labels.len()))?;
    let came = |i: usize| labels[i] == answers.as_ref().map_or(1, |answers| answers[i]);
    Ok(values.into_iter().enumerate().map(|(i, value)| (value, came(i))).collect())
}

/// The expected calibration error `Σ nᵢ/n · |confidenceᵢ − frequencyᵢ|` (Naeini et al. 2015), 0 to
/// 1; 0 is best. See [`calibration`].
///
/// # Errors
/// As for [`calibration`].
pub fn calibration_error(probabilities: &Tensor, labels: &Tensor, bins: usize) -> Result<f64> {
    Ok(calibration(probabilities, labels, bins)?.error())
}

/// The Brier score, the mean square distance of probabilities from what came true: `1/n Σ (p − y)²`
/// for two classes, 0 to 1, and `1/n Σᵢ Σⱼ (pᵢⱼ − yᵢⱼ)²` with a column for each class, 0 to 2.
///
/// # Shapes
/// - `probabilities`: `(n)` or `(n, 1)`, of class 1, or `(n, classes)`
/// - `labels`: `(n)` or `(n, 1)`, class numbers
///
/// # Errors
/// If the lengths differ, a probability is not between 0 and 1, or a label is no class.
///
/// ```
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let labels = Tensor::new(&[1u32, 0], &Device::Cpu)?;
/// let half = Tensor::new(&[0.5f64, 0.5], &Device::Cpu)?;
/// assert_eq!(candlelab_train::brier_score(&half, &labels)?, 0.25);
/// # Ok(())
/// # }
/// ```
pub fn brier_score(given: &Tensor, labels: &Tensor) -> Result<f64> {
    let function = "brier_score";
    let (columns, count) = match *given.dims() {
        [_, count] if count > 1 => (count, count),
        _ => (1, 2),
    };
    let values = probabilities(function, &given.flatten_all()?.to_dtype(DType::F64)?)?;
    let labels = classes(function, "labels", labels, count)?;
    same_length(function, ("probabilities", values.len() / columns), ("labels", labels.len()))?;
    let came = |row: usize, column: usize| {
        f64::from(u8::from(labels[row] == if columns == 1 { 1 } else { column }))
    };
    let squares = (0..values.len()).map(|i| (values[i] - came(i / columns, i % columns)).powi(2));
    Ok(squares.sum::<f64>() / labels.len() as f64)
}

impl Calibration {
    /// `Σ nᵢ/n · |confidenceᵢ − frequencyᵢ|`
    pub fn error(&self) -> f64 {
        let n = self.counts.iter().sum::<usize>() as f64;
        let bins = (0..self.counts.len()).filter(|&i| self.counts[i] > 0);
        bins.map(|i| self.counts[i] as f64 / n * (self.confidences[i] - self.frequencies[i]).abs())
            .sum()
    }

    /// The reliability diagram.
    ///
    /// # Errors
    /// If there is no prediction.
    pub fn chart(&self) -> candlelab_plot::Result<Chart> {
        reliability_diagram("Reliability", &self.confidences, &self.frequencies, &self.counts)
    }
}

impl Rich for Calibration {
    fn rich(&self) -> Bundle {
        self.chart().map_or_else(|error| Bundle::text(error.to_string()), |chart| chart.rich())
    }
}
