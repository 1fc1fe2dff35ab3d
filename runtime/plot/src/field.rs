//! Vector fields: arrows and streamlines.

use crate::axes::{Axes, Frame, pixels, place, px};
use crate::axis::number;
use crate::elements::{Place, disc, head, polyline};
use crate::palette::{BLUES, INK, SERIES, colour};
use crate::read::{all_finite, encloses, points, values};
use crate::streams::{Grid, streamlines};
use crate::{Chart, Error, Result};
use candle_core::{Device, Tensor};

/// Arrows along each side.
const ARROWS: usize = 16;
/// Samples along each side for streamlines.
const SAMPLES: usize = 41;

/// A vector field as arrows, whose length and darkness show the speed, with paths over it.
///
/// ```
/// use candle_core::{Device, Tensor};
/// // A circle's velocity (−y, x), and a quarter of a turn.
/// let turn = |p: &Tensor| Tensor::cat(&[p.narrow(1, 1, 1)?.neg()?, p.narrow(1, 0, 1)?], 1);
/// let path = Tensor::new(&[[1f32, 0.0], [0.7, 0.7], [0.0, 1.0]], &Device::Cpu)?;
/// let chart = candlelab_plot::quiver("turning", [-2.0, 2.0, -2.0, 2.0], turn, &[&path])?;
/// assert_eq!(chart.text(), "turning\n256 arrows, speed 0.17678 to 2.6517, and 1 paths");
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Shapes
/// - `extent`: `[x0, x1, y0, y1]`, the rectangle
/// - `f`: takes places `(m, 2)`, f32; gives velocities `(m, 2)`
/// - `paths`: `(n, 2)` each
///
/// # Errors
/// If the extent encloses no area, `f` fails, gives another shape or nothing finite, or a path is
/// no list of finite points.
pub fn quiver(
    title: &str,
    extent: [f64; 4],
    f: impl Fn(&Tensor) -> candle_core::Result<Tensor>,
    paths: &[&Tensor],
) -> Result<Chart> {
    let places = middles(extent, ARROWS);
    let field = sampled("quiver", extent, &places, f)?;
    let fastest = field.speeds().fold(0.0, f64::max);
    let slowest = field.speeds().fold(f64::INFINITY, f64::min);
    let paths = read_paths("quiver", paths)?;
    let svg = Frame::plane(title, extent).draw(|axes| {
        let [_, _, width, _] = pixels(axes).map(f64::from);
        let cell = width / ARROWS as f64;
        let mut svg = String::new();
        for (&at, &(u, v)) in places.iter().zip(&field.velocities) {
            let share = if fastest > 0.0 { u.hypot(v) / fastest } else { 0.0 };
            if !share.is_finite() || share < 1e-3 {
                continue;
            }
            let middle = place(axes, extent, at);
            let ahead = place(axes, extent, (at.0 + u, at.1 + v));
            svg += &arrow(middle, ahead, cell * (0.35 + 0.75 * share), share);
        }
        Ok(svg + &path_elements(axes, extent, &paths))
    })?;
    let text = format!(
        "{title}\n{} arrows, speed {} to {}{}",
        ARROWS * ARROWS,
        number(slowest),
        number(fastest),
        counted(paths.len())
    );
    Ok(Chart::new(svg, text))
}

