//! What a model says about every place of the plane.

use crate::axes::{Axes, Frame, pixels, px};
use crate::contour::zero_lines;
use crate::palette::{INK, PURPLES, colour, hex};
use crate::points::Cloud;
use crate::raster::Raster;
use crate::read::{encloses, values};
use crate::{Chart, Error, Result};
use candle_core::{DType, Device, Tensor};
use std::fmt::Write as _;

/// Samples along each side.
const SIDE: usize = 150;
/// Columns and rows of the text twin.
const TEXT: (usize, usize) = (48, 16);

/// A map of the score `f` over a rectangle, with the line `f = 0` and labelled points.
///
/// The score is sampled on 150 × 150 places and clipped to the labels' range, `-m..m` with `m`
/// the largest absolute label: light is negative, dark is positive. Points of the lower class
/// are cyan squares, those of the upper class yellow circles. Where the score is NaN or infinite
/// the map is red.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candlelab_plot::decision_map;
/// let points = Tensor::new(&[[0f32, 0.], [1., 1.]], &Device::Cpu)?;
/// let labels = Tensor::new(&[-1f32, 1.], &Device::Cpu)?;
/// let chart = decision_map("x₁ + x₂ = 1", &points, &labels, [-1.0, 2.0, -1.0, 2.0], |p| {
///     p.sum(1)? - 1.0
/// })?;
/// assert!(chart.svg().contains("<path"));
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Shapes
/// - `points`: `(n, 2)`
/// - `labels`: `(n)` or `(n, 1)`
/// - `extent`: `[x0, x1, y0, y1]`, the rectangle
/// - `f`: takes `(m, 2)`, of the points' element type (f32 where that has whole numbers only) and
///   on their device; gives `(m)` or `(m, 1)`
///
/// # Errors
/// If the shapes do not fit, the extent encloses no area, or `f` fails.
pub fn decision_map(
    title: &str,
    points: &Tensor,
    labels: &Tensor,
    extent: [f64; 4],
    f: impl Fn(&Tensor) -> candle_core::Result<Tensor>,
) -> Result<Chart> {
    let chart = "decision_map";
    let cloud = Cloud::read(chart, points, labels)?;
    encloses(chart, extent)?;
    let dtype = if points.dtype().is_int() { DType::F32 } else { points.dtype() };
    let places = places(extent)?.to_dtype(dtype)?.to_device(points.device())?;
    let scores = f(&places)?;
    if !matches!(*scores.dims(), [n] | [n, 1] if n == SIDE * SIDE) {
        let expected = format!("({0}) or ({0}, 1), one score a place", SIDE * SIDE);
        return Err(Error::Shape {
            chart,
            what: "the result of f",
            expected,
            got: scores.dims().to_vec(),
        });
    }
    let scores = values(&scores)?;
    let largest = cloud.classes.iter().fold(0.0, |m: f64, class| m.max(class.abs()));
    let clip = if largest > 0.0 { largest } else { 1.0 };
    let svg = Frame::plane(title, extent).draw(|axes| {
        cloud.draw(axes)?;
        Ok(ground(axes, &scores, clip))
    })?;
    Ok(Chart::new(svg, format!("{title}\n{}{}", text_map(&scores), cloud.text())))
}

/// The sampled places `(SIDE², 2)`, row by row from the top, in the middle of their cells.
fn places([x0, x1, y0, y1]: [f64; 4]) -> candle_core::Result<Tensor> {
    let middle =
        |low: f64, high: f64, i: usize| low + (high - low) * (i as f64 + 0.5) / SIDE as f64;
    let place = |i: usize| [middle(x0, x1, i % SIDE), middle(y1, y0, i / SIDE)];
    let flat: Vec<f64> = (0..SIDE * SIDE).flat_map(place).collect();
    Tensor::from_vec(flat, (SIDE * SIDE, 2), &Device::Cpu)
}

/// The colour map and the contour, as SVG elements in pixels.
fn ground(axes: &Axes<'_>, scores: &[f64], clip: f64) -> String {
    let [left, top, width, height] = pixels(axes);
    let shades = scores.iter().map(|score| colour(PURPLES, 0.5 + 0.5 * score / clip)).collect();
    let map = Raster { width: SIDE, height: SIDE, pixels: shades };
    let mut svg = map.element(left, top, width, height, false);
    let mut path = String::new();
    for line in zero_lines(scores, SIDE) {
        for (i, (column, row)) in line.into_iter().enumerate() {
            let x = f64::from(left) + f64::from(width) * (column + 0.5) / SIDE as f64;
            let y = f64::from(top) + f64::from(height) * (row + 0.5) / SIDE as f64;
            let _ = write!(path, "{}{x:.0} {y:.0}", if i == 0 { 'M' } else { 'L' });
        }
    }
    if !path.is_empty() {
        let (ink, width) = (hex(INK), px(2));
        let _ = writeln!(
            svg,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"{width}\"/>"
        );
    }
    svg
}

