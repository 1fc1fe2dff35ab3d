//! Curves over a number.

use crate::axes::{Frame, failed, px, stroke};
use crate::axis::Axis;
use crate::palette::{INK, SERIES, rgb};
use crate::read::same_length;
use crate::sparkline::sparkline;
use crate::strokes::{Curve, key, legend, legend_place, line, shares, thinned, within};
use crate::{Chart, Error, LineOptions, Result, Scale};
use plotters::prelude::*;

pub(crate) const SIZE: (u32, u32) = (600, 340);

/// One curve through the points `(xs[i], ys[i])`.
///
/// Points with a NaN or an infinity are left out, as they occur in a loss that diverges.
///
/// ```
/// use candlelab_plot::line_chart;
/// let loss = [2.3, 0.9, f64::NAN, 0.4];
/// assert!(line_chart("loss", &[0.0, 1.0, 2.0, 3.0], &loss).is_ok());
/// let error = line_chart("loss", &[0.0, 1.0], &loss).unwrap_err();
/// assert_eq!(error.to_string(), "line_chart: xs has 2 values, ys has 4");
/// ```
///
/// # Errors
/// If `xs` and `ys` differ in length, are empty, or contain no finite point.
pub fn line_chart(title: &str, xs: &[f64], ys: &[f64]) -> Result<Chart> {
    let curve = finite_points("line_chart", ("xs", xs), ("ys", ys))?;
    let text = format!("{title}\n{}", sparkline(ys));
    let svg = frame(title, &curve, &[])?.draw(|axes| {
        line(axes, &curve, SERIES[0])?;
        Ok(String::new())
    })?;
    Ok(Chart::new(svg, text))
}

/// Several curves with a legend, each given as `(label, xs, ys)`; an empty label is left out of it.
///
/// ```
/// use candlelab_plot::lines;
/// let xs = vec![1.0, 2.0, 3.0];
/// let train = ("train", xs.clone(), vec![0.9, 0.4, 0.1]);
/// let test = ("test", xs, vec![0.9, 0.5, 0.3]);
/// assert!(lines("loss", &[train, test])?.text().contains("test"));
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Errors
/// If there is no curve, or one of them has different lengths or no finite point; the message
/// names its label.
pub fn lines<V: AsRef<[f64]>>(title: &str, curves: &[(&str, V, V)]) -> Result<Chart> {
    lines_with(title, curves, &LineOptions::default())
}

/// As [`lines`], with log axes, names for the axes or fixed ranges.
///
/// On a log axis points of 0 and below are left out; the parts of a curve outside a fixed range
/// are cut off.
///
/// ```
/// use candlelab_plot::{LineOptions, Scale, lines_with};
/// let options = LineOptions { y_scale: Scale::Log, ..LineOptions::default() };
/// let loss = ("loss", vec![1.0, 2.0, 3.0], vec![1.0, 1e-3, 1e-6]); // a straight line
/// assert!(lines_with("training", &[loss], &options)?.svg().contains("0.001"));
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Errors
/// As for [`lines`]; and if a range holds nothing, or a log axis has no positive value.
pub fn lines_with<V: AsRef<[f64]>>(
    title: &str,
    curves: &[(&str, V, V)],
    options: &LineOptions,
) -> Result<Chart> {
    let chart = "lines";
    if curves.is_empty() {
        return Err(Error::Empty { chart, what: "the list of curves".to_owned() });
    }
    let mut text = title.to_owned();
    let mut drawn = Vec::with_capacity(curves.len());
    for (label, xs, ys) in curves {
        let (xs, ys) = (xs.as_ref(), ys.as_ref());
        let (of_x, of_y) = (format!("xs of {label:?}"), format!("ys of {label:?}"));
        drawn.push((*label, points(chart, (&of_x, xs), (&of_y, ys), options)?));
        text.push_str(&format!("\n{label}: {}", sparkline(ys)));
    }
    let (x, y) = options.axes(chart, drawn.iter().flat_map(|(_, curve)| curve).copied())?;
    let shown: Vec<Curve> = drawn.iter().map(|(_, curve)| shares(curve, &x, &y)).collect();
    let names = drawn.iter().map(|(label, _)| *label);
    let (corner, y) = legend_place(names, &shown, y, options.y_range.is_none());
    let labels = [options.x_label.as_str(), options.y_label.as_str()];
    let svg = Frame { labels, ..Frame::new(title, SIZE, x.clone(), y.clone()) }.draw(|axes| {
        for (i, (label, curve)) in drawn.iter().enumerate() {
            let colour = SERIES[i % SERIES.len()];
            for part in within(curve, &x, &y) {
                line(axes, &part, colour)?;
            }
            key(axes, label, colour)?;
        }
        legend(axes, corner)?;
        Ok(String::new())
    })?;
    Ok(Chart::new(svg, text))
}