/// A vector field as streamlines, the ways that points take, with paths over it.
///
/// ```
/// use candle_core::Tensor;
/// let still = |p: &Tensor| p.affine(-1.0, 0.0); // everything runs to the middle
/// let chart = candlelab_plot::stream_plot("sink", [-1.0, 1.0, -1.0, 1.0], still, &[])?;
/// assert!(chart.text().starts_with("sink\n") && chart.text().contains("streamlines"));
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Shapes
/// As for [`quiver`].
///
/// # Errors
/// As for [`quiver`].
pub fn stream_plot(
    title: &str,
    extent: [f64; 4],
    f: impl Fn(&Tensor) -> candle_core::Result<Tensor>,
    paths: &[&Tensor],
) -> Result<Chart> {
    let [x0, x1, y0, y1] = extent;
    let field = sampled("stream_plot", extent, &corners(extent, SAMPLES), f)?;
    let paths = read_paths("stream_plot", paths)?;
    let fastest = field.speeds().fold(0.0, f64::max);
    let unit = field.velocities.iter().map(|(u, v)| (u / (x1 - x0), v / (y1 - y0))).collect();
    let lines = streamlines(&Grid { side: SAMPLES, velocities: unit });
    let svg = Frame::plane(title, extent).draw(|axes| {
        let mut svg = String::new();
        for line in &lines {
            let at = |&(x, y): &(f64, f64)| {
                place(axes, extent, (x0 + x * (x1 - x0), y0 + y * (y1 - y0)))
            };
            let line: Vec<Place> = line.iter().map(at).collect();
            let middle = line.len() / 2;
            svg += &polyline(&line, SERIES[0], f64::from(px(1)) * 1.2);
            svg += &head(line[middle - 1], line[middle], f64::from(px(8)), SERIES[0]);
        }
        Ok(svg + &path_elements(axes, extent, &paths))
    })?;
    let count = lines.len();
    let text = format!(
        "{title}\n{count} streamlines, speed up to {}{}",
        number(fastest),
        counted(paths.len())
    );
    Ok(Chart::new(svg, text))
}

/// The velocities at some places.
struct Field {
    velocities: Vec<(f64, f64)>,
}

impl Field {
    fn speeds(&self) -> impl Iterator<Item = f64> {
        self.velocities.iter().map(|(u, v)| u.hypot(*v)).filter(|speed| speed.is_finite())
    }
}

fn sampled(
    chart: &'static str,
    extent: [f64; 4],
    places: &[(f64, f64)],
    f: impl Fn(&Tensor) -> candle_core::Result<Tensor>,
) -> Result<Field> {
    encloses(chart, extent)?;
    let flat: Vec<f32> = places.iter().flat_map(|(x, y)| [*x as f32, *y as f32]).collect();
    let got = f(&Tensor::from_vec(flat, (places.len(), 2), &Device::Cpu)?)?;
    if got.dims() != [places.len(), 2] {
        let expected = format!("({}, 2), one velocity a place", places.len());
        let got = got.dims().to_vec();
        return Err(Error::Shape { chart, what: "the result of f", expected, got });
    }
    let numbers = values(&got)?;
    if !numbers.iter().any(|value| value.is_finite()) {
        all_finite(chart, "the result of f", &numbers)?;
    }
    Ok(Field { velocities: numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect() })
}

/// The middles of `n` × `n` cells.
fn middles([x0, x1, y0, y1]: [f64; 4], n: usize) -> Vec<(f64, f64)> {
    let at = |low: f64, high: f64, i: usize| low + (high - low) * (i as f64 + 0.5) / n as f64;
    (0..n * n).map(|i| (at(x0, x1, i % n), at(y0, y1, i / n))).collect()
}

/// The corners of `n − 1` × `n − 1` cells, row by row from the bottom.
fn corners([x0, x1, y0, y1]: [f64; 4], n: usize) -> Vec<(f64, f64)> {
    let at = |low: f64, high: f64, i: usize| low + (high - low) * i as f64 / (n - 1) as f64;
    (0..n * n).map(|i| (at(x0, x1, i % n), at(y0, y1, i / n))).collect()
}

/// An arrow of a length in fine pixels, around its middle.
fn arrow(middle: Place, ahead: Place, length: f64, share: f64) -> String {
    let (x, y) = (ahead.0 - middle.0, ahead.1 - middle.1);
    let scale = 0.5 * length / x.hypot(y);
    let (tail, tip) = (
        (middle.0 - scale * x, middle.1 - scale * y),
        (middle.0 + scale * x, middle.1 + scale * y),
    );
    let shade = colour(BLUES, 0.35 + 0.65 * share);
    let point = 0.4 * length;
    let neck = (tip.0 - (tip.0 - tail.0) * 0.3, tip.1 - (tip.1 - tail.1) * 0.3);
    polyline(&[tail, neck], shade, f64::from(px(1)) * 1.4) + &head(tail, tip, point, shade)
}

