//! Matrices in colour: green is positive, purple negative, deeper is larger, white is zero.

use super::{largest, values};
use candle_core::{Result, Tensor};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const POSITIVE: [f64; 3] = [18.0, 104.0, 54.0];
const NEGATIVE: [f64; 3] = [94.0, 42.0, 132.0];
const NOT_FINITE: &str = "#d61e28";
/// Shades of each colour.
const LEVELS: f64 = 16.0;
/// Larger matrices are shown as the means of blocks.
const MOST_CELLS: usize = 64;
/// The longer side of the picture in pixels, about.
const SIDE: usize = 320;

/// A table of `texts` on coloured cells.
pub(super) fn table(texts: &[String], values: &[f64], columns: usize, largest: f64) -> String {
    let mut html = String::from("<table style=\"border-collapse:collapse\">\n");
    for (texts, values) in texts.chunks(columns).zip(values.chunks(columns)) {
        html.push_str("<tr>");
        for (text, &value) in texts.iter().zip(values) {
            let ink = if share(value, largest).abs() > 0.55 { "#fff" } else { "#222" };
            let ground = colour(value, largest);
            let style = format!("background:{ground};color:{ink};text-align:right;padding:2px 8px");
            let _ = write!(html, "<td style=\"{style}\">{text}</td>");
        }
        html.push_str("</tr>\n");
    }
    html + "</table>\n"
}

/// The matrix as an SVG picture of at most 64 × 64 cells.
pub(super) fn svg(matrix: &Tensor) -> Result<String> {
    let (rows, columns) = matrix.dims2()?;
    let (block_rows, block_columns) = (rows.div_ceil(MOST_CELLS), columns.div_ceil(MOST_CELLS));
    let mut cells = Vec::new();
    for row in (0..rows).step_by(block_rows) {
        let strip = values(&matrix.narrow(0, row, block_rows.min(rows - row))?)?;
        cells.extend(means(&strip, columns, block_columns));
    }
    Ok(picture(&cells, columns.div_ceil(block_columns)))
}

/// The means of the finite values in blocks of `width` columns over all rows of `strip`.
fn means(strip: &[f64], columns: usize, width: usize) -> Vec<f64> {
    let mean = |left: usize| {
        let right = (left + width).min(columns);
        let block = strip.chunks(columns).flat_map(|row| &row[left..right]);
        let finite: Vec<f64> = block.copied().filter(|value| value.is_finite()).collect();
        finite.iter().sum::<f64>() / finite.len() as f64
    };
    (0..columns).step_by(width).map(mean).collect()
}

/// Cells as one path a colour, neighbours in a row joined.
fn picture(cells: &[f64], columns: usize) -> String {
    let rows = cells.len() / columns;
    let largest = largest(cells);
    let mut paths: BTreeMap<String, String> = BTreeMap::new();
    for (y, row) in cells.chunks(columns).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| colour(*a, largest) == colour(*b, largest)) {
            let path = paths.entry(colour(run[0], largest)).or_default();
            let _ = write!(path, "M{x} {y}h{0}v1h-{0}z", run.len());
            x += run.len();
        }
    }
    let cell = (SIDE / rows.max(columns)).clamp(1, 24);
    let (width, height) = (cell * columns, cell * rows);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {columns} {rows}\" shape-rendering=\"crispEdges\">"
    );
    for (colour, path) in paths {
        let _ = write!(svg, "<path fill=\"{colour}\" d=\"{path}\"/>");
    }
    svg + "</svg>"
}

/// A value's part of the largest, in sixteenths from -1 to 1.
fn share(value: f64, largest: f64) -> f64 {
    if largest == 0.0 { 0.0 } else { (value / largest * LEVELS).round() / LEVELS }
}

fn colour(value: f64, largest: f64) -> String {
    if !value.is_finite() {
        return NOT_FINITE.to_owned();
    }
    let share = share(value, largest);
    let end = if share < 0.0 { NEGATIVE } else { POSITIVE };
    let [r, g, b] = end.map(|channel| (255.0 + share.abs() * (channel - 255.0)).round() as u8);
    format!("#{r:02x}{g:02x}{b:02x}")
}
