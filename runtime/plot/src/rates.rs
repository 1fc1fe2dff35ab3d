//! Curves about a classifier's scores: ROC, precision and recall, reliability.

use crate::axes::{Axes, Frame, failed, px, stroke};
use crate::axis::{Axis, number};
use crate::palette::{GREY, SERIES, rgb};
use crate::read::{all_finite, same_length};
use crate::strokes::{Curve, key, legend, legend_place, line};
use crate::{Chart, Error, Result};
use plotters::prelude::*;

/// Wide enough for a square of 360 pixels.
const SIZE: (u32, u32) = (460, 462);

/// ROC curves, each given as `(label, false positive rates, true positive rates)`, with the area
/// below each one and the diagonal of a guess.
///
/// ```
/// use candlelab_plot::roc_curve;
/// let chart = roc_curve("test", &[("model", [0.0, 0.0, 0.5, 1.0], [0.0, 0.5, 1.0, 1.0])])?;
/// assert_eq!(chart.text(), "test\nmodel: area 0.875, 4 points");
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Errors
/// If there is no curve, or one is empty, has different lengths, or leaves 0..1.
pub fn roc_curve<V: AsRef<[f64]>>(title: &str, curves: &[(&str, V, V)]) -> Result<Chart> {
    let drawn = read("roc_curve", ["false positive rates", "true positive rates"], curves)?;
    let named =
        |(label, curve): (&str, Curve)| (format!("{label}: area {}", three(area(&curve))), curve);
    let drawn: Vec<(String, Curve)> = drawn.into_iter().map(named).collect();
    let labels = ["false positive rate", "true positive rate"];
    Ok(Chart::new(draw(title, labels, &drawn, true)?, text(title, &drawn)))
}

/// Precision over recall, each curve given as `(label, recalls, precisions)`, with its average
/// precision `Σ (rᵢ − rᵢ₋₁) pᵢ`, recalls ascending.
///
/// ```
/// use candlelab_plot::precision_recall_curve;
/// let chart = precision_recall_curve("test", &[("model", [0.0, 0.5, 1.0], [1.0, 1.0, 0.5])])?;
/// assert_eq!(chart.text(), "test\nmodel: average precision 0.75, 3 points");
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Errors
/// As for [`roc_curve`].
pub fn precision_recall_curve<V: AsRef<[f64]>>(
    title: &str,
    curves: &[(&str, V, V)],
) -> Result<Chart> {
    let drawn = read("precision_recall_curve", ["recalls", "precisions"], curves)?;
    let named = |(label, curve): (&str, Curve)| {
        let mean: f64 = curve.windows(2).map(|p| (p[1].0 - p[0].0) * p[1].1).sum();
        (format!("{label}: average precision {}", three(mean)), curve)
    };
    let mut drawn: Vec<(String, Curve)> = drawn.into_iter().map(named).collect();
    let text = text(title, &drawn);
    drawn.iter_mut().for_each(|(_, curve)| *curve = stairs(curve));
    Ok(Chart::new(draw(title, ["recall", "precision"], &drawn, false)?, text))
}

