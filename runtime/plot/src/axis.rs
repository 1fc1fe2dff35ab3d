//! One axis: its range, where its ticks stand, and what they say.

use crate::options::Scale;
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
    scale: Scale,
}

impl Axis {
    /// Exactly from `low` to `high`.
    pub fn exact(low: f64, high: f64) -> Self {
        Self { low, high, scale: Scale::Linear }
    }

    /// The same range on another scale; a log scale needs it above 0.
    pub fn on(self, scale: Scale) -> Self {
        Self { scale, ..self }
    }

    /// Around those of `values` that have a place on `scale`, with 5 % of room on both sides;
    /// `None` if there is none.
    pub fn around(values: impl IntoIterator<Item = f64>, scale: Scale) -> Option<Self> {
        match scale {
            Scale::Linear => Self::linear(values),
            Scale::Log => {
                let positive = values.into_iter().filter(|value| *value > 0.0);
                let exponents = Self::linear(positive.map(f64::log10))?;
                let power = |exponent| 10f64.powf(exponent).clamp(f64::MIN_POSITIVE, f64::MAX);
                Some(Self { low: power(exponents.low), high: power(exponents.high), scale })
            }
        }
    }

    fn linear(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let (low, high) = finite_range(values)?;
        let (low, high) = (low.max(-LARGEST), high.min(LARGEST));
        let smallest = 1e-9 * low.abs().max(high.abs());
        let room = match high - low {
            span if span > smallest => 0.05 * span,
            _ if smallest > 0.0 => 0.5 * low.abs().max(high.abs()),
            _ => 0.5,
        };
        Some(Self::exact(low - room, high + room))
    }

    /// Whether the axis reaches to `value`.
    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// The value on the axis that is nearest to `value`.
    pub fn bounded(&self, value: f64) -> f64 {
        value.clamp(self.low, self.high)
    }

    /// Where a value stands: 0 at the low end, 1 at the high one.
    pub fn share(&self, value: f64) -> f64 {
        let place = |value: f64| if self.scale == Scale::Log { value.log10() } else { value };
        (place(value) - place(self.low)) / (place(self.high) - place(self.low))
    }

    /// The value that stands at a share of the axis.
    pub fn value(&self, share: f64) -> f64 {
        match self.scale {
            Scale::Linear => self.low + share * (self.high - self.low),
            Scale::Log => {
                let (low, high) = (self.low.log10(), self.high.log10());
                10f64.powf(low + share * (high - low))
            }
        }
    }

    /// The axis with its high end moved to what stands at a share of it.
    pub fn grown(self, share: f64) -> Self {
        Self { high: self.value(share).min(f64::MAX), ..self }
    }

    /// At most about `most` round numbers on the axis.
    pub fn ticks(&self, most: usize) -> Vec<f64> {
        match self.scale {
            Scale::Linear => self.round_ticks(most),
            Scale::Log => self.log_ticks(most),
        }
    }

    /// Powers of ten, between them 2 and 5 where there is room; round numbers within a decade.
    fn log_ticks(&self, most: usize) -> Vec<f64> {
        let (first, last) = (self.low.log10().floor() as i32, self.high.log10().ceil() as i32);
        let step = (last - first) / most.max(1) as i32 + 1;
        let decades = (first..=last).filter(|exponent| exponent % step == 0);
        let factors: &[f64] =
            if 3 * (last - first) <= most as i32 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let ticks = decades.flat_map(|exponent| {
            factors.iter().map(move |factor| format!("{factor}e{exponent}").parse().unwrap_or(0.0))
        });
        let ticks: Vec<f64> = ticks.filter(|tick| self.contains(*tick)).collect();
        if ticks.len() < 3 { self.round_ticks(most) } else { ticks }
    }

    fn round_ticks(&self, most: usize) -> Vec<f64> {
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
        let share = self.share(*value).clamp(-1.0, 2.0);
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

/// A value in at most five characters or so.
pub(crate) fn short(value: f64) -> String {
    match value.abs() {
        size if (0.1..1000.0).contains(&size) => number((value * 100.0).round() / 100.0),
        _ => number(
            value
                .is_finite()
                .then(|| format!("{value:.1e}").parse().ok())
                .flatten()
                .unwrap_or(value),
        ),
    }
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
            let around = Axis::around([low, high], Scale::Linear).unwrap();
            assert!(around.low < around.high && !around.ticks(9).is_empty(), "{low}..{high}");
        }
    }

    #[test]
    fn values_that_are_not_finite_do_not_stretch_an_axis() {
        let around = |values: &[f64]| Axis::around(values.iter().copied(), Scale::Linear);
        assert_eq!(around(&[0.0, f64::NAN, 1.0, f64::INFINITY]), around(&[0.0, 1.0]));
        assert_eq!(around(&[f64::NAN]), None);
    }

    #[test]
    fn a_log_axis_has_powers_of_ten() {
        let ticks = |low, high| Axis::exact(low, high).on(Scale::Log).ticks(9);
        assert_eq!(ticks(0.01, 10.0), [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]);
        assert_eq!(ticks(1e-18, 1.0), [1e-18, 1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 1.0]);
        assert_eq!(ticks(3.0, 4.0), [3.0, 3.2, 3.4000000000000004, 3.6, 3.8000000000000003, 4.0]);
    }

    #[test]
    fn a_log_axis_places_by_ratio_and_ignores_what_is_not_positive() {
        let axis = Axis::exact(0.01, 100.0).on(Scale::Log);
        assert_eq!((axis.share(1.0), axis.share(10.0)), (0.5, 0.75));
        assert!((axis.value(0.75) - 10.0).abs() < 1e-12);
        let around = |values: &[f64]| Axis::around(values.iter().copied(), Scale::Log);
        assert_eq!(around(&[0.0, -3.0, 0.1, 10.0]), around(&[0.1, 10.0]));
        assert_eq!(around(&[0.0, -1.0]), None);
        for values in [[1e-300, 1e300], [5e-324, f64::MAX], [1.0, 1.0]] {
            let axis = around(&values).unwrap();
            assert!(axis.low < axis.high && !axis.ticks(9).is_empty(), "{values:?}");
        }
    }

    #[test]
    fn numbers_are_short() {
        let texts = [0.25, -3.0, 1200.0, 0.1 + 0.2, 3e-7, 12345.678, 2.5e9, 0.0].map(number);
        assert_eq!(texts, ["0.25", "-3", "1200", "0.3", "3e-7", "12346", "2.5e9", "0"]);
    }

    #[test]
    fn numbers_beside_colours_are_shorter() {
        assert_eq!(
            [0.333333, -12.345, 1234.5, 0.01234, f64::NAN].map(short),
            ["0.33", "-12.35", "1200", "0.012", "NaN"]
        );
    }
}
