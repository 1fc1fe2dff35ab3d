//! The bar that tells a colour map's numbers.

use crate::axis::short;
use crate::elements::{Anchor, text};
use crate::palette::{GREY, Map, colour};
use crate::raster::Raster;

/// How much wider a bar makes a picture, in its pixels.
pub(crate) const ROOM: i32 = 84;

/// A bar 12 pixels wide with the numbers at its ends and in the middle, `unit` times as large.
pub(crate) fn colour_bar(
    map: Map,
    (low, high): (f64, f64),
    (x, y): (i32, i32),
    height: i32,
    unit: i32,
) -> String {
    let shade = |i: usize| colour(map, 1.0 - i as f64 / 63.0);
    let bar = Raster { width: 1, height: 64, pixels: (0..64).map(shade).collect() };
    let mut svg = bar.element(x, y, 12 * unit, height, false);
    let [x, y, height, unit] = [x, y, height, unit].map(f64::from);
    for (share, value) in [(0.0, high), (0.5, low + 0.5 * (high - low)), (1.0, low)] {
        let at = (x + 17.0 * unit, y + share * height);
        svg += &text(&short(value), at, 12.0 * unit, GREY, Anchor::Start);
    }
    svg
}
