//! Named values as bars.

use crate::axes::{failed, on_white, printable};
use crate::axis::{finite_range, number};
use crate::palette::{GREY, INK, NOT_FINITE, Rgb, SERIES, rgb};
use crate::read::{all_finite, same_length};
use crate::{Chart, Error, Result};
use plotters::prelude::{
    Color, IntoDrawingArea, IntoFont, PathElement, Rectangle, SVGBackend, Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// More bars than this are left out.
const MOST_BARS: usize = 60;
/// Characters of a label that are shown.
const MOST_CHARACTERS: usize = 28;
/// Characters of the text twin's longest bar.
const TEXT: f64 = 30.0;

/// The height that a bar takes with the gap below it, in pixels.
const ROW: i32 = 26;
/// The height of the title, and the room around everything.
const HEAD: i32 = 34;
const MARGIN: i32 = 12;
/// The width of the bars together, and of the numbers beside them.
const WIDTH: i32 = 300;
const NUMBER: i32 = 62;

/// A bar for each value, with its label before it and its number behind it.
///
/// Bars start at zero, to the left if the value is negative. Where a value is NaN or infinite, its
/// name stands in red instead of a bar. Of more than 60 bars the first are drawn.
///
/// ```
/// use candlelab_plot::bar_chart;
/// let classes = ["cat", "dog"].map(String::from);
/// let chart = bar_chart("probability", &classes, &[0.25, 0.75])?;
/// assert_eq!(
///     chart.text(),
///     "probability\ncat ██████████ 0.25\ndog ██████████████████████████████ 0.75"
/// );
/// let error = bar_chart("probability", &classes, &[1.0]).unwrap_err();
/// assert_eq!(error.to_string(), "bar_chart: labels has 2 values, values has 1");
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Shapes
/// - `labels` and `values`: one a bar, from the top
///
/// # Errors
/// If `labels` and `values` differ in length, are empty, or no value is finite.
pub fn bar_chart(title: &str, labels: &[String], values: &[f64]) -> Result<Chart> {
    let chart = "bar_chart";
    same_length(chart, ("labels", labels.len()), ("values", values.len()))?;
    if values.is_empty() {
        return Err(Error::Empty { chart, what: "values".to_owned() });
    }
    let shown = values.len().min(MOST_BARS);
    let bars = Bars {
        labels: labels[..shown].iter().map(|label| shortened(label)).collect(),
        values: &values[..shown],
    };
    let Some((low, high)) = finite_range(bars.values.iter().copied()) else {
        all_finite(chart, "values", bars.values)?;
        return Err(failed("no finite value"));
    };
    let (low, high) = (low.min(0.0) / 2.0, high.max(0.0) / 2.0); // halves, whose span is finite
    let mut text = format!("{title}\n{}", bars.text(low, high));
    if shown < values.len() {
        text.push_str(&format!("\nthe first {shown} of {} bars", values.len()));
    }
    Ok(Chart::new(bars.draw(title, low, high)?, text))
}

fn shortened(label: &str) -> String {
    let label = printable(label);
    if label.chars().count() <= MOST_CHARACTERS {
        return label;
    }
    label.chars().take(MOST_CHARACTERS - 1).chain(['…']).collect()
}

struct Bars<'a> {
    labels: Vec<String>,
    values: &'a [f64],
}

