//! Several charts in one picture.

use crate::elements::{Anchor, scaled_document, text};
use crate::palette::INK;
use crate::{Chart, Error, Result};

/// Room between charts.
const GAP: f64 = 8.0;
const HEAD: f64 = 34.0;
/// How wide a notebook's page may be taken to be.
const WIDEST: f64 = 900.0;

/// Charts in a grid of `columns`, in rows from the top, as one picture; a wide grid is shown smaller,
/// so that it fits a notebook's page.
///
/// ```
/// use candlelab_plot::{line_chart, small_multiples};
/// let run = |lr: f64| line_chart(&format!("lr {lr}"), &[0.0, 1.0], &[1.0, 1.0 - lr]);
/// let chart = small_multiples("Learning rates", &[run(0.1)?, run(0.5)?], 2)?;
/// assert!(chart.text().contains("lr 0.1") && chart.text().contains("lr 0.5"));
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Errors
/// If there is no chart or no column.
pub fn small_multiples(title: &str, charts: &[Chart], columns: usize) -> Result<Chart> {
    let chart = "small_multiples";
    if charts.is_empty() {
        return Err(Error::Empty { chart, what: "the list of charts".to_owned() });
    }
    if columns == 0 {
        return Err(Error::Zero { chart, what: "the number of columns" });
    }
    let columns = columns.min(charts.len());
    let sizes: Vec<(f64, f64)> = charts.iter().map(Chart::size).collect();
    let widest = |c: usize| {
        sizes.iter().skip(c).step_by(columns).fold(0.0f64, |widest, size| widest.max(size.0))
    };
    let widths: Vec<f64> = (0..columns).map(widest).collect();
    let (mut svg, mut top) = (String::new(), if title.is_empty() { GAP } else { HEAD });
    for (row, sizes) in charts.chunks(columns).zip(sizes.chunks(columns)) {
        let mut left = GAP;
        for ((chart, size), width) in row.iter().zip(sizes).zip(&widths) {
            let place = format!("<svg x=\"{}\" y=\"{top}\"", left + (width - size.0) / 2.0);
            svg += &chart.svg().replacen("<svg", &place, 1);
            left += width + GAP;
        }
        top += sizes.iter().fold(0.0f64, |tallest, size| tallest.max(size.1)) + GAP;
    }
    let width = widths.iter().sum::<f64>() + GAP * (columns + 1) as f64;
    svg += &text(title, (width / 2.0, 20.0), 18.0, INK, Anchor::Middle);
    let texts: String = charts.iter().map(|chart| format!("\n\n{chart}")).collect();
    let scale = (WIDEST / width).min(1.0);
    Ok(Chart::new(scaled_document(width, top, scale, &svg), format!("{title}{texts}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line_chart;

    #[test]
    fn charts_stand_in_rows_and_columns() {
        let one = || line_chart("one", &[0.0, 1.0], &[0.0, 1.0]).unwrap(); // 600 × 340
        let chart = small_multiples("all", &[one(), one(), one()], 2).unwrap();
        let places = ["x=\"8\" y=\"34\"", "x=\"616\" y=\"34\"", "x=\"8\" y=\"382\""];
        for place in places {
            assert!(chart.svg().contains(&format!("<svg {place} width=\"600\"")), "{place}");
        }
        // 1224 × 730, shown at 900 pixels.
        assert_eq!(chart.size(), (900.0, 537.0));
        let nested = small_multiples("", &[chart, one()], 9).unwrap();
        // 900 + 600 + 24 × 537 + 16, shown at 900 pixels.
        assert_eq!(nested.size(), (900.0, 327.0));
    }

    #[test]
    fn no_chart_and_no_column_are_errors() {
        let error = |charts: &[Chart], columns| {
            small_multiples("", charts, columns).unwrap_err().to_string()
        };
        assert_eq!(error(&[], 2), "small_multiples: the list of charts is empty");
        let one = line_chart("", &[0.0], &[0.0]).unwrap();
        assert_eq!(error(&[one], 0), "small_multiples: the number of columns must be at least 1");
    }
}
