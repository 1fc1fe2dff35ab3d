//! Notebook files: read without loss, run headless, and report.
//!
//! [`Notebook`] holds a file of nbformat 4 as the JSON it is, so that whatever this crate does
//! not know comes out as it went in. [`run`] executes its code cells on any
//! [`Engine`](candlelab_engine::Engine) and puts the outputs in their places; what became of the
//! cells is a [`Report`]. A failing cell is such a report, never an [`Error`].
//!
//! Without running anything, [`lint`] says what is wrong with a notebook, [`to_script`] and
//! [`from_script`] turn it into Rust and back, and [`Project`] makes a program of it.
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

mod bounded;
mod cell;
mod compare;
mod draft;
mod error;
mod json;
mod lint;
mod magic;
mod names;
mod notebook;
mod output;
pub mod parameters;
mod prelude;
mod project;
mod recorder;
mod regions;
mod report;
pub mod reports;
mod runner;
mod rust;
mod save;
mod script;
mod watch;
mod widgets;

pub use cell::{Cell, Kind};
pub use compare::{Difference, Tolerance, accept, compare, has_outputs};
pub use error::Error;
pub use json::float as python_float;
pub use lint::{Problem, Rule, absolute_path, lint};
pub use notebook::Notebook;
pub use project::{Library, Project};
pub use regions::Region;
pub use report::{CellReport, Outcome, Report, Status};
pub use runner::{Options, run};
pub use save::{check_folder, read_file, write_file};
pub use script::{from_script, to_script};
pub use watch::Stop;
