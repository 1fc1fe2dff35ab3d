//! Several runs of one experiment as a line in a band.

use crate::axes::{Frame, failed};
use crate::axis::number;
use crate::curves::{SIZE, points};
use crate::palette::{SERIES, rgb};
use crate::read::same_length;
use crate::sparkline::sparkline;
use crate::strokes::{Curve, key, legend, legend_place, line, shares, within};
use crate::{Chart, Error, LineOptions, Result};
use plotters::prelude::*;

/// What a band holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Spread {
    /// All runs.
    MinMax,
    /// The runs between two quantiles, each 0 to 1: `Quantiles(0.25, 0.75)` holds the middle half.
    Quantiles(f64, f64),
}

/// The median of several runs in a band, for each `(label, xs, runs)`; each run has a value for
/// each x.
///
/// NaN and infinities are left out, as they occur in runs that diverge. Between values, quantiles
/// are interpolated linearly, as NumPy does.
///
/// ```
/// use candlelab_plot::{LineOptions, Spread, bands};
/// let runs = vec![vec![1.0, 0.5], vec![1.2, 0.7], vec![0.9, 0.1]];
/// let loss = [("three seeds", vec![1.0, 2.0], runs)];
/// let chart = bands("loss", &loss, Spread::MinMax, &LineOptions::default())?;
/// assert!(chart.text().ends_with("3 runs, at the end 0.5, band 0.1 to 0.7"));
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Errors
/// If there is no curve or no run, a run's length is not that of its xs, nothing is finite, or a
/// quantile is not between 0 and 1.
pub fn bands<V: AsRef<[f64]>>(
    title: &str,
    curves: &[(&str, V, Vec<V>)],
    spread: Spread,
    options: &LineOptions,
) -> Result<Chart> {
    let chart = "bands";
    if curves.is_empty() {
        return Err(Error::Empty { chart, what: "the list of curves".to_owned() });
    }
    let drawn: Vec<Band> = (curves.iter())
        .map(|(label, xs, runs)| Band::new(label, xs.as_ref(), runs, spread, options))
        .collect::<Result<_>>()?;
    let text: String = drawn.iter().map(|band| format!("\n{}", band.text)).collect();
    let all = drawn.iter().flat_map(|band| band.low.iter().chain(&band.high)).copied();
    let (x, y) = options.axes(chart, all)?;
    let edges = drawn.iter().flat_map(|band| [&band.low, &band.high]);
    let shown: Vec<Curve> = edges.map(|curve| shares(curve, &x, &y)).collect();
    let names = drawn.iter().map(|band| band.label);
    let (corner, y) = legend_place(names, &shown, y, options.y_range.is_none());
    let labels = [options.x_label.as_str(), options.y_label.as_str()];
    let svg = Frame { labels, ..Frame::new(title, SIZE, x.clone(), y.clone()) }.draw(|axes| {
        let bound = |(a, b): (f64, f64)| (x.bounded(a), y.bounded(b));
        for (i, band) in drawn.iter().enumerate() {
            let colour = SERIES[i % SERIES.len()];
            let outline: Curve =
                band.high.iter().chain(band.low.iter().rev()).map(|p| bound(*p)).collect();
            let area = Polygon::new(outline, rgb(colour).mix(0.22).filled());
            axes.draw_series([area]).map_err(failed)?;
            for part in within(&band.middle, &x, &y) {
                line(axes, &part, colour)?;
            }
            key(axes, band.label, colour)?;
        }
        legend(axes, corner)?;
        Ok(String::new())
    })?;
    Ok(Chart::new(svg, format!("{title}{text}")))
}

struct Band<'a> {
    label: &'a str,
    low: Curve,
    middle: Curve,
    high: Curve,
    text: String,
}

