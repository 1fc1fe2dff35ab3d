//! Lines within axes, and the legend that names them.

use crate::Result;
use crate::axes::{Axes, failed, font, printable, px, stroke};
use crate::axis::Axis;
use crate::elements::text_width;
use crate::palette::{INK, Rgb, rgb};
use plotters::prelude::*;

/// More points than this are drawn as the lowest and highest of each stretch.
const MOST_POINTS: usize = 600;

/// Points in the order in which a line joins them.
pub(crate) type Curve = Vec<(f64, f64)>;

/// Draws a curve; one point alone is a dot.
pub(crate) fn line(axes: &mut Axes<'_>, curve: &Curve, colour: Rgb) -> Result<()> {
    if curve.len() == 1 {
        let dot = Circle::new(curve[0], px(3), rgb(colour).filled());
        return axes.draw_series([dot]).map(|_| ()).map_err(failed);
    }
    let line = LineSeries::new(thinned(curve), stroke(colour, 2));
    axes.draw_series(line).map(|_| ()).map_err(failed)
}

/// Enters a label into the legend; an empty one has no place there.
pub(crate) fn key(axes: &mut Axes<'_>, label: &str, colour: Rgb) -> Result<()> {
    if label.is_empty() {
        return Ok(());
    }
    let sample = move |(x, y)| PathElement::new([(x, y), (x + px(18), y)], stroke(colour, 2));
    let nothing = LineSeries::new([], stroke(colour, 2));
    axes.draw_series(nothing).map_err(failed)?.label(printable(label)).legend(sample);
    Ok(())
}

/// Draws the legend into a corner.
pub(crate) fn legend(axes: &mut Axes<'_>, corner: SeriesLabelPosition) -> Result<()> {
    let mut labels = axes.configure_series_labels();
    labels.background_style(WHITE.mix(0.85)).border_style(TRANSPARENT);
    labels.label_font(font(INK, 15)).legend_area_size(px(26)).margin(px(8));
    labels.position(corner).draw().map_err(failed)
}

/// A curve in shares of the axes, of many points some.
pub(crate) fn shares(curve: &Curve, x: &Axis, y: &Axis) -> Curve {
    thinned(curve).into_iter().map(|point| (x.share(point.0), y.share(point.1))).collect()
}

/// Where the legend of some curves stands, which are in shares of the axes, and the y axis: where
/// every corner is taken and the axis may grow, it grows upwards by as much as the legend needs.
pub(crate) fn legend_place<'a>(
    labels: impl Iterator<Item = &'a str>,
    curves: &[Curve],
    y: Axis,
    grows: bool,
) -> (SeriesLabelPosition, Axis) {
    let (wide, high) = legend_size(labels);
    let (corner, taken) = emptiest_corner(curves, wide, high);
    if taken == 0.0 || !grows {
        return (corner, y);
    }
    (SeriesLabelPosition::UpperRight, y.grown(1.0 / (1.0 - high)))
}

/// About what share of the axes a legend takes, across and up.
fn legend_size<'a>(labels: impl Iterator<Item = &'a str>) -> (f64, f64) {
    let (mut widest, mut rows) = (0.0f64, 0.0f64);
    for label in labels.filter(|label| !label.is_empty()) {
        widest = widest.max(text_width(label, 15.0));
        rows += 1.0;
    }
    (((42.0 + widest) / 520.0).min(1.0), ((16.0 + 20.0 * rows) / 260.0).min(0.6))
}

/// The corner through which the shortest part of the curves runs, and how long that is; the upper
/// right one if it is as good as any.
fn emptiest_corner(curves: &[Curve], wide: f64, high: f64) -> (SeriesLabelPosition, f64) {
    use SeriesLabelPosition::{LowerLeft, LowerRight, UpperLeft, UpperRight};
    let corners = [
        (UpperRight, true, true),
        (UpperLeft, false, true),
        (LowerLeft, false, false),
        (LowerRight, true, false),
    ];
    let mut taken = [0.0; 4];
    for pair in curves.iter().flat_map(|curve| curve.windows(2)) {
        let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
        for part in 0..10 {
            let t = f64::from(part) / 10.0;
            let (x, y) = (pair[0].0 + t * dx, pair[0].1 + t * dy);
            for (taken, &(_, right, upper)) in taken.iter_mut().zip(&corners) {
                let across = if right { x } else { 1.0 - x };
                let up = if upper { y } else { 1.0 - y };
                if across > 1.0 - wide && up > 1.0 - high {
                    *taken += dx.hypot(dy);
                }
            }
        }
    }
    let best = corners.into_iter().zip(taken).min_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or((UpperRight, 0.0), |((corner, ..), taken)| (corner, taken))
}

