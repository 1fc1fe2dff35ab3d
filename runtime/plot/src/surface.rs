//! Functions of two numbers as surfaces in space.

use crate::axis::{Axis, number};
use crate::elements::{Anchor, Place, document, polygon, polyline, text};
use crate::levels::Samples;
use crate::palette::{GREY, INK, MESH, Rgb, VIRIDIS, colour, hex};
use crate::read::encloses;
use crate::{Chart, Result};
use candle_core::Tensor;

/// Samples along each side.
const SIDE: usize = 29;
/// The picture, and the middle and size of the box in it.
const SIZE: (f64, f64) = (520.0, 440.0);
const CENTRE: Place = (268.0, 222.0);
const UNIT: f64 = 285.0;
/// How high the box is beside its width.
const TALL: f64 = 0.72;

/// The surface `z = f(x, y)` seen from above and in front; yellow is high.
///
/// Patches with a corner that is NaN or infinite are left out.
///
/// ```
/// use candlelab_plot::surface;
/// let chart = surface("saddle", [-1.0, 1.0, -1.0, 1.0], |x, y| x * x - y * y)?;
/// assert_eq!(chart.text(), "saddle\nfrom -1 at (0, -1) to 1");
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Errors
/// If the extent `[x0, x1, y0, y1]` encloses no area, or `f` is finite nowhere.
pub fn surface(title: &str, extent: [f64; 4], f: impl Fn(f64, f64) -> f64) -> Result<Chart> {
    encloses("surface", extent)?;
    draw("surface", title, &Samples::of(extent, SIDE, f))
}

/// As [`surface`], from values on a grid: the first row is `y0`, the first column `x0`.
///
/// # Shapes
/// - `values`: `(rows, columns)`, at least 2 each; of large grids some rows and columns are drawn
///
/// # Errors
/// If the extent encloses no area, or `values` has another shape or nothing finite.
pub fn surface_of(title: &str, extent: [f64; 4], values: &Tensor) -> Result<Chart> {
    draw("surface_of", title, &Samples::read("surface_of", extent, values)?)
}

/// The view of a box: where its corners and what lies in it fall in the picture.
struct View {
    extent: [f64; 4],
    z: (f64, f64),
}

impl View {
    /// A place in the box, each coordinate from −½ to ½.
    fn place(&self, (x, y, z): (f64, f64, f64)) -> Place {
        // Seen from 30° above, 60° to the left of the y axis.
        let (sin, cos) = (0.5, 3f64.sqrt() / 2.0);
        let across = cos * x + sin * y;
        let up = -sin * (sin * x - cos * y) + cos * TALL * z;
        (CENTRE.0 + UNIT * across, CENTRE.1 - UNIT * up)
    }

    fn unit(&self, (x, y, z): (f64, f64, f64)) -> (f64, f64, f64) {
        let [x0, x1, y0, y1] = self.extent;
        let share = |value: f64, low: f64, high: f64| (value - low) / (high - low) - 0.5;
        (share(x, x0, x1), share(y, y0, y1), share(z, self.z.0, self.z.1))
    }

    /// The walls behind with lines at the ticks, and the numbers on the edges in front.
    fn walls(&self) -> String {
        let at = |point| self.place(point);
        let [x0, x1, y0, y1] = self.extent;
        let mut svg = String::new();
        let faces = [
            [(-0.5, -0.5, -0.5), (0.5, -0.5, -0.5), (0.5, 0.5, -0.5), (-0.5, 0.5, -0.5)],
            [(-0.5, -0.5, -0.5), (-0.5, 0.5, -0.5), (-0.5, 0.5, 0.5), (-0.5, -0.5, 0.5)],
            [(-0.5, 0.5, -0.5), (0.5, 0.5, -0.5), (0.5, 0.5, 0.5), (-0.5, 0.5, 0.5)],
        ];
        for (face, shade) in faces.into_iter().zip([250, 246, 248]) {
            svg += &polygon(&face.map(at), [shade; 3]);
        }
        let mut mesh = |points: [(f64, f64, f64); 3]| {
            svg += &polyline(&points.map(at), MESH, 1.0);
        };
        let ticks = |low, high| {
            let ticks = Axis::exact(low, high).ticks(6).into_iter();
            ticks.map(move |tick| (tick, (tick - low) / (high - low) - 0.5)).collect::<Vec<_>>()
        };
        let (xs, ys, zs) = (ticks(x0, x1), ticks(y0, y1), ticks(self.z.0, self.z.1));
        xs.iter().for_each(|&(_, x)| mesh([(x, -0.5, -0.5), (x, 0.5, -0.5), (x, 0.5, 0.5)]));
        ys.iter().for_each(|&(_, y)| mesh([(0.5, y, -0.5), (-0.5, y, -0.5), (-0.5, y, 0.5)]));
        zs.iter().for_each(|&(_, z)| mesh([(-0.5, -0.5, z), (-0.5, 0.5, z), (0.5, 0.5, z)]));
        let edges = [(-0.5, -0.5, 0.5), (-0.5, -0.5, -0.5), (0.5, -0.5, -0.5), (0.5, 0.5, -0.5)];
        svg += &polyline(&edges.map(at), GREY, 1.0);
        let mut write = |value: f64, point, (right, down): Place, anchor| {
            let (x, y) = at(point);
            svg += &text(&number(value), (x + right, y + down), 12.5, GREY, anchor);
        };
        xs.iter().for_each(|&(v, x)| write(v, (x, -0.5, -0.5), (-4.0, 14.0), Anchor::Middle));
        ys.iter().for_each(|&(v, y)| write(v, (0.5, y, -0.5), (9.0, 8.0), Anchor::Start));
        zs.iter().for_each(|&(v, z)| write(v, (-0.5, -0.5, z), (-7.0, 0.0), Anchor::End));
        let (x, y) = (at((0.0, -0.5, -0.5)), at((0.5, 0.0, -0.5)));
        svg += &text("x", (x.0 - 14.0, x.1 + 34.0), 14.0, INK, Anchor::Middle);
        svg + &text("y", (y.0 + 44.0, y.1 + 24.0), 14.0, INK, Anchor::Middle)
    }
}

