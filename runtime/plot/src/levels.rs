//! Functions of two numbers as maps with contours.

use crate::axes::{Axes, Frame, pixels, place, px};
use crate::axis::{Axis, finite_range, number};
use crate::bar::{ROOM, colour_bar};
use crate::contour::zero_lines;
use crate::elements::{Anchor, Place, disc, label, polyline};
use crate::palette::{BLUES, GREY, INK, SERIES, WHITE, colour};
use crate::raster::Raster;
use crate::read::{all_finite, encloses, shape, values};
use crate::strokes::{thinned, within};
use crate::{Chart, Error, Result};
use candle_core::Tensor;

/// Samples along each side.
const SIDE: usize = 101;

/// A map of `f(x, y)` with contours at round numbers, and a walk over it, such as a descent.
///
/// Dark is large; where `f` is NaN or infinite the map is red. Draw the logarithm of a function
/// that grows very fast. The walk may be empty; it begins at the dot and ends at the ring.
///
/// ```
/// use candlelab_plot::contour;
/// let extent = [-1.0, 1.0, -2.0, 2.0]; // x from -1 to 1, y from -2 to 2
/// let walk = [(1.0, 1.0), (0.5, 0.1)];
/// let chart = contour("bowl", extent, |x, y| x * x + 3.0 * y * y, &walk)?;
/// assert_eq!(chart.text(), "bowl\nfrom 0 at (0, 0) to 13\n2 steps from (1, 1) to (0.5, 0.1)");
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Errors
/// If the extent `[x0, x1, y0, y1]` encloses no area, or `f` is finite nowhere.
pub fn contour(
    title: &str,
    extent: [f64; 4],
    f: impl Fn(f64, f64) -> f64,
    walk: &[(f64, f64)],
) -> Result<Chart> {
    encloses("contour", extent)?;
    let samples = Samples::of(extent, SIDE, f);
    draw("contour", title, &samples, walk)
}

/// As [`contour`], from values on a grid: the first row is `y0`, the first column `x0`.
///
/// ```
/// use candle_core::{Device, Tensor};
/// let values = Tensor::new(&[[0f32, 1.0], [1.0, 2.0]], &Device::Cpu)?; // x + y at the corners
/// let chart = candlelab_plot::contour_of("plane", [0.0, 1.0, 0.0, 1.0], &values, &[])?;
/// assert_eq!(chart.text(), "plane\nfrom 0 at (0, 0) to 2");
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Shapes
/// - `values`: `(rows, columns)`, at least 2 each
///
/// # Errors
/// If the extent encloses no area, or `values` has another shape or nothing finite.
pub fn contour_of(
    title: &str,
    extent: [f64; 4],
    values: &Tensor,
    walk: &[(f64, f64)],
) -> Result<Chart> {
    let samples = Samples::read("contour_of", extent, values)?;
    draw("contour_of", title, &samples, walk)
}

/// Values of a function on a grid, row by row from `y0`.
pub(crate) struct Samples {
    pub extent: [f64; 4],
    pub columns: usize,
    pub values: Vec<f64>,
}

impl Samples {
    /// `side` × `side` samples, the outer ones on the edges.
    pub fn of(extent: [f64; 4], side: usize, f: impl Fn(f64, f64) -> f64) -> Self {
        let mut samples = Self { extent, columns: side, values: Vec::new() };
        samples.values = vec![0.0; side * side]; // `at` needs the number of rows
        let at: Vec<(f64, f64)> = (0..side * side).map(|i| samples.at(i)).collect();
        samples.values = at.into_iter().map(|(x, y)| f(x, y)).collect();
        samples
    }

    /// Reads a tensor for the function `chart`.
    pub fn read(chart: &'static str, extent: [f64; 4], tensor: &Tensor) -> Result<Self> {
        encloses(chart, extent)?;
        match *tensor.dims() {
            [rows, columns] if rows > 1 && columns > 1 => {
                Ok(Self { extent, columns, values: values(tensor)? })
            }
            _ => Err(shape(chart, "values", "(rows, columns), at least 2 each", tensor)),
        }
    }

    pub fn rows(&self) -> usize {
        self.values.len() / self.columns
    }

    /// Where the `i`th value lies.
    pub fn at(&self, i: usize) -> (f64, f64) {
        self.between((i % self.columns) as f64, (i / self.columns) as f64)
    }

