//! How often values occur.

use crate::axes::{Frame, failed, stroke};
use crate::axis::{Axis, finite_range, number};
use crate::curves::SIZE;
use crate::palette::{GREY, SERIES, rgb};
use crate::read::{all_finite, values};
use crate::sparkline::blocks;
use crate::strokes::{Curve, key, legend, legend_place, line, shares};
use crate::{Chart, Error, Result};
use candle_core::Tensor;
use plotters::prelude::*;

/// What the height of a histogram says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Height {
    /// How many values lie in a bin.
    #[default]
    Count,
    /// The share of the values divided by the bin's width; the area is 1.
    Density,
    /// The share of the values in this bin and those before it; the last is 1.
    Cumulative,
}

/// Histograms of one or more samples over each other, each given as `(label, values)`.
///
/// All samples share `bins` bins of one width between the smallest and the largest value; a bin
/// holds its left end, the last one both ends, as with NumPy.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candlelab_plot::{Height, histogram};
/// let tosses = Tensor::new(&[0f32, 1.0, 1.0, 1.0], &Device::Cpu)?;
/// let chart = histogram("coin", &[("tosses", &tosses)], 2, Height::Count)?;
/// assert_eq!(chart.text(), "coin, counts in 2 bins from 0 to 1\ntosses: ▃█  4 values, mean 0.75");
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Shapes
/// - values: any shape; each number is one value
///
/// # Errors
/// If there is no sample or no bin, or a sample is empty or has a value that is not finite.
pub fn histogram(
    title: &str,
    samples: &[(&str, &Tensor)],
    bins: usize,
    height: Height,
) -> Result<Chart> {
    let chart = "histogram";
    if samples.is_empty() {
        return Err(Error::Empty { chart, what: "the list of samples".to_owned() });
    }
    if bins == 0 {
        return Err(Error::Zero { chart, what: "the number of bins" });
    }
    let mut read = Vec::with_capacity(samples.len());
    for (label, tensor) in samples {
        let values = values(tensor)?;
        if values.is_empty() {
            return Err(Error::Empty { chart, what: format!("{label:?}") });
        }
        all_finite(chart, &format!("{label:?}"), &values)?;
        read.push((*label, values));
    }
    let edges = edges(read.iter().flat_map(|(_, values)| values).copied(), bins);
    let drawn: Vec<(&str, Vec<f64>)> =
        (read.iter()).map(|(label, values)| (*label, heights(values, &edges, height))).collect();
    let what = match height {
        Height::Count => "counts",
        Height::Density => "density",
        Height::Cumulative => "shares up to the end of each bin,",
    };
    let (first, last) = (number(edges[0]), number(edges[bins]));
    let mut text = format!("{title}, {what} in {bins} bins from {first} to {last}");
    for ((label, values), (_, heights)) in read.iter().zip(&drawn) {
        let mean = number(values.iter().sum::<f64>() / values.len() as f64);
        text += &format!("\n{label}: {}  {} values, mean {mean}", blocks(heights), values.len());
    }
    Ok(Chart::new(draw(title, &drawn, &edges)?, text))
}

/// The ends of `bins` bins around the values, a unit wide together if all values are one.
fn edges(values: impl Iterator<Item = f64>, bins: usize) -> Vec<f64> {
    let (low, high) = finite_range(values).unwrap_or((0.0, 1.0));
    let (low, high) = if low < high { (low, high) } else { (low - 0.5, high + 0.5) };
    (0..=bins).map(|i| low + (high - low) * (i as f64 / bins as f64)).collect()
}

fn heights(values: &[f64], edges: &[f64], height: Height) -> Vec<f64> {
    let bins = edges.len() - 1;
    let mut counts = vec![0.0; bins];
    for &value in values {
        let above = edges.partition_point(|edge| *edge <= value);
        counts[above.clamp(1, bins) - 1] += 1.0;
    }
    let n = values.len() as f64;
    let mut sum = 0.0;
    let height = |(i, count): (usize, &f64)| {
        sum += count;
        match height {
            Height::Count => *count,
            Height::Density => count / n / (edges[i + 1] - edges[i]),
            Height::Cumulative => sum / n,
        }
    };
    counts.iter().enumerate().map(height).collect()
}

