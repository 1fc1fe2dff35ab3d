//! Notebook files: read without loss, run headless, and report.
//!
//! [`Notebook`] holds a file of nbformat 4 as the JSON it is, so that whatever this crate does
//! not know comes out as it went in. [`run`] executes its code cells on any
//! [`Engine`](candlelab_engine::Engine) and puts the outputs in their places; what became of the
//! cells is a [`Report`]. A failing cell is such a report, never an [`Error`].
//!
//! ```
//! use candlelab_engine::Echo;
//! use candlelab_notebook::{Notebook, Options, Outcome, run};
//!
//! let text = r#"{"cells": [{"cell_type": "code", "source": "value 42", "metadata": {}}],
//!     "metadata": {}, "nbformat": 4, "nbformat_minor": 4}"#;
//! let mut notebook = Notebook::parse(text.as_bytes(), "answer.ipynb")?;
//! let report = run(&mut notebook, &mut Echo::default(), &mut Options::default());
//! assert_eq!(report.outcome(), Outcome::Passed);
//! assert!(notebook.to_text().contains("42"));
//! # Ok::<(), candlelab_notebook::Error>(())
//! ```

mod cell;
mod error;
mod json;
mod notebook;
mod output;
mod recorder;
mod report;
mod runner;
mod save;
mod watch;
mod widgets;

pub use cell::{Cell, Kind};
pub use error::Error;
pub use json::float as python_float;
pub use notebook::Notebook;
pub use report::{CellReport, Outcome, Report, Status};
pub use runner::{Options, run};
pub use save::check_folder;
pub use watch::Stop;
