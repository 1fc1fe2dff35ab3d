//! Small statistics.

use std::collections::BTreeMap;

/// The mean; 0 of nothing.
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// The middle value, or the mean of the two in the middle.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        count if count % 2 == 1 => sorted[count / 2],
        count => (sorted[count / 2 - 1] + sorted[count / 2]) / 2.0,
    }
}

/// The standard deviation of a sample: `√(Σ (xᵢ − x̄)² / (n − 1))`; 0 of less than two.
pub fn spread(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let middle = mean(values);
    let squares: f64 = values.iter().map(|value| (value - middle).powi(2)).sum();
    (squares / (values.len() - 1) as f64).sqrt()
}

/// Pearson's correlation: `Σ (xᵢ − x̄)(yᵢ − ȳ) / √(Σ (xᵢ − x̄)² · Σ (yᵢ − ȳ)²)`; none where either
/// does not vary.
pub fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let (xs, ys): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let (x, y) = (mean(&xs), mean(&ys));
    let product = |a: &[f64], b: &[f64], (p, q): (f64, f64)| -> f64 {
        a.iter().zip(b).map(|(one, other)| (one - p) * (other - q)).sum()
    };
    let scale = (product(&xs, &xs, (x, x)) * product(&ys, &ys, (y, y))).sqrt();
    (scale > 1e-12).then(|| product(&xs, &ys, (x, y)) / scale)
}

/// The texts that occur most often, with how often; of equally many, by the alphabet.
pub fn most_common<'a>(texts: impl Iterator<Item = &'a str>, count: usize) -> Vec<(String, usize)> {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    texts.for_each(|text| *found.entry(text).or_default() += 1);
    let mut found: Vec<_> = found.into_iter().map(|(text, n)| (text.to_owned(), n)).collect();
    found.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    found.truncate(count);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commonest_come_first() {
        let texts = ["b", "a", "b", "c", "a", "b"];
        let found = most_common(texts.into_iter(), 2);
        assert_eq!(found, [("b".to_owned(), 3), ("a".to_owned(), 2)]);
    }

    #[test]
    fn what_does_not_vary_has_no_correlation() {
        assert_eq!(correlation(&[(1.0, 2.0), (1.0, 3.0)]), None);
        assert_eq!(correlation(&[]), None);
        assert_eq!((mean(&[]), median(&[]), spread(&[1.0])), (0.0, 0.0, 0.0));
    }

    /// Expected: python3 -c 'import numpy as np; x = [4, 1, 3.5, 0, 2.5];
    ///     print(np.mean(x), np.median(x), np.std(x, ddof=1))'
    #[test]
    fn the_numbers_are_numpys() {
        let values = [4.0, 1.0, 3.5, 0.0, 2.5];
        assert_eq!((mean(&values), median(&values)), (2.2, 2.5));
        assert!((spread(&values) - 1.6807736313971613).abs() < 1e-12);
        assert_eq!(median(&[3.0, 1.0]), 2.0);
    }
}
