//! One axis: its range, where its ticks stand, and what they say.

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use std::ops::Range;

/// Beyond this, differences of values overflow.
const LARGEST: f64 = 1e300;

/// A range of numbers with round ticks.
///
/// Plotters' own float range never returns for very short ranges, such as those of a loss that
/// has reached 1e-18.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axis {
    low: f64,
    high: f64,
}

impl Axis {
    /// Exactly from `low` to `high`.
    pub fn exact(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// Around the finite ones of `values`, with 5 % of room on both sides; `None` if there is none.
    pub fn around(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let (low, high) = finite_range(values)?;
        let (low, high) = (low.max(-LARGEST), high.min(LARGEST));
        let smallest = 1e-9 * low.abs().max(high.abs());
        let room = match high - low {
            span if span > smallest => 0.05 * span,
            _ if smallest > 0.0 => 0.5 * low.abs().max(high.abs()),
            _ => 0.5,
        };
        Some(Self { low: low - room, high: high + room })
    }

    /// Whether the axis reaches to `value`.
    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    fn ticks(&self, most: usize) -> Vec<f64> {
        let span = self.high - self.low;
        let rough = span / most.max(1) as f64;
        let unit = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .map(|factor| factor * unit)
            .into_iter()
            .find(|&step| step >= rough);
        let Some(step) = step.filter(|&step| step > 0.0 && step.is_finite()) else {
            return vec![self.low];
        };
        let first = (self.low / step).ceil();
        (0..=most).map(|i| (first + i as f64) * step).filter(|&tick| tick <= self.high).collect()
    }
}

/// The smallest and the largest finite value.
pub(crate) fn finite_range(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    let finite = values.into_iter().filter(|value| value.is_finite());
    finite.fold(None, |range, value| match range {
        None => Some((value, value)),
        Some((low, high)) => Some((value.min(low), value.max(high))),
    })
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (start, end): (i32, i32)) -> i32 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(-1.0, 2.0);
        start + (share * f64::from(end - start)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        self.ticks(hint.max_num_points().min(9))
    }

    fn range(&self) -> Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        number(*value)
    }
}

/// A number in at most a few characters: `0.25`, `1200`, `3e-7`.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return value.to_string();
    }
    let text = if (1e-3..1e6).contains(&size) {
        let digits = (4 - size.log10().floor() as i32).clamp(0, 6) as usize;
        format!("{value:.digits$}")
    } else {
        format!("{value:.3e}")
    };
    let (digits, exponent) =
        text.split_once('e').map_or((text.as_str(), None), |(d, e)| (d, Some(e)));
    let digits = match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.'),
        false => digits,
    };
    exponent.map_or(digits.to_owned(), |exponent| format!("{digits}e{exponent}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(Axis::exact(0.0, 1.0).ticks(5), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(Axis::exact(-3.0, 3.0).ticks(6), [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0]);
    }

    #[test]
    fn ticks_end_for_every_range() {
        for (low, high) in
            [(0.0, 1e-300), (1e9, 1e9 + 1e-6), (-1e300, 1e300), (0.0, 5e-324), (1.0, 1.0)]
        {
            assert!(Axis::exact(low, high).ticks(9).len() <= 10, "{low}..{high}");
            let around = Axis::around([low, high]).unwrap();
            assert!(around.low < around.high && !around.ticks(9).is_empty(), "{low}..{high}");
        }
    }

    #[test]
    fn values_that_are_not_finite_do_not_stretch_an_axis() {
        assert_eq!(Axis::around([0.0, f64::NAN, 1.0, f64::INFINITY]), Axis::around([0.0, 1.0]));
        assert_eq!(Axis::around([f64::NAN]), None);
    }

    #[test]
    fn numbers_are_short() {
        let texts = [0.25, -3.0, 1200.0, 0.1 + 0.2, 3e-7, 12345.678, 2.5e9, 0.0].map(number);
        assert_eq!(texts, ["0.25", "-3", "1200", "0.3", "3e-7", "12346", "2.5e9", "0"]);
    }
}