/// A function's curve `(xs, ys)` and a walk along it, with its start, its steps and its end.
///
/// The walk visits `path[i]`, where the function's value is `values[i]`. The picture shows the
/// part of the walk that lies within the curve's range of `x`.
///
/// ```
/// use candlelab_plot::descent;
/// let (xs, ys) = ([-1.0, 0.0, 1.0], [1.0, 0.0, 1.0]);
/// let chart = descent("w²", &xs, &ys, &[1.0, 0.5, 0.25], &[1.0, 0.25, 0.0625])?;
/// assert!(chart.text().contains("3 points, from 1 to 0.25"));
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Errors
/// If the lengths of a pair differ, or the curve or the walk has no finite point.
pub fn descent(title: &str, xs: &[f64], ys: &[f64], path: &[f64], values: &[f64]) -> Result<Chart> {
    let curve = finite_points("descent", ("xs", xs), ("ys", ys))?;
    let walk = finite_points("descent", ("path", path), ("values", values))?;
    let (first, last) = (walk[0], walk[walk.len() - 1]);
    let ends = [first.0, last.0].map(crate::axis::number);
    let text = format!(
        "{title}\n{} points, from {} to {}\n{}",
        walk.len(),
        ends[0],
        ends[1],
        sparkline(values)
    );
    let x = Axis::around(curve.iter().map(|point| point.0), Scale::Linear).ok_or_else(nothing)?;
    let seen: Curve = walk.iter().copied().filter(|point| x.contains(point.0)).collect();
    let svg = frame(title, &curve, &seen)?.draw(|axes| {
        line(axes, &curve, SERIES[0])?;
        line(axes, &seen, SERIES[3])?;
        let dots = thinned(&seen)
            .into_iter()
            .map(|point| Circle::new(point, px(2), rgb(SERIES[3]).filled()));
        axes.draw_series(dots).map_err(failed)?;
        let marks = [(first, px(6), rgb(INK).filled()), (last, px(7), stroke(INK, 2))];
        let marks = marks.into_iter().filter(|(point, ..)| x.contains(point.0));
        axes.draw_series(marks.map(|(point, size, style)| Circle::new(point, size, style)))
            .map_err(failed)?;
        Ok(String::new())
    })?;
    Ok(Chart::new(svg, text))
}

fn finite_points(chart: &'static str, xs: (&str, &[f64]), ys: (&str, &[f64])) -> Result<Curve> {
    points(chart, xs, ys, &LineOptions::default())
}

/// The points that have a place on the axes of `options`, at least one.
pub(crate) fn points(
    chart: &'static str,
    xs: (&str, &[f64]),
    ys: (&str, &[f64]),
    options: &LineOptions,
) -> Result<Curve> {
    same_length(chart, (xs.0, xs.1.len()), (ys.0, ys.1.len()))?;
    let total = xs.1.len();
    if total == 0 {
        return Err(Error::Empty { chart, what: xs.0.to_owned() });
    }
    let points = xs.1.iter().copied().zip(ys.1.iter().copied());
    let finite: Curve = points.filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
    if finite.is_empty() {
        return Err(Error::NotFinite { chart, what: ys.0.to_owned(), bad: total, total });
    }
    let shown: Curve = finite.into_iter().filter(|point| options.can_show(*point)).collect();
    if shown.is_empty() {
        return Err(Error::NotPositive { chart, left: xs.0.to_owned(), right: ys.0.to_owned() });
    }
    Ok(shown)
}

