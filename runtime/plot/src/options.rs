//! How curves are drawn: scales, names and ranges of the axes.

use crate::axis::Axis;
use crate::{Error, Result};

/// How far apart numbers stand on an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Scale {
    /// By their difference.
    #[default]
    Linear,
    /// By their ratio: 0.1, 1 and 10 are equally far apart. Numbers of 0 and below have no place.
    Log,
}

/// The axes of a chart of curves; `LineOptions::default()` fills in what is not named.
///
/// ```
/// use candlelab_plot::{LineOptions, Scale};
/// let options = LineOptions { y_scale: Scale::Log, ..LineOptions::default() };
/// assert_eq!((options.x_scale, options.y_range), (Scale::Linear, None));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineOptions {
    /// The scale of x; linear.
    pub x_scale: Scale,
    /// The scale of y; linear.
    pub y_scale: Scale,
    /// What x is; nothing.
    pub x_label: String,
    /// What y is; nothing.
    pub y_label: String,
    /// The smallest and the largest x shown; `None` shows all. Frames of an animation need one.
    pub x_range: Option<(f64, f64)>,
    /// The smallest and the largest y shown.
    pub y_range: Option<(f64, f64)>,
}

impl LineOptions {
    /// Whether a point has a place on the axes, in their range or not.
    pub(crate) fn can_show(&self, (x, y): (f64, f64)) -> bool {
        let fits = |scale, value: f64| value.is_finite() && (scale == Scale::Linear || value > 0.0);
        fits(self.x_scale, x) && fits(self.y_scale, y)
    }

    /// The axes for points, of which none may be left.
    pub(crate) fn axes(
        &self,
        chart: &'static str,
        points: impl Iterator<Item = (f64, f64)> + Clone,
    ) -> Result<(Axis, Axis)> {
        let axis = |what, scale, range: Option<(f64, f64)>, values: Vec<f64>| match range {
            Some((low, high)) => {
                let start = if scale == Scale::Log { f64::MIN_POSITIVE } else { f64::MIN };
                if !(start <= low && low < high && high <= f64::MAX) {
                    return Err(Error::Range { chart, what, got: (low, high) });
                }
                Ok(Axis::exact(low, high).on(scale))
            }
            None => {
                Axis::around(values, scale).ok_or_else(|| crate::axes::failed("no finite point"))
            }
        };
        let x = axis("x", self.x_scale, self.x_range, points.clone().map(|p| p.0).collect())?;
        let y = axis("y", self.y_scale, self.y_range, points.map(|p| p.1).collect())?;
        Ok((x, y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_checked_against_its_scale() {
        let axes = |scale, range| {
            let options =
                LineOptions { x_scale: scale, x_range: Some(range), ..LineOptions::default() };
            options.axes("lines", [(1.0, 1.0)].into_iter())
        };
        assert!(axes(Scale::Linear, (-1.0, 1.0)).is_ok());
        let text = axes(Scale::Log, (0.0, 1.0)).unwrap_err().to_string();
        assert!(text.starts_with("lines: the range of x is (low, high) with low < high"), "{text}");
        assert!(axes(Scale::Linear, (f64::NAN, 1.0)).is_err());
    }
}
