//! Colours.

use plotters::style::RGBColor;

pub(crate) type Rgb = [u8; 3];

pub(crate) const INK: Rgb = [34, 34, 34];
pub(crate) const GREY: Rgb = [110, 110, 110];
pub(crate) const FAINT: Rgb = [165, 170, 178];
pub(crate) const WHITE: Rgb = [255, 255, 255];
pub(crate) const MESH: Rgb = [228, 228, 228];
pub(crate) const CYAN: Rgb = [64, 216, 232];
pub(crate) const YELLOW: Rgb = [255, 221, 51];
/// Marks values that are NaN or infinite.
pub(crate) const NOT_FINITE: Rgb = [214, 30, 40];

/// For curves and classes; told apart by people with the common colour deficiencies.
pub(crate) const SERIES: [Rgb; 8] = [
    [31, 104, 178],
    [222, 116, 24],
    [30, 145, 96],
    [196, 52, 64],
    [122, 80, 176],
    [128, 88, 62],
    [214, 98, 168],
    [90, 150, 190],
];

/// Colours between which a map runs, from its lowest value to its highest.
pub(crate) type Map = &'static [Rgb];
pub(crate) const GREYS: Map = &[[0, 0, 0], [255, 255, 255]];
/// Lowest and highest stay apart from cyan squares and yellow circles.
pub(crate) const PURPLES: Map = &[[248, 244, 252], [190, 164, 218], [132, 92, 176], [74, 32, 118]];
pub(crate) const BLUES: Map = &[[247, 250, 253], [150, 194, 224], [52, 124, 186], [10, 52, 110]];
/// Even steps of lightness also for people with the common colour deficiencies, after Matplotlib's
/// map of that name.
pub(crate) const VIRIDIS: Map =
    &[[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
/// Black, red and yellow, to lay over a picture.
pub(crate) const HEAT: Map =
    &[[0, 0, 4], [110, 24, 110], [206, 64, 72], [250, 150, 32], [252, 252, 164]];
/// White is zero.
pub(crate) const SIGNED: Map =
    &[[94, 42, 132], [176, 146, 204], [250, 250, 250], [132, 190, 144], [18, 104, 54]];

/// The colour at `share` (0..1) of a map.
pub(crate) fn colour(map: Map, share: f64) -> Rgb {
    if !share.is_finite() {
        return NOT_FINITE;
    }
    let place = share.clamp(0.0, 1.0) * (map.len() - 1) as f64;
    let below = (place as usize).min(map.len() - 2);
    let part = place - below as f64;
    std::array::from_fn(|i| {
        let (low, high) = (f64::from(map[below][i]), f64::from(map[below + 1][i]));
        (low + part * (high - low)).round() as u8
    })
}

/// Whether dark text reads well on a colour.
pub(crate) fn is_light([r, g, b]: Rgb) -> bool {
    299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b) > 140_000
}

/// The colour for plotters.
pub(crate) fn rgb([r, g, b]: Rgb) -> RGBColor {
    RGBColor(r, g, b)
}

/// The colour for SVG: `#rrggbb`.
pub(crate) fn hex([r, g, b]: Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_runs_between_its_ends() {
        assert_eq!(colour(GREYS, 0.5), [128, 128, 128]);
        assert_eq!((colour(SIGNED, -3.0), colour(SIGNED, 3.0)), (SIGNED[0], SIGNED[4]));
        assert_eq!(colour(GREYS, f64::NAN), NOT_FINITE);
    }
}
