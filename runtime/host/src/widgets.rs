//! Sliders, buttons and the like, in the notebook: the protocol of ipywidgets 8.
//!
//! A widget is shown like any other value, as a cell's last expression or through
//! [`display`](crate::display()). Callbacks run on a thread of their own, while cells run and between them.
//!
//! ```no_run
//! use candlelab_host::{Bundle, widgets::{FloatSlider, interact}};
//! let rate = FloatSlider::new("rate", 0.0..=1.0).at(0.1);
//! interact(rate, |rate| Bundle::text(format!("{rate:.2}")));
//! ```

mod boxes;
mod comm;
mod controls;
mod interact;
mod model;
mod sink;

pub use boxes::{HBox, Html, Label, Output, ProgressBar, VBox};
pub use controls::{Button, Checkbox, Control, Dropdown, FloatSlider, IntSlider, TextBox};
pub use interact::{Controls, Shows, interact};
pub use model::{Model, Widget};

pub(crate) use sink::{is_capturing, swallow};