/// How often predictions of each confidence come true: one point a bin, its area the bin's share
/// of all predictions, and a line to the diagonal, on which a well calibrated model lies.
///
/// The text tells the expected calibration error `Σ nᵢ/n · |confidenceᵢ − frequencyᵢ|`.
///
/// ```
/// use candlelab_plot::reliability_diagram;
/// let chart = reliability_diagram("test", &[0.1, 0.9], &[0.2, 0.5], &[30, 10])?;
/// assert_eq!(chart.text(), "test\ncalibration error 0.175, 40 predictions in 2 bins");
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Shapes
/// - `confidences`: the mean predicted probability in each bin; `frequencies`: the fraction that
///   came true; `counts`: the number of predictions, bins of none are left out
///
/// # Errors
/// If the lengths differ, there is no prediction, or a value is not between 0 and 1.
pub fn reliability_diagram(
    title: &str,
    confidences: &[f64],
    frequencies: &[f64],
    counts: &[usize],
) -> Result<Chart> {
    let chart = "reliability_diagram";
    let n: usize = counts.iter().sum();
    same_length(chart, ("confidences", confidences.len()), ("frequencies", frequencies.len()))?;
    same_length(chart, ("confidences", confidences.len()), ("counts", counts.len()))?;
    if n == 0 {
        return Err(Error::Empty { chart, what: "counts".to_owned() });
    }
    let bins: Vec<(f64, f64, f64)> = (0..counts.len())
        .filter(|&i| counts[i] > 0)
        .map(|i| (confidences[i], frequencies[i], counts[i] as f64 / n as f64))
        .collect();
    for (what, values) in [
        ("confidences", bins.iter().map(|bin| bin.0).collect::<Vec<f64>>()),
        ("frequencies", bins.iter().map(|bin| bin.1).collect()),
    ] {
        shares(chart, what, &values)?;
    }
    let error: f64 = bins.iter().map(|(said, came, share)| share * (said - came).abs()).sum();
    let text =
        format!("calibration error {}, {n} predictions in {} bins", three(error), bins.len());
    let labels = ["predicted probability", "fraction that came true"];
    let svg = frame(title, labels).draw(|axes| {
        dashes(axes)?;
        let gap = |&(said, came, _): &(f64, f64, f64)| {
            PathElement::new([(said, said), (said, came)], stroke(SERIES[3], 2))
        };
        axes.draw_series(bins.iter().map(gap)).map_err(failed)?;
        let curve: Curve = bins.iter().map(|bin| (bin.0, bin.1)).collect();
        axes.draw_series([PathElement::new(curve, stroke(SERIES[0], 2))]).map_err(failed)?;
        let dot = |&(said, came, share): &(f64, f64, f64)| {
            let radius = f64::from(px(1)) * (4.0 + 18.0 * share.sqrt());
            Circle::new((said, came), radius as i32, rgb(SERIES[0]).mix(0.75).filled())
        };
        axes.draw_series(bins.iter().map(dot)).map_err(failed)?;
        Ok(String::new())
    })?;
    Ok(Chart::new(svg, format!("{title}\n{text}")))
}

