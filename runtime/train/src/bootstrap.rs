//! How far a metric would move with other examples.

use candle_core::{Result, bail};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::fmt;

/// A metric with its confidence interval; made by [`bootstrap`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The metric of all examples.
    pub value: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.4} ({:.4} to {:.4})", self.value, self.low, self.high)
    }
}

/// The confidence interval of a metric by the percentile bootstrap (Efron 1979): the metric of
/// `draws` samples of `n` examples each, drawn with replacement, without the outer parts.
///
/// `metric` gets the numbers of the examples drawn, from 0 to below `n`; `level` is .95 for an
/// interval of 95 %.
///
/// # Errors
/// If there is no example or no draw, `level` is not between 0 and 1, or `metric` fails or gives
/// NaN.
///
/// ```
/// # fn main() -> candle_core::Result<()> {
/// let right = [true, true, true, false, true, true, false, true];
/// let accuracy = |rows: &[usize]| {
///     Ok(rows.iter().filter(|&&row| right[row]).count() as f64 / rows.len() as f64)
/// };
/// let interval = candlelab_train::bootstrap(8, 2000, 0.95, 42, accuracy)?;
/// assert_eq!((interval.value, interval.low, interval.high), (0.75, 0.375, 1.0));
/// # Ok(())
/// # }
/// ```
pub fn bootstrap(
    n: usize,
    draws: usize,
    level: f64,
    seed: u64,
    metric: impl Fn(&[usize]) -> Result<f64>,
) -> Result<Interval> {
    if n == 0 || draws == 0 || !(0.0..1.0).contains(&level) {
        bail!(
            "bootstrap: it takes examples, draws and a level from 0 to below 1, found {n}, {draws} \
             and {level}"
        );
    }
    let mut rows: Vec<usize> = (0..n).collect();
    let value = metric(&rows)?;
    let rng = &mut StdRng::seed_from_u64(seed);
    let mut values = Vec::with_capacity(draws);
    for draw in 0..draws {
        candlelab_host::check_interrupt();
        rows.fill_with(|| rng.random_range(0..n));
        let value = metric(&rows)?;
        if value.is_nan() {
            bail!(
                "bootstrap: the metric of draw {draw} is NaN\nhint: a class may be missing in it"
            );
        }
        values.push(value);
    }
    values.sort_by(f64::total_cmp);
    let [low, high] = [0.5 - 0.5 * level, 0.5 + 0.5 * level].map(|share| quantile(&values, share));
    Ok(Interval { value, low, high })
}

/// With linear interpolation, as NumPy does.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, part) = (place as usize, place.fract());
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + part * (sorted[above] - sorted[below])
}
