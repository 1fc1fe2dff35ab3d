//! Charts for a cell: curves, points, decision maps, images and matrices, as SVG with a text twin.
//!
//! Every function here returns a [`Chart`], which a notebook shows as the last value of a cell and
//! which [`Chart::save`] writes to a file. Bad input is an [`Error`] that names both sides.
//!
//! - [`line_chart`], [`lines`], [`descent`]: curves over a number;
//! - [`scatter`], [`decision_map`]: points of the plane and what a model says about them;
//! - [`bar_chart`]: named values;
//! - [`image_grid`], [`heat_map`], [`confusion_matrix`]: tensors to look at.
//!
//! `axes` is the frame that the first two groups draw into with plotters, `raster` the pixels of
//! the last two, and `read` turns tensors into checked numbers.
//!
//! ```
//! let chart = candlelab_plot::line_chart("squares", &[0.0, 1.0, 2.0], &[0.0, 1.0, 4.0])?;
//! assert!(chart.svg().starts_with("<svg"));
//! assert!(chart.text().starts_with("squares"));
//! # Ok::<(), candlelab_plot::Error>(())
//! ```

mod axes;
mod axis;
mod bars;
mod cells;
mod chart;
mod contour;
mod curves;
mod decision;
mod error;
mod images;
mod matrix;
mod palette;
mod points;
mod raster;
mod read;
mod sparkline;

pub use bars::bar_chart;
pub use chart::Chart;
pub use curves::{descent, line_chart, lines};
pub use decision::decision_map;
pub use error::{Error, Result};
pub use images::{Titles, image_grid};
pub use matrix::{confusion_matrix, heat_map};
pub use points::scatter;