    fn between(&self, column: f64, row: f64) -> (f64, f64) {
        let [x0, x1, y0, y1] = self.extent;
        let (last_column, last_row) = ((self.columns - 1) as f64, (self.rows() - 1) as f64);
        (x0 + (x1 - x0) * column / last_column, y0 + (y1 - y0) * row / last_row)
    }

    /// The smallest and the largest finite value.
    pub fn range(&self, chart: &'static str) -> Result<(f64, f64)> {
        match finite_range(self.values.iter().copied()) {
            Some(range) => Ok(range),
            None => Err(all_finite(chart, "the values", &self.values)
                .err()
                .unwrap_or_else(|| crate::axes::failed("no finite value"))),
        }
    }

    /// `from 0 at (0, 0) to 13`
    pub fn told(&self, (low, high): (f64, f64)) -> String {
        let lowest = self.values.iter().position(|value| *value == low).unwrap_or(0);
        format!("from {} at {} to {}", number(low), pair(self.at(lowest)), number(high))
    }
}

fn pair((x, y): (f64, f64)) -> String {
    format!("({}, {})", number(x), number(y))
}

fn draw(chart: &'static str, title: &str, samples: &Samples, walk: &[(f64, f64)]) -> Result<Chart> {
    let range = samples.range(chart)?;
    let mut text = format!("{title}\n{}", samples.told(range));
    if let [first, .., last] | [first @ last] = walk {
        let bad = walk.iter().filter(|(x, y)| !x.is_finite() || !y.is_finite()).count();
        if bad > 0 {
            let what = "the walk".to_owned();
            return Err(Error::NotFinite { chart, what, bad, total: walk.len() });
        }
        text += &format!("\n{} steps from {} to {}", walk.len(), pair(*first), pair(*last));
    }
    let plane = Frame::plane(title, samples.extent);
    let size = (plane.size.0 + ROOM as u32, plane.size.1);
    let frame = Frame { size, right: ROOM, ..plane };
    let svg = frame.draw(|axes| {
        Ok(map(axes, samples, range)
            + &contours(axes, samples, range)
            + &steps(axes, samples, walk))
    })?;
    Ok(Chart::new(svg, text))
}

/// The colours and their bar.
fn map(axes: &Axes<'_>, samples: &Samples, (low, high): (f64, f64)) -> String {
    let span = if high > low { high - low } else { 1.0 };
    let rows = samples.values.chunks(samples.columns).rev();
    let shade = |value: &f64| colour(BLUES, 0.85 * (value - low) / span);
    let pixels_of = rows.flatten().map(shade).collect();
    let raster = Raster { width: samples.columns, height: samples.rows(), pixels: pixels_of };
    let [left, top, width, height] = pixels(axes);
    // A sample is the middle of its pixel, so the outer pixels reach beyond the edges.
    let (across, down) =
        (width / (samples.columns as i32 - 1), height / (samples.rows() as i32 - 1));
    let image = raster.element(0, 0, width + across, height + down, false);
    format!(
        "<svg x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"{} {} {width} {height}\">{image}</svg>\n{}",
        across / 2,
        down / 2,
        colour_bar(BLUES, (low, high), (left + width + px(16), top), height, px(1))
    )
}

/// The lines at round numbers, each number once at most: none upon another, nor on the title.
fn contours(axes: &Axes<'_>, samples: &Samples, (low, high): (f64, f64)) -> String {
    let (mut lines, mut labels) = (String::new(), String::new());
    let (size, mut taken) = (f64::from(px(12)), Vec::<Place>::new());
    let [_, top, ..] = pixels(axes).map(f64::from);
    for level in Axis::exact(low, high).ticks(12) {
        let above: Vec<f64> = samples.values.iter().map(|value| value - level).collect();
        let mut longest: Vec<Place> = Vec::new();
        for line in zero_lines(&above, samples.columns) {
            let at = |(column, row)| place(axes, samples.extent, samples.between(column, row));
            let line: Vec<Place> = line.into_iter().map(at).collect();
            lines += &polyline(&line, INK, f64::from(px(1)) * 0.8);
            if line.len() > longest.len() {
                longest = line;
            }
        }
        if longest.len() > 12 {
            let middle = longest[longest.len() / 2];
            let near = |other: &Place| {
                (other.0 - middle.0).abs() < 3.0 * size && (other.1 - middle.1).abs() < 1.3 * size
            };
            if middle.1 > top + size && !taken.iter().any(near) {
                labels += &label(&number(level), middle, size, INK, Anchor::Middle);
                taken.push(middle);
            }
        }
    }
    lines + &labels
}