fn draw(chart: &'static str, title: &str, samples: &Samples) -> Result<Chart> {
    let (low, high) = samples.range(chart)?;
    let z = if high > low { (low, high) } else { (low - 0.5, high + 0.5) };
    let view = View { extent: samples.extent, z };
    let mut svg = text(title, (SIZE.0 / 2.0, 20.0), 17.0, INK, Anchor::Middle);
    svg += &view.walls();
    svg += "<g stroke=\"#303030\" stroke-opacity=\"0.45\" stroke-width=\"0.6\">\n";
    for (places, shade) in patches(&view, samples) {
        svg += &patch(&places, shade);
    }
    svg += "</g>\n";
    let range = samples.told((low, high));
    Ok(Chart::new(document(SIZE.0, SIZE.1, &svg), format!("{title}\n{range}")))
}

/// The patches between samples, the farthest first.
fn patches(view: &View, samples: &Samples) -> Vec<([Place; 4], Rgb)> {
    let some = |n: usize| {
        let shown = n.min(SIDE);
        (0..shown).map(|i| i * (n - 1) / (shown - 1)).collect::<Vec<usize>>()
    };
    let (columns, rows) = (some(samples.columns), some(samples.rows()));
    let mut patches = Vec::new();
    for row in rows.windows(2).rev() {
        for column in columns.windows(2) {
            let corners = [
                (row[0], column[0]),
                (row[0], column[1]),
                (row[1], column[1]),
                (row[1], column[0]),
            ];
            let points = corners.map(|(row, column)| {
                let i = row * samples.columns + column;
                let (x, y) = samples.at(i);
                view.unit((x, y, samples.values[i]))
            });
            let height = points.iter().map(|point| point.2).sum::<f64>() / 4.0;
            if height.is_finite() {
                let far = points[0].0 * 0.5 - points[0].1 * 3f64.sqrt() / 2.0;
                patches.push((
                    far,
                    points.map(|point| view.place(point)),
                    colour(VIRIDIS, height + 0.5),
                ));
            }
        }
    }
    patches.sort_by(|a, b| a.0.total_cmp(&b.0));
    patches.into_iter().map(|(_, places, shade)| (places, shade)).collect()
}

fn patch(places: &[Place; 4], shade: Rgb) -> String {
    let [a, b, c, d] = places;
    format!(
        "<path d=\"M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z\" fill=\"{}\"/>\n",
        a.0,
        a.1,
        b.0,
        b.1,
        c.0,
        c.1,
        d.0,
        d.1,
        hex(shade)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    const SQUARE: [f64; 4] = [-1.0, 1.0, -1.0, 1.0];

    #[test]
    fn x_runs_right_y_runs_back_and_z_runs_up() {
        let view = View { extent: SQUARE, z: (0.0, 1.0) };
        let at = |point| view.place(view.unit(point));
        let (middle, x, y, z) =
            (at((0.0, 0.0, 0.5)), at((1.0, 0.0, 0.5)), at((0.0, 1.0, 0.5)), at((0.0, 0.0, 1.0)));
        assert_eq!(middle, CENTRE);
        assert!(x.0 > middle.0 && x.1 > middle.1, "{x:?}"); // right and nearer, so lower
        assert!(y.0 > middle.0 && y.1 < middle.1, "{y:?}"); // right and farther
        assert!(z.0 == middle.0 && z.1 < middle.1, "{z:?}");
    }

    #[test]
    fn near_patches_are_drawn_last() {
        let view = View { extent: SQUARE, z: (-1.0, 1.0) };
        let all = patches(&view, &Samples::of(SQUARE, 3, |_, _| 0.0));
        assert_eq!(all.len(), 4);
        let heights: Vec<f64> = all.iter().map(|(places, _)| places[0].1).collect();
        assert!(heights[0] < heights[3], "{heights:?}");
    }

    #[test]
    fn pictures_are_small_and_holes_are_left_out() {
        let count = |chart: &Chart| chart.svg().matches("Z\"").count() - 3; // three walls
        let whole = surface("", SQUARE, |x, y| x * y).unwrap();
        assert_eq!(count(&whole), (SIDE - 1) * (SIDE - 1));
        assert!(whole.svg().len() < 90_000, "{}", whole.svg().len());
        let half = surface("", SQUARE, |x, _| x.sqrt()).unwrap();
        assert_eq!(count(&half), (SIDE - 1) * (SIDE - 1) / 2);
        let large = Tensor::zeros((300, 200), DType::F32, &Device::Cpu).unwrap();
        assert_eq!(count(&surface_of("", SQUARE, &large).unwrap()), (SIDE - 1) * (SIDE - 1));
        assert!(surface("", SQUARE, |_, _| f64::NAN).is_err());
    }
}
