//! What can be wrong with a chart's input.

use std::path::PathBuf;

/// The result of drawing.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a chart could not be drawn; every message names the chart and both sides.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Two inputs that belong together have different lengths.
    #[error("{chart}: {left} has {left_len} values, {right} has {right_len}")]
    Length {
        /// The function called.
        chart: &'static str,
        /// One input.
        left: String,
        /// Its length.
        left_len: usize,
        /// The other input.
        right: String,
        /// Its length.
        right_len: usize,
    },

    /// There is nothing to draw.
    #[error("{chart}: {what} is empty")]
    Empty {
        /// The function called.
        chart: &'static str,
        /// The input.
        what: String,
    },

    /// Values that must be finite are not.
    #[error("{chart}: {bad} of {total} values of {what} are NaN or infinite")]
    NotFinite {
        /// The function called.
        chart: &'static str,
        /// The input.
        what: String,
        /// How many are not finite.
        bad: usize,
        /// How many there are.
        total: usize,
    },

    /// A log axis has nothing to show.
    #[error("{chart}: no point of {left} and {right} is above 0, which a log axis needs")]
    NotPositive {
        /// The function called.
        chart: &'static str,
        /// The input for x.
        left: String,
        /// The input for y.
        right: String,
    },

    /// A tensor has the wrong shape.
    #[error("{chart}: {what} must have shape {expected}, got {got:?}")]
    Shape {
        /// The function called.
        chart: &'static str,
        /// The tensor.
        what: &'static str,
        /// The shape it should have.
        expected: String,
        /// The shape it has.
        got: Vec<usize>,
    },

    /// A class number outside its range.
    #[error("{chart}: {what} contains {got}, but classes are the whole numbers from 0 to {last}")]
    Class {
        /// The function called.
        chart: &'static str,
        /// The tensor.
        what: &'static str,
        /// The value found.
        got: f64,
        /// The last class.
        last: usize,
    },

    /// An extent that encloses no area.
    #[error("{chart}: the extent is [x0, x1, y0, y1] with x0 < x1 and y0 < y1, got {got:?}")]
    Extent {
        /// The function called.
        chart: &'static str,
        /// The extent given.
        got: [f64; 4],
    },

    /// The range of an axis that holds nothing.
    #[error(
        "{chart}: the range of {what} is (low, high) with low < high, above 0 on a log scale, got {got:?}"
    )]
    Range {
        /// The function called.
        chart: &'static str,
        /// The axis.
        what: &'static str,
        /// The range given.
        got: (f64, f64),
    },

    /// A value outside its interval, such as a probability of 2.
    #[error("{chart}: {what} must lie between {low} and {high}, got {got}")]
    Outside {
        /// The function called.
        chart: &'static str,
        /// The input.
        what: String,
        /// The value found.
        got: f64,
        /// The smallest value allowed.
        low: f64,
        /// The largest value allowed.
        high: f64,
    },

    /// A count that must be larger.
    #[error("{chart}: {what} must be at least 1")]
    Zero {
        /// The function called.
        chart: &'static str,
        /// The count.
        what: &'static str,
    },

    /// A tensor operation failed, the model's own for instance.
    #[error(transparent)]
    Candle(#[from] candle_core::Error),

    /// The drawing itself failed.
    #[error("drawing failed: {0}")]
    Draw(String),

    /// There is nothing to write letters with.
    #[error("this machine has no font for a PNG picture\nhint: install one, or save as .svg")]
    NoFont,

    /// The chart could not be written.
    #[error("cannot write the chart to {}: {source}", path.display())]
    Save {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Lets functions that return Candle's `Result` draw with `?`.
impl From<Error> for candle_core::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Candle(error) => error,
            other => candle_core::Error::wrap(other),
        }
    }
}

#[cfg(test)]
mod tests {
    fn in_candle() -> candle_core::Result<crate::Chart> {
        Ok(crate::line_chart("", &[0.0], &[])?)
    }

    #[test]
    fn a_function_with_candles_result_can_draw() {
        let text = in_candle().unwrap_err().to_string();
        assert!(text.starts_with("line_chart: xs has 1 values, ys has 0"), "{text}");
    }
}