/// A frame around a curve, high enough for `more` as well.
fn frame<'a>(title: &'a str, curve: &Curve, more: &[(f64, f64)]) -> Result<Frame<'a>> {
    let xs = curve.iter().map(|point| point.0);
    let ys = curve.iter().chain(more).map(|point| point.1);
    let x = Axis::around(xs, Scale::Linear).ok_or_else(nothing)?;
    let y = Axis::around(ys, Scale::Linear).ok_or_else(nothing)?;
    Ok(Frame::new(title, SIZE, x, y))
}

fn nothing() -> Error {
    failed("no finite point")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_one_polyline_without_its_nan() {
        let svg = |ys: &[f64], xs: &[f64]| line_chart("", xs, ys).unwrap().svg().to_owned();
        let gap = svg(&[2.0, f64::NAN, 1.0], &[0.0, 1.0, 2.0]);
        assert_eq!(gap.matches("stroke-width=\"8\"").count(), 1, "{gap}");
        assert!(gap.contains("<polyline"));
        assert_eq!(gap, svg(&[2.0, 1.0], &[0.0, 2.0]));
    }

    #[test]
    fn a_known_point_lies_at_its_pixel_on_either_scale() {
        let place = |scale| {
            let options = LineOptions {
                y_scale: scale,
                x_range: Some((0.0, 2.0)),
                y_range: Some((0.01, 100.0)),
                ..LineOptions::default()
            };
            let curve = [("one point", [1.0], [1.0])];
            let svg = lines_with("", &curve, &options).unwrap().svg().to_owned();
            let circle = &svg[svg.find("<circle").unwrap()..];
            let number = |name: &str| {
                let rest = circle.split_once(&format!("{name}=\"")).unwrap().1;
                (rest.split('"').next().unwrap().parse::<f64>().unwrap() / 4.0).round()
            };
            (number("cx"), number("cy"))
        };
        // Without a title the drawing reaches from (66, 12) to (588, 302) pixels.
        assert_eq!(place(Scale::Log), (327.0, 157.0));
        assert_eq!(place(Scale::Linear), (327.0, 299.0));
    }

    #[test]
    fn odd_curves_are_drawn() {
        let cases: [&[f64]; 6] =
            [&[1.0], &[0.0, 0.0], &[1e-18, 3e-19], &[-1e308, 1e308], &[1e9, 1e9], &[5e-324, 0.0]];
        for ys in cases {
            let xs: Vec<f64> = (0..ys.len()).map(|x| x as f64).collect();
            let chart = line_chart("odd", &xs, ys).unwrap();
            assert!(chart.svg().contains("odd") && !chart.svg().contains("NaN"), "{ys:?}");
        }
    }

    #[test]
    fn a_title_cannot_break_the_picture() {
        let chart = line_chart("a < b & \"c\"\n\u{1}", &[0.0, 1.0], &[0.0, 1.0]).unwrap();
        assert!(chart.svg().contains("a &lt; b &amp;"));
        assert!(!chart.svg().contains('\u{1}'));
    }

    #[test]
    fn errors_name_both_sides() {
        let error = |result: Result<Chart>| result.unwrap_err().to_string();
        assert_eq!(error(line_chart("", &[], &[])), "line_chart: xs is empty");
        let diverged = line_chart("", &[0.0, 1.0], &[f64::NAN, f64::INFINITY]);
        assert_eq!(error(diverged), "line_chart: 2 of 2 values of ys are NaN or infinite");
        assert_eq!(error(lines::<&[f64]>("", &[])), "lines: the list of curves is empty");
        let uneven = lines("", &[("test", vec![0.0], vec![])]);
        assert_eq!(error(uneven), "lines: xs of \"test\" has 1 values, ys of \"test\" has 0");
        let options = LineOptions { y_scale: Scale::Log, ..LineOptions::default() };
        let negative = lines_with("", &[("a", [1.0], [-1.0])], &options);
        let log =
            "lines: no point of xs of \"a\" and ys of \"a\" is above 0, which a log axis needs";
        assert_eq!(error(negative), log);
        let walk = descent("", &[0.0], &[0.0], &[1.0], &[]);
        assert_eq!(error(walk), "descent: path has 1 values, values has 0");
    }

    #[test]
    fn a_walk_may_leave_the_picture() {
        let chart =
            descent("runs away", &[-1.0, 1.0], &[1.0, 1.0], &[1.0, -1e9], &[1.0, 1e18]).unwrap();
        assert!(chart.text().contains("from 1 to -1e9"));
    }
}
