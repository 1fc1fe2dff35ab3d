//! SVG elements placed by hand, for what plotters has no word for: arrows, bends, text on lines.

use crate::axes::printable;
use crate::palette::{Rgb, hex};
use std::fmt::Write as _;

/// A place in pixels, y downwards.
pub(crate) type Place = (f64, f64);

/// Which end of a text, or its middle, stands at its place.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// An SVG document of `width` × `height` pixels on white.
pub(crate) fn document(width: f64, height: f64, elements: &str) -> String {
    scaled_document(width, height, 1.0, elements)
}

/// The same, shown at `scale` times its size.
pub(crate) fn scaled_document(width: f64, height: f64, scale: f64, elements: &str) -> String {
    let [width, height] = [width, height].map(f64::ceil);
    let [shown_width, shown_height] = [width, height].map(|it| (it * scale).round());
    format!(
        "<svg width=\"{shown_width}\" height=\"{shown_height}\" viewBox=\"0 0 {width} {height}\" \
         xmlns=\"http://www.w3.org/2000/svg\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{elements}</svg>\n"
    )
}

fn steps(places: &[Place]) -> String {
    let mut path = String::new();
    for (i, (x, y)) in places.iter().enumerate() {
        let _ = write!(path, "{}{x:.1} {y:.1}", if i == 0 { 'M' } else { 'L' });
    }
    path
}

/// A line through places.
pub(crate) fn polyline(places: &[Place], colour: Rgb, width: f64) -> String {
    curve(&steps(places), colour, width)
}

/// A line along an SVG path.
pub(crate) fn curve(path: &str, colour: Rgb, width: f64) -> String {
    let colour = hex(colour);
    format!(
        "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width:.1}\" \
         stroke-linejoin=\"round\"/>\n"
    )
}

/// A filled area.
pub(crate) fn polygon(places: &[Place], fill: Rgb) -> String {
    format!("<path d=\"{}Z\" fill=\"{}\"/>\n", steps(places), hex(fill))
}

/// A disc with an edge.
pub(crate) fn disc((x, y): Place, radius: f64, fill: Rgb, edge: Rgb) -> String {
    let (fill, edge) = (hex(fill), hex(edge));
    format!(
        "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"{fill}\" stroke=\"{edge}\"/>\n"
    )
}

/// A rectangle with an edge and round corners.
pub(crate) fn card((x, y): Place, (width, height): (f64, f64), fill: Rgb, edge: Rgb) -> String {
    let (fill, edge) = (hex(fill), hex(edge));
    format!(
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"5\" \
         fill=\"{fill}\" stroke=\"{edge}\"/>\n"
    )
}

/// The head of an arrow that comes from `from` and ends at `tip`.
pub(crate) fn head(from: Place, tip: Place, length: f64, colour: Rgb) -> String {
    let (x, y) = (tip.0 - from.0, tip.1 - from.1);
    let size = x.hypot(y);
    if size == 0.0 {
        return String::new();
    }
    let (x, y) = (x / size * length, y / size * length);
    let side = |turn: f64| (tip.0 - x - turn * y, tip.1 - y + turn * x);
    polygon(&[tip, side(0.4), side(-0.4)], colour)
}

/// A text whose middle line runs through its place.
pub(crate) fn text(text: &str, place: Place, size: f64, colour: Rgb, anchor: Anchor) -> String {
    write(text, place, size, colour, anchor, "")
}

/// A text with a white rim, which keeps it legible on lines.
pub(crate) fn label(text: &str, place: Place, size: f64, colour: Rgb, anchor: Anchor) -> String {
    let rim = format!(
        " stroke=\"#ffffff\" stroke-width=\"{:.1}\" stroke-linejoin=\"round\" paint-order=\"stroke\"",
        0.5 * size
    );
    write(text, place, size, colour, anchor, &rim)
}

fn write(text: &str, (x, y): Place, size: f64, colour: Rgb, anchor: Anchor, rim: &str) -> String {
    let anchor = match anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    let (base, colour, text) = (y + 0.35 * size, hex(colour), escaped(text));
    format!(
        "<text x=\"{x:.1}\" y=\"{base:.1}\" font-family=\"sans-serif\" font-size=\"{size:.1}\" \
         text-anchor=\"{anchor}\" fill=\"{colour}\"{rim}>{text}</text>\n"
    )
}

/// How wide a text is about, in pixels.
pub(crate) fn text_width(text: &str, size: f64) -> f64 {
    0.62 * size * text.chars().count() as f64
}

fn escaped(text: &str) -> String {
    printable(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::palette::INK;

    #[test]
    fn an_arrow_head_ends_at_its_tip_and_points_along_the_line() {
        let right = head((0.0, 0.0), (10.0, 0.0), 5.0, INK);
        assert!(right.contains("d=\"M10.0 0.0L5.0 2.0L5.0 -2.0Z\""), "{right}");
        assert_eq!(head((1.0, 1.0), (1.0, 1.0), 5.0, INK), "");
    }

    #[test]
    fn text_cannot_break_the_picture() {
        let text = label("a<b & \u{1}", (0.0, 0.0), 10.0, INK, Anchor::Start);
        assert!(text.contains(">a&lt;b &amp;  </text>"), "{text}");
    }
}