/// The walk as far as it lies within the map.
fn steps(axes: &Axes<'_>, samples: &Samples, walk: &[(f64, f64)]) -> String {
    let [x0, x1, y0, y1] = samples.extent;
    let (x, y) = (Axis::exact(x0, x1), Axis::exact(y0, y1));
    let at = |point: (f64, f64)| place(axes, samples.extent, point);
    let seen = |point: &(f64, f64)| x.contains(point.0) && y.contains(point.1);
    let unit = f64::from(px(1));
    let mut svg = String::new();
    for part in within(&walk.to_vec(), &x, &y) {
        let part: Vec<Place> = thinned(&part).into_iter().map(at).collect();
        svg += &polyline(&part, WHITE, 4.5 * unit);
        svg += &polyline(&part, SERIES[1], 2.5 * unit);
    }
    for point in walk.iter().filter(|point| seen(point)).take(300) {
        svg += &disc(at(*point), 2.5 * unit, SERIES[1], GREY);
    }
    if let Some(first) = walk.first().filter(|point| seen(point)) {
        svg += &disc(at(*first), 6.0 * unit, SERIES[1], INK);
    }
    if let Some(last) = walk.last().filter(|point| seen(point)) {
        svg += &disc(at(*last), 6.0 * unit, WHITE, INK);
    }
    svg
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    const SQUARE: [f64; 4] = [-1.0, 1.0, -1.0, 1.0];

    fn error(result: Result<Chart>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn the_top_of_the_map_is_the_largest_y() {
        let chart = contour("", SQUARE, |_, y| y, &[(0.0, 1.0)]).unwrap();
        let svg = chart.svg();
        let top = svg.rfind("<circle").map(|at| &svg[at..at + 60]).unwrap();
        // Without a title the drawing reaches from (66, 12) to (448, 392) pixels, here times four.
        assert!(top.contains("cx=\"1028.0\" cy=\"48.0\""), "{top}");
        assert_eq!(chart.text(), "\nfrom -1 at (-1, -1) to 1\n1 steps from (0, 1) to (0, 1)");
    }

    #[test]
    fn contours_are_labelled_once() {
        let chart = contour("", SQUARE, |x, _| x, &[]).unwrap();
        assert_eq!(chart.svg().matches(">0.4</text>").count(), 1);
        assert_eq!(chart.svg().matches(">-0.4</text>").count(), 1);
    }

    #[test]
    fn labels_of_dense_contours_keep_their_distance() {
        let valley = |x: f64, y: f64| 0.5 * (x * x + 50.0 * y * y);
        let chart = contour("", [-5.0, 2.0, -2.0, 2.0], valley, &[]).unwrap();
        let rim = |text: &&str| text.contains("paint-order");
        let number = |text: &str, name: &str| -> f64 {
            let from = text.find(name).unwrap() + name.len();
            text[from..].split('"').next().unwrap().parse().unwrap()
        };
        let place = |text| (number(text, " x=\""), number(text, " y=\""));
        let places: Vec<_> = chart.svg().split("<text").filter(rim).map(place).collect();
        assert!(places.len() > 1, "{places:?}");
        for (i, a) in places.iter().enumerate() {
            for b in &places[..i] {
                assert!((a.0 - b.0).abs() > 90.0 || (a.1 - b.1).abs() > 48.0, "{places:?}");
            }
        }
    }

    #[test]
    fn what_is_finite_is_drawn() {
        let chart = contour("", SQUARE, |x, y| (x * y).ln(), &[]).unwrap();
        assert!(chart.text().contains("to 0"), "{chart}");
        assert!(contour("", SQUARE, |_, _| 3.0, &[]).is_ok());
        let nothing = error(contour("", SQUARE, |_, _| f64::NAN, &[]));
        assert_eq!(nothing, "contour: 10201 of 10201 values of the values are NaN or infinite");
    }

    #[test]
    fn errors_name_both_sides() {
        let flat = Tensor::zeros((1, 5), DType::F32, &Device::Cpu).unwrap();
        assert_eq!(
            error(contour_of("", SQUARE, &flat, &[])),
            "contour_of: values must have shape (rows, columns), at least 2 each, got [1, 5]"
        );
        assert!(error(contour("", [0.0, 0.0, 0.0, 1.0], |x, _| x, &[])).contains("x0 < x1"));
        let lost = error(contour("", SQUARE, |x, _| x, &[(0.0, 0.0), (f64::NAN, 0.0)]));
        assert_eq!(lost, "contour: 1 of 2 values of the walk are NaN or infinite");
    }
}