fn draw(title: &str, samples: &[(&str, Vec<f64>)], edges: &[f64]) -> Result<String> {
    let bins = edges.len() - 1;
    let highest = samples.iter().flat_map(|(_, heights)| heights).fold(0.0f64, |a, b| a.max(*b));
    let room = 0.02 * (edges[bins] - edges[0]);
    let x = Axis::exact(edges[0] - room, edges[bins] + room);
    let y = Axis::exact(0.0, 1.08 * highest);
    let outline = |heights: &[f64]| -> Curve {
        let top = |i: usize| [(edges[i], heights[i]), (edges[i + 1], heights[i])];
        let tops = (0..bins).flat_map(top);
        [(edges[0], 0.0)].into_iter().chain(tops).chain([(edges[bins], 0.0)]).collect()
    };
    let outlines: Vec<Curve> = samples.iter().map(|(_, heights)| outline(heights)).collect();
    let shown: Vec<Curve> = outlines.iter().map(|outline| shares(outline, &x, &y)).collect();
    let names = samples.iter().map(|(label, _)| *label);
    let (corner, y) = legend_place(names, &shown, y, samples.len() > 1);
    Frame::new(title, SIZE, x, y).draw(|axes| {
        for (i, ((label, heights), outline)) in samples.iter().zip(&outlines).enumerate() {
            let colour = SERIES[i % SERIES.len()];
            let bars = (0..bins).map(|i| {
                let corners = [(edges[i], 0.0), (edges[i + 1], heights[i])];
                Rectangle::new(corners, rgb(colour).mix(0.3).filled())
            });
            axes.draw_series(bars).map_err(failed)?;
            line(axes, outline, colour)?;
            if samples.len() > 1 {
                key(axes, label, colour)?;
            }
        }
        let ground = [(edges[0], 0.0), (edges[bins], 0.0)];
        axes.draw_series([PathElement::new(ground, stroke(GREY, 1))]).map_err(failed)?;
        if samples.len() > 1 {
            legend(axes, corner)?;
        }
        Ok(String::new())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    // numpy.histogram([0, 1, 1, 2, 3, 4], 4) and with density=True
    #[test]
    fn bins_are_numpys() {
        let values = [0.0, 1.0, 1.0, 2.0, 3.0, 4.0];
        let edges = edges(values.into_iter(), 4);
        assert_eq!(edges, [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(heights(&values, &edges, Height::Count), [1.0, 2.0, 1.0, 2.0]);
        let density = heights(&values, &edges, Height::Density);
        assert_eq!(density, [1.0, 2.0, 1.0, 2.0].map(|count| count / 6.0));
        let shares = heights(&values, &edges, Height::Cumulative);
        assert_eq!(shares, [1.0, 3.0, 4.0, 6.0].map(|count| count / 6.0));
    }

    #[test]
    fn every_sample_has_its_bars_and_its_colour() {
        let real = Tensor::new(&[0f32, 1.0, 2.0], &Device::Cpu).unwrap();
        let fake = Tensor::new(&[5u32, 5], &Device::Cpu).unwrap();
        let samples = [("real", &real), ("fake", &fake)];
        let chart = histogram("", &samples, 5, Height::Density).unwrap();
        for colour in ["#1F68B2", "#DE7418"] {
            let fill = format!("fill=\"{colour}\"");
            assert_eq!(chart.svg().matches(&fill).count(), 5, "{colour}");
        }
        assert!(chart.text().contains("fake: ▁▁▁▁█  2 values, mean 5"), "{chart}");
    }

    #[test]
    fn one_value_is_a_bin_and_bad_samples_are_errors() {
        let draw = |values: &[f32], bins| {
            let values = Tensor::new(values, &Device::Cpu).unwrap();
            histogram("", &[("x", &values)], bins, Height::Count).map_err(|e| e.to_string())
        };
        assert!(draw(&[3.0, 3.0], 3).is_ok());
        let nan = "histogram: 1 of 2 values of \"x\" are NaN or infinite";
        assert_eq!(draw(&[f32::NAN, 0.0], 3).unwrap_err(), nan);
        assert_eq!(draw(&[], 3).unwrap_err(), "histogram: \"x\" is empty");
        assert_eq!(
            draw(&[1.0], 0).unwrap_err(),
            "histogram: the number of bins must be at least 1"
        );
    }
}
