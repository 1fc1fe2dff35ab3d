//! Charts for a cell: curves, maps, graphs, images and matrices, as SVG with a text twin.
//!
//! Every function here returns a [`Chart`], which a notebook shows as the last value of a cell and
//! which [`Chart::save`] writes to a file. Bad input is an [`Error`] that names both sides.
//!
//! - [`line_chart`], [`lines`], [`lines_with`], [`bands`], [`descent`]: curves over a number;
//! - [`histogram`], [`bar_chart`]: how often, how much;
//! - [`roc_curve`], [`precision_recall_curve`], [`reliability_diagram`], [`confusion_matrix`]: how
//!   good a classifier is;
//! - [`scatter`], [`decision_map`], [`contour`], [`surface`], [`quiver`], [`stream_plot`]: the plane
//!   and functions on it;
//! - [`graph_chart`], [`transition_graph`], [`computation_graph`]: nodes and arrows;
//! - [`image_grid`], [`heat_map`], [`attention_map`], [`patch_attention`]: tensors to look at;
//! - [`small_multiples`] puts charts side by side, `candlelab_host::animation(charts)` one after
//!   the other.
//!
//! `axes` is the frame that plotters draws curves and maps into, `elements` what graphs are made
//! of, `raster` the pixels of images, and `read` turns tensors into checked numbers.
//!
//! ```
//! let chart = candlelab_plot::line_chart("squares", &[0.0, 1.0, 2.0], &[0.0, 1.0, 4.0])?;
//! assert!(chart.svg().starts_with("<svg"));
//! assert!(chart.text().starts_with("squares"));
//! # Ok::<(), candlelab_plot::Error>(())
//! ```

mod attention;
mod axes;
mod axis;
mod bands;
mod bar;
mod bars;
mod cells;
mod chart;
mod computation;
mod contour;
mod curves;
mod decision;
mod elements;
mod error;
mod field;
mod graph;
mod histogram;
mod images;
mod layout;
mod levels;
mod links;
mod matrix;
mod multiples;
mod options;
mod palette;
mod png;
mod points;
mod raster;
mod rates;
mod read;
mod sparkline;
mod streams;
mod strokes;
mod surface;
mod titles;

pub use attention::{attention_map, patch_attention};
pub use bands::{Spread, bands};
pub use bars::bar_chart;
pub use chart::Chart;
pub use computation::{ValueNode, computation_graph};
pub use curves::{descent, line_chart, lines, lines_with};
pub use decision::decision_map;
pub use error::{Error, Result};
pub use field::{quiver, stream_plot};
pub use graph::{Colours, GraphOptions, graph_chart, transition_graph};
pub use histogram::{Height, histogram};
pub use images::image_grid;
pub use layout::GraphLayout;
pub use levels::{contour, contour_of};
pub use matrix::{confusion_matrix, heat_map};
pub use multiples::small_multiples;
pub use options::{LineOptions, Scale};
pub use points::scatter;
pub use rates::{precision_recall_curve, reliability_diagram, roc_curve};
pub use surface::{surface, surface_of};
pub use titles::Titles;