impl<'a> Band<'a> {
    fn new<V: AsRef<[f64]>>(
        label: &'a str,
        xs: &[f64],
        runs: &[V],
        spread: Spread,
        options: &LineOptions,
    ) -> Result<Self> {
        let chart = "bands";
        let quantiles = match spread {
            Spread::MinMax => [0.0, 0.5, 1.0],
            Spread::Quantiles(low, high) => [low, 0.5, high],
        };
        if let Some(&got) = quantiles.iter().find(|share| !(0.0..=1.0).contains(*share)) {
            let what = "Spread::Quantiles".to_owned();
            return Err(Error::Outside { chart, what, got, low: 0.0, high: 1.0 });
        }
        if runs.is_empty() {
            return Err(Error::Empty { chart, what: format!("the list of runs of {label:?}") });
        }
        let of_x = format!("xs of {label:?}");
        for (i, run) in runs.iter().enumerate() {
            let run = (format!("run {i} of {label:?}"), run.as_ref().len());
            same_length(chart, (&of_x, xs.len()), (&run.0, run.1))?;
        }
        let at = |i: usize| {
            let values = runs.iter().map(|run| (xs[i], run.as_ref()[i]));
            let mut values: Vec<f64> =
                values.filter(|point| options.can_show(*point)).map(|point| point.1).collect();
            values.sort_by(f64::total_cmp);
            values
        };
        let sorted: Vec<Vec<f64>> = (0..xs.len()).map(at).collect();
        let [low, middle, high] = quantiles
            .map(|share| sorted.iter().map(|values| quantile(values, share)).collect::<Vec<f64>>());
        let curve =
            |ys: &[f64]| points(chart, (&of_x, xs), (&format!("runs of {label:?}"), ys), options);
        let [last_low, last, last_high] =
            [&low, &middle, &high].map(|ys| ys.last().map_or(String::new(), |y| number(*y)));
        let text = format!(
            "{label}: {}\n{} runs, at the end {last}, band {last_low} to {last_high}",
            sparkline(&middle),
            runs.len()
        );
        Ok(Self { label, low: curve(&low)?, middle: curve(&middle)?, high: curve(&high)?, text })
    }
}

/// The value that `share` of the sorted values lie below; NaN if there is none.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = share * last as f64;
    let below = place as usize;
    let part = place - below as f64;
    sorted[below] * (1.0 - part) + sorted[(below + 1).min(last)] * part
}

#[cfg(test)]
mod tests {
    use super::*;

    // numpy.quantile([1, 2, 4, 8], [0, .25, .5, .75, 1])
    #[test]
    fn quantiles_are_numpys() {
        let shares =
            [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| quantile(&[1.0, 2.0, 4.0, 8.0], share));
        assert_eq!(shares, [1.0, 1.75, 3.0, 5.0, 8.0]);
    }

    #[test]
    fn a_band_is_an_area_around_its_line() {
        let runs = vec![vec![0.0, 1.0], vec![1.0, 3.0], vec![f64::NAN, 2.0]];
        let curves = [("runs", vec![0.0, 1.0], runs)];
        let chart = bands("", &curves, Spread::MinMax, &LineOptions::default()).unwrap();
        assert_eq!(chart.svg().matches("<polygon").count(), 1);
        assert!(chart.svg().contains("opacity=\"0.22\""));
        assert!(chart.text().contains("at the end 2, band 1 to 3"), "{chart}");
    }

    #[test]
    fn errors_name_both_sides() {
        let error = |runs: Vec<Vec<f64>>, spread| {
            let curves = [("a", vec![0.0, 1.0], runs)];
            bands("", &curves, spread, &LineOptions::default()).unwrap_err().to_string()
        };
        let uneven = error(vec![vec![1.0, 2.0], vec![1.0]], Spread::MinMax);
        assert_eq!(uneven, "bands: xs of \"a\" has 2 values, run 1 of \"a\" has 1");
        assert_eq!(error(vec![], Spread::MinMax), "bands: the list of runs of \"a\" is empty");
        let nothing = error(vec![vec![f64::NAN; 2]], Spread::MinMax);
        assert_eq!(nothing, "bands: 2 of 2 values of runs of \"a\" are NaN or infinite");
        let percent = error(vec![vec![1.0, 2.0]], Spread::Quantiles(5.0, 95.0));
        assert_eq!(percent, "bands: Spread::Quantiles must lie between 0 and 1, got 5");
    }
}
