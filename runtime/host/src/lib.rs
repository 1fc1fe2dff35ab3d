//! The private channel from a cell to its host: displays, progress, input, interrupts.
//!
//! A host (the kernel, the headless runner) attaches itself once with [`attach`]; without one
//! the same calls print plain text, so a lab's code also runs as an ordinary program.
//!
//! - [`display`] shows pictures, tables and text, and replaces them in place;
//! - [`Rich`] is what a type implements to be shown as a cell's value;
//! - [`progress`](progress()) wraps an iterator in a progress bar that an interrupt can stop;
//! - [`table`](table()) and [`animation`](animation()) show rows and frames;
//! - [`widgets`] are sliders and buttons that call a notebook's functions;
//! - [`check_interrupt`] is what every long loop calls.
//!
//! With the feature `candle`, tensors are [`Rich`] as well.

mod animation;
mod bundle;
mod channel;
pub mod display;
mod interrupt;
mod progress;
mod show;
mod table;
#[cfg(feature = "candle")]
mod tensor;
pub mod widgets;

#[doc(hidden)]
pub mod cell;
#[doc(hidden)]
pub mod magic;

pub use animation::{Animation, animation};
pub use bundle::{Bundle, Rich};
pub use channel::{input, password};
pub use display::{Handle, display};
pub use interrupt::{Interrupted, check_interrupt};
pub use progress::{Progress, progress};
/// What a struct derives whose values are rows of a [`table`](table()).
pub use serde::Serialize;
#[doc(hidden)]
pub use show::{ByDebug, ByRich, Opaque, Shown};
pub use table::{Table, table};
