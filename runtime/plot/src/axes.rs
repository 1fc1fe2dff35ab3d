//! The frame of a chart: white ground, title, axes with round ticks.

use crate::axis::Axis;
use crate::elements::Place;
use crate::palette::{GREY, INK, MESH, Rgb, rgb};
use crate::{Error, Result};
use plotters::prelude::*;

/// Plotters places everything on whole pixels; it draws on this many of them per pixel of the
/// picture, so that curves are smooth.
const FINE: i32 = 4;

/// A length in pixels of the picture, for plotters.
pub(crate) fn px(length: i32) -> i32 {
    FINE * length
}

/// A line's style, its width in pixels of the picture.
pub(crate) fn stroke(colour: Rgb, width: i32) -> ShapeStyle {
    rgb(colour).stroke_width(px(width) as u32)
}

/// A text's style, its size in pixels of the picture.
pub(crate) fn font<'a>(colour: Rgb, size: i32) -> TextStyle<'a> {
    ("sans-serif", px(size)).into_font().color(&rgb(colour))
}

/// What plotters draws into, in the data's coordinates.
pub(crate) type Axes<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<Axis, Axis>>;

/// The drawing's rectangle in fine pixels: left, top, width and height.
pub(crate) fn pixels(axes: &Axes<'_>) -> [i32; 4] {
    let (across, down) = axes.plotting_area().get_pixel_range();
    [across.start, down.start, across.end - across.start, down.end - down.start]
}

/// Where a point of the rectangle `[x0, x1, y0, y1]` that the axes show lies, in fine pixels.
pub(crate) fn place(axes: &Axes<'_>, [x0, x1, y0, y1]: [f64; 4], (x, y): (f64, f64)) -> Place {
    let [left, top, width, height] = pixels(axes).map(f64::from);
    (left + width * (x - x0) / (x1 - x0), top + height * (y1 - y) / (y1 - y0))
}

/// The frame around a drawing.
pub(crate) struct Frame<'a> {
    pub title: &'a str,
    pub size: (u32, u32),
    pub x: Axis,
    pub y: Axis,
    /// Whether light lines cross the drawing at the ticks.
    pub mesh: bool,
    /// What x and y are.
    pub labels: [&'a str; 2],
    /// Room on the right of the drawing, in pixels, for a colour bar.
    pub right: i32,
}

impl<'a> Frame<'a> {
    /// A frame with a mesh, nothing written on its axes.
    pub fn new(title: &'a str, size: (u32, u32), x: Axis, y: Axis) -> Self {
        Self { title, size, x, y, mesh: true, labels: ["", ""], right: 0 }
    }

    /// The frame of the rectangle `[x0, x1, y0, y1]`, without a mesh.
    pub fn plane(title: &'a str, [x0, x1, y0, y1]: [f64; 4]) -> Self {
        let (x, y) = (Axis::exact(x0, x1), Axis::exact(y0, y1));
        Self { mesh: false, ..Self::new(title, (460, 430), x, y) }
    }

    /// Draws the frame and what `contents` adds; returns the SVG document.
    ///
    /// `contents` may return SVG elements that lie on the ground, below everything else.
    pub fn draw(self, contents: impl FnOnce(&mut Axes<'_>) -> Result<String>) -> Result<String> {
        let mut svg = String::new();
        let fine = (self.size.0 * FINE as u32, self.size.1 * FINE as u32);
        let root = SVGBackend::with_string(&mut svg, fine).into_drawing_area();
        let mut builder = ChartBuilder::on(&root);
        let [x_label, y_label] = self.labels.map(printable);
        let room = |label: &str| if label.is_empty() { 0 } else { 20 };
        builder.margin(px(12)).margin_right(px(12 + self.right));
        builder.x_label_area_size(px(26 + room(&x_label)));
        builder.y_label_area_size(px(54 + room(&y_label)));
        let title = printable(self.title);
        if !title.is_empty() {
            builder.caption(title, font(INK, 17));
        }
        let mut axes = builder.build_cartesian_2d(self.x, self.y).map_err(failed)?;
        let mut mesh = axes.configure_mesh();
        mesh.axis_style(stroke(GREY, 1))
            .light_line_style(TRANSPARENT)
            .bold_line_style(stroke(MESH, 1));
        mesh.label_style(font(GREY, 14)).set_all_tick_mark_size(px(5));
        if !self.mesh {
            mesh.disable_mesh();
        }
        mesh.axis_desc_style(font(INK, 14)).x_desc(x_label).y_desc(y_label);
        mesh.draw().map_err(failed)?;
        let ground = contents(&mut axes)?;
        drop(axes);
        root.present().map_err(failed)?;
        drop(root);
        let [fine, size] = [fine, self.size]
            .map(|(width, height)| format!("width=\"{width}\" height=\"{height}\""));
        Ok(on_white(&svg.replacen(&fine, &size, 1), &ground))
    }
}

/// Puts a white ground and `elements` below everything in an SVG document.
pub(crate) fn on_white(svg: &str, elements: &str) -> String {
    let body = svg.find('>').map_or(0, |end| end + 1);
    let (head, rest) = svg.split_at(body);
    format!("{head}\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{elements}{rest}")
}

/// The error for a failed drawing.
pub(crate) fn failed(error: impl std::fmt::Display) -> Error {
    Error::Draw(error.to_string())
}

/// A text without line breaks and the characters that XML forbids.
pub(crate) fn printable(text: &str) -> String {
    let forbidden = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if forbidden(c) { ' ' } else { c }).collect()
}
