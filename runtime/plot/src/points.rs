//! Points of the plane, coloured by their class.

use crate::axes::{Axes, Frame, failed, px};
use crate::axis::{Axis, number};
use crate::palette::{CYAN, INK, Rgb, SERIES, YELLOW, rgb};
use crate::read::{all_finite, column, points as read_points};
use crate::{Chart, Result, Scale};
use candle_core::Tensor;
use plotters::prelude::*;
use std::ops::Range;

/// More points than this are drawn as an evenly spaced part of them.
const MOST_POINTS: usize = 400;

/// Points with a colour and a shape for each class.
///
/// Two classes are drawn as cyan squares (the lower label) and yellow circles; more are circles.
/// Of more than 400 points, evenly spaced ones are drawn.
///
/// ```
/// use candle_core::{Device, Tensor};
/// let points = Tensor::new(&[[0f32, 0.], [1., 1.]], &Device::Cpu)?;
/// let labels = Tensor::new(&[-1i64, 1], &Device::Cpu)?;
/// let chart = candlelab_plot::scatter("two points", &points, &labels)?;
/// assert!(chart.text().ends_with("2 points: 1 of class -1, 1 of class 1"));
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Shapes
/// - `points`: `(n, 2)`
/// - `labels`: `(n)` or `(n, 1)`, of any element type
///
/// # Errors
/// If the shapes do not fit, there is no point, or a value is not finite.
pub fn scatter(title: &str, points: &Tensor, labels: &Tensor) -> Result<Chart> {
    let cloud = Cloud::read("scatter", points, labels)?;
    let axis = |coordinate: fn(&(f64, f64)) -> f64| {
        Axis::around(cloud.points.iter().map(coordinate), Scale::Linear)
    };
    let (Some(x), Some(y)) = (axis(|point| point.0), axis(|point| point.1)) else {
        return Err(failed("no finite point"));
    };
    let svg = Frame::new(title, (460, 420), x, y).draw(|axes| {
        cloud.draw(axes)?;
        Ok(String::new())
    })?;
    Ok(Chart::new(svg, format!("{title}\n{}", cloud.text())))
}

/// Checked points with their classes.
pub(crate) struct Cloud {
    pub points: Vec<(f64, f64)>,
    labels: Vec<f64>,
    /// The labels that occur, in ascending order.
    pub classes: Vec<f64>,
}

impl Cloud {
    /// Reads points and labels for the function `chart`.
    pub fn read(chart: &'static str, points: &Tensor, labels: &Tensor) -> Result<Self> {
        let points = read_points(chart, points)?;
        let labels = column(chart, "labels", labels, ("points", points.len()))?;
        all_finite(chart, "labels", &labels)?;
        let mut classes = labels.clone();
        classes.sort_by(f64::total_cmp);
        classes.dedup();
        Ok(Self { points, labels, classes })
    }

    /// Draws the points that lie within the axes.
    pub fn draw(&self, axes: &mut Axes<'_>) -> Result<()> {
        let (x, y) = (axes.x_range(), axes.y_range());
        let step = self.points.len().div_ceil(MOST_POINTS);
        let all = self.points.iter().zip(&self.labels).step_by(step);
        for (&point, label) in all.filter(|(point, _)| within(&x, point.0) && within(&y, point.1)) {
            let class = self.classes.iter().position(|class| class == label).unwrap_or(0);
            let (colour, square) = self.look(class);
            draw_point(axes, point, colour, square)?;
        }
        Ok(())
    }

    fn look(&self, class: usize) -> (Rgb, bool) {
        match (self.classes.len(), class) {
            (..=2, 0) => (CYAN, true),
            (..=2, _) => (YELLOW, false),
            _ => (SERIES[class % SERIES.len()], false),
        }
    }

    /// `4 points: 2 of class -1, 2 of class 1`
    pub fn text(&self) -> String {
        if self.classes.len() > 10 {
            return format!("{} points of {} classes", self.points.len(), self.classes.len());
        }
        let count = |class: f64| self.labels.iter().filter(|label| **label == class).count();
        let parts = self
            .classes
            .iter()
            .map(|&class| format!("{} of class {}", count(class), number(class)));
        format!("{} points: {}", self.points.len(), parts.collect::<Vec<_>>().join(", "))
    }
}

fn within(range: &Range<f64>, value: f64) -> bool {
    (range.start..=range.end).contains(&value)
}

fn draw_point(axes: &mut Axes<'_>, point: (f64, f64), colour: Rgb, square: bool) -> Result<()> {
    for (radius, colour) in [(5, INK), (4, colour)] {
        let (radius, style) = (px(radius), rgb(colour).filled());
        let drawn = match square {
            true => {
                let corners = [(-radius, -radius), (radius, radius)];
                axes.draw_series([EmptyElement::at(point) + Rectangle::new(corners, style)])
            }
            false => axes.draw_series([Circle::new(point, radius, style)]),
        };
        drawn.map_err(failed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    fn tensor(dims: &[usize], value: f32) -> Tensor {
        Tensor::full(value, dims, &Device::Cpu).unwrap()
    }

    fn error(points: &[usize], labels: &[usize]) -> String {
        scatter("", &tensor(points, 1.0), &tensor(labels, 1.0)).unwrap_err().to_string()
    }

    #[test]
    fn errors_name_both_sides() {
        assert_eq!(error(&[4, 3], &[4]), "scatter: points must have shape (n, 2), got [4, 3]");
        assert_eq!(error(&[4, 2], &[3]), "scatter: labels has 3 values, points has 4");
        assert_eq!(
            error(&[4, 2], &[4, 2]),
            "scatter: labels must have shape (n) or (n, 1), got [4, 2]"
        );
        assert_eq!(error(&[0, 2], &[0]), "scatter: points is empty");
        let bad = scatter("", &tensor(&[2, 2], f32::NAN), &tensor(&[2], 0.0)).unwrap_err();
        assert_eq!(bad.to_string(), "scatter: 4 of 4 values of points are NaN or infinite");
    }

    #[test]
    fn labels_of_every_type_are_classes() {
        for dtype in
            [DType::U8, DType::U32, DType::I64, DType::BF16, DType::F16, DType::F32, DType::F64]
        {
            let labels = tensor(&[3, 1], 1.0).to_dtype(dtype).unwrap();
            let chart = scatter("", &tensor(&[3, 2], 0.0), &labels).unwrap();
            assert!(chart.text().ends_with("3 of class 1"), "{dtype:?}: {chart}");
        }
    }

    #[test]
    fn many_points_stay_a_small_picture() {
        let points = Tensor::rand(0f32, 1., (20_000, 2), &Device::Cpu).unwrap();
        let labels = Tensor::arange(0u32, 20_000, &Device::Cpu).unwrap();
        assert!(scatter("", &points, &labels).unwrap().svg().len() < 100_000);
    }
}