/// The map in characters: `+` where the score is positive.
fn text_map(scores: &[f64]) -> String {
    let (columns, rows) = TEXT;
    let mut text = String::with_capacity((columns + 1) * rows);
    for row in 0..rows {
        for column in 0..columns {
            let (x, y) =
                ((2 * column + 1) * SIDE / (2 * columns), (2 * row + 1) * SIDE / (2 * rows));
            text.push(match scores[y * SIDE + x] {
                score if !score.is_finite() => '?',
                score if score > 0.0 => '+',
                _ => '.',
            });
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xor() -> (Tensor, Tensor) {
        let points =
            Tensor::new(&[[0f32, 0.], [0., 1.], [1., 0.], [1., 1.]], &Device::Cpu).unwrap();
        (points, Tensor::new(&[[-1f32], [1.], [1.], [-1.]], &Device::Cpu).unwrap())
    }

    fn draw(extent: [f64; 4], f: impl Fn(&Tensor) -> candle_core::Result<Tensor>) -> Result<Chart> {
        let (points, labels) = xor();
        decision_map("map", &points, &labels, extent, f)
    }

    const SQUARE: [f64; 4] = [-0.5, 1.5, -0.5, 1.5];

    #[test]
    fn the_top_of_the_map_is_the_top_of_the_plane() {
        let chart = draw(SQUARE, |p| p.narrow(1, 1, 1)? - 0.5).unwrap();
        let rows: Vec<&str> = chart.text().lines().collect();
        assert!(rows[1].starts_with("++++") && rows[16].starts_with("...."), "{chart}");
        let chart = draw(SQUARE, |p| p.narrow(1, 0, 1)? - 0.5).unwrap();
        assert!(chart.text().lines().nth(1).unwrap().ends_with("++++"), "{chart}");
    }

    #[test]
    fn the_picture_is_small_and_has_a_contour() {
        let chart = draw(SQUARE, |p| ((p * 9.0)?.sin()?.sum(1)? * 3.0)?.tanh()).unwrap();
        assert!(chart.svg().len() < 100_000, "{} bytes", chart.svg().len());
        assert!(chart.svg().contains("<path"));
    }

    #[test]
    fn a_score_that_never_changes_sign_or_is_nan_is_drawn() {
        assert!(!draw(SQUARE, |p| p.sqr()?.sum(1)? + 1.0).unwrap().svg().contains("<path"));
        assert!(draw(SQUARE, |p| p.sum(1)? * f64::NAN).unwrap().text().contains("????"));
    }

    #[test]
    fn errors_name_both_sides() {
        let error = draw(SQUARE, |p| Ok(p.clone())).unwrap_err().to_string();
        assert!(
            error.contains("(22500) or (22500, 1)") && error.ends_with("got [22500, 2]"),
            "{error}"
        );
        let flat = draw([0.0, 0.0, 0.0, 1.0], |p| p.sum(1)).unwrap_err().to_string();
        assert!(flat.ends_with("got [0.0, 0.0, 0.0, 1.0]"), "{flat}");
        assert!(draw([0.0, f64::NAN, 0.0, 1.0], |p| p.sum(1)).is_err());
        let model = draw(SQUARE, |p| p.matmul(p)).unwrap_err().to_string();
        assert!(model.contains("matmul"), "{model}");
    }

    #[test]
    fn the_model_gets_the_element_type_of_the_points_or_f32() {
        let (points, labels) = xor();
        for (dtype, expected) in [(DType::F64, DType::F64), (DType::U8, DType::F32)] {
            let points = points.to_dtype(dtype).unwrap();
            let chart = decision_map("", &points, &labels, SQUARE, |p| {
                assert_eq!(p.dtype(), expected);
                p.sum(1)
            });
            assert!(chart.is_ok());
        }
    }

    #[test]
    fn points_outside_the_extent_are_not_drawn() {
        let all = draw(SQUARE, |p| p.sum(1)).unwrap().svg().matches("<circle").count();
        let some = draw([-0.5, 0.5, -0.5, 1.5], |p| p.sum(1)).unwrap();
        assert_eq!((all, some.svg().matches("<circle").count()), (4, 2)); // two a point
    }
}