type Path = Vec<(f64, f64)>;

fn read_paths(chart: &'static str, paths: &[&Tensor]) -> Result<Vec<Path>> {
    paths.iter().map(|path| points(chart, path)).collect()
}

/// Each path with a dot at its start, as far as it lies within the axes.
fn path_elements(axes: &Axes<'_>, extent: [f64; 4], paths: &[Path]) -> String {
    let [x0, x1, y0, y1] = extent;
    let (x, y) = (crate::axis::Axis::exact(x0, x1), crate::axis::Axis::exact(y0, y1));
    let mut svg = String::new();
    for (i, path) in paths.iter().enumerate() {
        let colour = SERIES[1 + i % (SERIES.len() - 1)];
        for part in crate::strokes::within(path, &x, &y) {
            let part: Vec<Place> = crate::strokes::thinned(&part)
                .into_iter()
                .map(|p| place(axes, extent, p))
                .collect();
            svg += &polyline(&part, colour, f64::from(px(3)));
        }
        if x.contains(path[0].0) && y.contains(path[0].1) {
            svg += &disc(place(axes, extent, path[0]), f64::from(px(5)), colour, INK);
        }
    }
    svg
}

fn counted(paths: usize) -> String {
    if paths == 0 { String::new() } else { format!(", and {paths} paths") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [f64; 4] = [-1.0, 1.0, -1.0, 1.0];

    fn turn(p: &Tensor) -> candle_core::Result<Tensor> {
        Tensor::cat(&[p.narrow(1, 1, 1)?.neg()?, p.narrow(1, 0, 1)?], 1)
    }

    #[test]
    fn an_arrow_lies_around_its_place_and_points_along_its_velocity() {
        let up = arrow((100.0, 100.0), (100.0, 40.0), 50.0, 1.0);
        assert!(up.contains("M100.0 125.0L100.0 90.0"), "{up}"); // the shaft, without the head
        assert!(up.contains("M100.0 75.0L"), "{up}"); // the tip
    }

    #[test]
    fn every_arrow_is_drawn_but_those_that_stand_or_are_not_finite() {
        let heads = |f: &dyn Fn(&Tensor) -> candle_core::Result<Tensor>| {
            quiver("", SQUARE, f, &[]).unwrap().svg().matches("Z\"").count()
        };
        assert_eq!(heads(&|p| p.ones_like()), ARROWS * ARROWS);
        let roots = |p: &Tensor| p.narrow(1, 0, 1)?.sqrt()?.broadcast_as((p.dim(0)?, 2));
        assert_eq!(heads(&roots), ARROWS * ARROWS / 2);
        assert_eq!(heads(&|p| p.zeros_like()), 0);
    }

    #[test]
    fn errors_name_both_sides() {
        let error = |result: Result<Chart>| result.unwrap_err().to_string();
        let wrong = error(quiver("", SQUARE, |p| p.sum(1), &[]));
        assert_eq!(
            wrong,
            "quiver: the result of f must have shape (256, 2), one velocity a place, got [256]"
        );
        let nan = error(stream_plot("", SQUARE, |p| p * f64::NAN, &[]));
        assert_eq!(nan, "stream_plot: 3362 of 3362 values of the result of f are NaN or infinite");
        assert!(error(quiver("", [1.0, 0.0, 0.0, 1.0], turn, &[])).contains("x0 < x1"));
        let path = Tensor::new(&[1f32, 2.0], &Device::Cpu).unwrap();
        let text = error(stream_plot("", SQUARE, turn, &[&path]));
        assert_eq!(text, "stream_plot: points must have shape (n, 2), got [2]");
    }

    #[test]
    fn pictures_stay_small() {
        for chart in [quiver("", SQUARE, turn, &[]), stream_plot("", SQUARE, turn, &[])] {
            let bytes = chart.unwrap().svg().len();
            assert!(bytes < 130_000, "{bytes} bytes");
        }
    }
}