/// The parts of a curve within the axes, cut where it crosses their ends.
pub(crate) fn within(curve: &Curve, x: &Axis, y: &Axis) -> Vec<Curve> {
    if curve.iter().all(|point| x.contains(point.0) && y.contains(point.1)) {
        return vec![curve.clone()];
    }
    let mut parts: Vec<Curve> = Vec::new();
    let mut end = None;
    for pair in curve.windows(2) {
        let [a, b] = [pair[0], pair[1]].map(|point| (x.share(point.0), y.share(point.1)));
        let Some((from, to)) = inside(a, b) else { continue };
        let at = |t: f64| (x.value(a.0 + t * (b.0 - a.0)), y.value(a.1 + t * (b.1 - a.1)));
        let (first, last) =
            (if from > 0.0 { at(from) } else { pair[0] }, if to < 1.0 { at(to) } else { pair[1] });
        match parts.last_mut() {
            Some(part) if end == Some(first) => part.push(last),
            _ => parts.push(vec![first, last]),
        }
        end = Some(last);
    }
    parts
}

/// Between which shares of its length a segment lies in the unit square (Liang and Barsky 1984).
fn inside(a: (f64, f64), b: (f64, f64)) -> Option<(f64, f64)> {
    let (mut from, mut to) = (0.0f64, 1.0f64);
    for (start, change) in [(a.0, b.0 - a.0), (a.1, b.1 - a.1)] {
        if change == 0.0 {
            if !(0.0..=1.0).contains(&start) {
                return None;
            }
            continue;
        }
        let (enter, leave) = (-start / change, (1.0 - start) / change);
        from = from.max(enter.min(leave));
        to = to.min(enter.max(leave));
    }
    (from < to).then_some((from, to))
}

/// At most about [`MOST_POINTS`] of a curve's points, its peaks among them.
pub(crate) fn thinned(curve: &Curve) -> Curve {
    if curve.len() <= MOST_POINTS {
        return curve.clone();
    }
    let stretch = curve.len().div_ceil(MOST_POINTS / 2);
    curve.chunks(stretch).flat_map(lowest_and_highest).collect()
}

fn lowest_and_highest(points: &[(f64, f64)]) -> Curve {
    let order = |a: &usize, b: &usize| points[*a].1.total_cmp(&points[*b].1);
    let (low, high) = ((0..points.len()).min_by(order), (0..points.len()).max_by(order));
    let mut kept: Vec<usize> = low.into_iter().chain(high).collect();
    kept.sort_unstable();
    kept.dedup();
    kept.into_iter().map(|i| points[i]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_curve_stays_small_and_keeps_its_peak() {
        let xs: Vec<f64> = (0..100_000).map(f64::from).collect();
        let mut ys: Vec<f64> = xs.iter().map(|x| x.sin()).collect();
        ys[77_777] = 50.0;
        let curve: Curve = xs.iter().copied().zip(ys.iter().copied()).collect();
        assert!(thinned(&curve).contains(&(77_777.0, 50.0)));
        assert!(thinned(&curve).len() <= MOST_POINTS);
    }

    #[test]
    fn a_curve_is_cut_where_it_leaves_a_fixed_range() {
        let (x, y) = (Axis::exact(0.0, 4.0), Axis::exact(0.0, 1.0));
        let curve = vec![(0.0, 0.0), (2.0, 2.0), (4.0, 0.0)];
        let parts = within(&curve, &x, &y);
        assert_eq!(parts, [vec![(0.0, 0.0), (1.0, 1.0)], vec![(3.0, 1.0), (4.0, 0.0)]]);
        assert!(within(&vec![(0.0, 5.0), (4.0, 5.0)], &x, &y).is_empty());
    }

    #[test]
    fn the_legend_keeps_out_of_the_way() {
        let place = |curve: &[(f64, f64)]| {
            let labels = ["one", "two"].into_iter();
            legend_place(labels, &[curve.to_vec()], Axis::exact(0.0, 1.0), true)
        };
        let (corner, y) = place(&[(0.0, 1.0), (1.0, 0.0)]);
        assert!(matches!(corner, SeriesLabelPosition::UpperRight) && y.contains(1.0));
        let (corner, y) = place(&[(0.0, 0.0), (1.0, 1.0)]);
        assert!(matches!(corner, SeriesLabelPosition::UpperLeft) && !y.contains(1.1));
    }

    #[test]
    fn where_every_corner_is_taken_the_legend_gets_room() {
        let cross = [vec![(0.0, 0.0), (1.0, 1.0)], vec![(0.0, 1.0), (1.0, 0.0)]];
        let place = |grows| {
            legend_place(["one", "two"].into_iter(), &cross, Axis::exact(0.0, 1.0), grows).1
        };
        // Two rows and their margins are 56 of 260 pixels.
        assert!((place(true).share(1.0) - (1.0 - 56.0 / 260.0)).abs() < 1e-9);
        assert_eq!(place(false), Axis::exact(0.0, 1.0));
    }
}
