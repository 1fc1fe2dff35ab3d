//! Curves and maps in plain text.

use crate::axis::{finite_range, number};

const WIDTH: usize = 60;
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One line that shows the course of `values`: `▇▅▃▂▁  2.3 … 0.02 (0.01 to 2.3)`.
pub(crate) fn sparkline(values: &[f64]) -> String {
    let finite: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    let Some((low, high)) = finite_range(finite.iter().copied()) else { return String::new() };
    let columns = WIDTH.min(finite.len());
    let chosen = (0..columns).map(|i| finite[i * (finite.len() - 1) / (columns - 1).max(1)]);
    let bars: String = chosen.map(|value| block((value - low) / (high - low))).collect();
    let (first, last) = (number(finite[0]), number(finite[finite.len() - 1]));
    format!("{bars}  {first} … {last} ({} to {})", number(low), number(high))
}

/// Heights from 0 up in one line, of many the largest of each stretch: `▁▃█`.
pub(crate) fn blocks(heights: &[f64]) -> String {
    let highest = heights.iter().fold(0.0f64, |a, b| a.max(*b));
    let stretches = heights.chunks(heights.len().div_ceil(WIDTH).max(1));
    stretches.map(|part| block(part.iter().fold(0.0f64, |a, b| a.max(*b)) / highest)).collect()
}

fn block(share: f64) -> char {
    LEVELS[(7.0 * share) as usize % 8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_falling_loss_falls() {
        assert_eq!(sparkline(&[2.0, 1.0, 0.0]), "█▄▁  2 … 0 (0 to 2)");
    }

    #[test]
    fn constant_and_single_values_are_flat() {
        assert_eq!(sparkline(&[1.0, 1.0]), "▁▁  1 … 1 (1 to 1)");
        assert_eq!(sparkline(&[f64::NAN, 3.0]), "▁  3 … 3 (3 to 3)");
    }
}