fn read<'a, V: AsRef<[f64]>>(
    chart: &'static str,
    [xs, ys]: [&str; 2],
    curves: &[(&'a str, V, V)],
) -> Result<Vec<(&'a str, Curve)>> {
    if curves.is_empty() {
        return Err(Error::Empty { chart, what: "the list of curves".to_owned() });
    }
    let curve = |(label, x, y): &(&'a str, V, V)| {
        let (x, y) = (x.as_ref(), y.as_ref());
        let (xs, ys) = (format!("{xs} of {label:?}"), format!("{ys} of {label:?}"));
        same_length(chart, (&xs, x.len()), (&ys, y.len()))?;
        if x.is_empty() {
            return Err(Error::Empty { chart, what: xs });
        }
        shares(chart, &xs, x)?;
        shares(chart, &ys, y)?;
        let mut curve: Curve = x.iter().copied().zip(y.iter().copied()).collect();
        if curve[0].0 > curve[curve.len() - 1].0 {
            curve.reverse();
        }
        Ok((*label, curve))
    };
    curves.iter().map(curve).collect()
}

/// That all values lie between 0 and 1, but for rounding.
fn shares(chart: &'static str, what: &str, values: &[f64]) -> Result<()> {
    all_finite(chart, what, values)?;
    match values.iter().find(|value| !(-1e-9..=1.0 + 1e-9).contains(*value)) {
        Some(&got) => {
            Err(Error::Outside { chart, what: what.to_owned(), got, low: 0.0, high: 1.0 })
        }
        None => Ok(()),
    }
}

/// The area below a curve, by trapezoids.
fn area(curve: &Curve) -> f64 {
    curve.windows(2).map(|p| (p[1].0 - p[0].0) * (p[0].1 + p[1].1) / 2.0).sum()
}

/// The curve as steps: each value holds back to the recall before it.
fn stairs(curve: &Curve) -> Curve {
    let step = |p: &[(f64, f64)]| [(p[0].0, p[1].1), p[1]];
    curve[..1].iter().copied().chain(curve.windows(2).flat_map(step)).collect()
}

fn three(value: f64) -> String {
    number((value * 1000.0).round() / 1000.0)
}

fn frame<'a>(title: &'a str, labels: [&'a str; 2]) -> Frame<'a> {
    let axis = || Axis::exact(-0.02, 1.02);
    Frame { labels, ..Frame::new(title, SIZE, axis(), axis()) }
}

fn draw(
    title: &str,
    labels: [&str; 2],
    curves: &[(String, Curve)],
    diagonal: bool,
) -> Result<String> {
    let shown: Vec<Curve> = curves.iter().map(|(_, curve)| curve.clone()).collect();
    let (names, frame) = (curves.iter().map(|(label, _)| label.as_str()), frame(title, labels));
    let (corner, _) = legend_place(names, &shown, frame.y.clone(), false);
    frame.draw(|axes| {
        if diagonal {
            dashes(axes)?;
        }
        for (i, (label, curve)) in curves.iter().enumerate() {
            line(axes, curve, SERIES[i % SERIES.len()])?;
            key(axes, label, SERIES[i % SERIES.len()])?;
        }
        legend(axes, corner)?;
        Ok(String::new())
    })
}

/// The diagonal: a guess, or what comes true as often as it was said.
fn dashes(axes: &mut Axes<'_>) -> Result<()> {
    let ends = [(0.0, 0.0), (1.0, 1.0)];
    let dashes = DashedLineSeries::new(ends, px(6), px(5), stroke(GREY, 1));
    axes.draw_series(dashes).map(|_| ()).map_err(failed)
}

fn text(title: &str, curves: &[(String, Curve)]) -> String {
    let lines = curves.iter().map(|(label, curve)| format!("\n{label}, {} points", curve.len()));
    format!("{title}{}", lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(result: Result<Chart>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn a_perfect_model_has_area_one_in_either_order() {
        for (x, y) in [([0.0, 0.0, 1.0], [0.0, 1.0, 1.0]), ([1.0, 0.0, 0.0], [1.0, 1.0, 0.0])] {
            let chart = roc_curve("", &[("m", x, y)]).unwrap();
            assert!(chart.text().contains("area 1,"), "{chart}");
        }
    }

    #[test]
    fn precision_is_drawn_in_steps() {
        let curve = vec![(0.0, 1.0), (0.5, 0.8), (1.0, 0.4)];
        let steps = [(0.0, 1.0), (0.0, 0.8), (0.5, 0.8), (0.5, 0.4), (1.0, 0.4)];
        assert_eq!(stairs(&curve), steps);
    }

    #[test]
    fn a_bin_without_predictions_is_left_out_whatever_it_holds() {
        let chart = reliability_diagram("", &[0.5, f64::NAN], &[0.5, f64::NAN], &[3, 0]).unwrap();
        assert!(chart.text().ends_with("calibration error 0, 3 predictions in 1 bins"), "{chart}");
        assert_eq!(chart.svg().matches("<circle").count(), 1);
    }

    #[test]
    fn errors_name_both_sides() {
        assert_eq!(
            error(roc_curve("", &[("m", vec![0.0], vec![])])),
            "roc_curve: false positive rates of \"m\" has 1 values, true positive rates of \"m\" has 0"
        );
        assert_eq!(
            error(precision_recall_curve("", &[("m", [0.0, 1.0], [1.5, 1.0])])),
            "precision_recall_curve: precisions of \"m\" must lie between 0 and 1, got 1.5"
        );
        assert_eq!(error(roc_curve::<&[f64]>("", &[])), "roc_curve: the list of curves is empty");
        let empty = reliability_diagram("", &[0.5], &[0.5], &[0]);
        assert_eq!(error(empty), "reliability_diagram: counts is empty");
        let uneven = reliability_diagram("", &[0.5], &[0.5], &[1, 2]);
        assert_eq!(error(uneven), "reliability_diagram: confidences has 1 values, counts has 2");
    }
}