impl Bars<'_> {
    fn longest_label(&self) -> usize {
        self.labels.iter().map(|label| label.chars().count()).max().unwrap_or(0)
    }

    /// The bars in characters; those of negative values are lighter.
    fn text(&self, low: f64, high: f64) -> String {
        let width = self.longest_label();
        let largest = high.max(-low);
        let lines = self.labels.iter().zip(self.values).map(|(label, &value)| {
            let share = if largest > 0.0 { (value / 2.0 / largest).abs() } else { 0.0 };
            let length = if share.is_finite() { (TEXT * share).round() as usize } else { 0 };
            let bar = if value < 0.0 { "░" } else { "█" }.repeat(length);
            let gap = if bar.is_empty() { "" } else { " " };
            format!("{label:<width$} {bar}{gap}{}", number(value))
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The SVG document; the bars run between twice `low` and twice `high`.
    fn draw(&self, title: &str, low: f64, high: f64) -> Result<String> {
        let left =
            2 * MARGIN + 8 * self.longest_label() as i32 + if low < 0.0 { NUMBER } else { 0 };
        let width = left + WIDTH + NUMBER + MARGIN;
        let bottom = HEAD + ROW * self.values.len() as i32;
        let span = if high > low { high - low } else { 1.0 };
        let place = |half: f64| left + (f64::from(WIDTH) * ((half - low) / span)).round() as i32;
        let mut svg = String::new();
        let size = (width as u32, (bottom + MARGIN) as u32);
        let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        let write = |text: String, at: (i32, i32), colour: Rgb, align: HPos, points: i32| {
            let font = ("sans-serif", points).into_font().color(&rgb(colour));
            let style = font.pos(Pos::new(align, VPos::Center));
            root.draw(&Text::new(text, at, style)).map_err(failed)
        };
        write(printable(title), (width / 2, HEAD / 2), INK, HPos::Center, 17)?;
        for (i, (label, &value)) in self.labels.iter().zip(self.values).enumerate() {
            let top = HEAD + ROW * i as i32;
            let middle = top + ROW / 2;
            let beside = if low < 0.0 { MARGIN } else { left - 10 };
            let align = if low < 0.0 { HPos::Left } else { HPos::Right };
            write(label.clone(), (beside, middle), INK, align, 15)?;
            if !value.is_finite() {
                write(number(value), (place(0.0) + 6, middle), NOT_FINITE, HPos::Left, 14)?;
                continue;
            }
            let (end, colour) = (place(value / 2.0), SERIES[if value < 0.0 { 3 } else { 0 }]);
            let corners = [(place(0.0).min(end), top + 4), (place(0.0).max(end), top + ROW - 4)];
            root.draw(&Rectangle::new(corners, rgb(colour).filled())).map_err(failed)?;
            let (at, align) = match value < 0.0 {
                true => (end - 6, HPos::Right),
                false => (end + 6, HPos::Left),
            };
            write(number(value), (at, middle), GREY, align, 14)?;
        }
        let zero = [(place(0.0), HEAD), (place(0.0), bottom)];
        root.draw(&PathElement::new(zero, rgb(GREY))).map_err(failed)?;
        root.present().map_err(failed)?;
        drop(root);
        Ok(on_white(&svg, ""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(values: &[f64]) -> Result<Chart> {
        let labels: Vec<String> = (0..values.len()).map(|i| format!("bar {i}")).collect();
        bar_chart("bars", &labels, values)
    }

    fn text(values: &[f64]) -> String {
        draw(values).unwrap().text().to_owned()
    }

    #[test]
    fn the_longest_bar_is_that_of_the_largest_size() {
        let lines = format!("bars\nbar 0 {} 1\nbar 1 {} -2", "█".repeat(15), "░".repeat(30));
        assert_eq!(text(&[1.0, -2.0]), lines);
    }

    #[test]
    fn values_that_are_not_finite_have_no_bar() {
        let chart = draw(&[f64::NAN, 1.0, f64::INFINITY]).unwrap();
        assert!(chart.text().starts_with("bars\nbar 0 NaN\nbar 1 █"), "{chart}");
        assert_eq!(chart.svg().matches("#D61E28").count(), 2);
        let error = draw(&[f64::NAN]).unwrap_err().to_string();
        assert_eq!(error, "bar_chart: 1 of 1 values of values are NaN or infinite");
        assert_eq!(draw(&[]).unwrap_err().to_string(), "bar_chart: values is empty");
    }

    #[test]
    fn odd_values_are_drawn() {
        for values in [&[0.0][..], &[-0.0, 0.0], &[-1e308, 1e308], &[5e-324], &[-3.0, -4.0]] {
            assert!(!draw(values).unwrap().svg().contains("NaN"), "{values:?}");
        }
    }

    #[test]
    fn many_bars_and_long_labels_stay_a_small_picture() {
        let labels = vec!["x".repeat(5000); 2000];
        let chart = bar_chart("many", &labels, &[1.0; 2000]).unwrap();
        assert!(chart.text().ends_with("the first 60 of 2000 bars"));
        assert!(chart.svg().len() < 40_000, "{} bytes", chart.svg().len());
    }
}
