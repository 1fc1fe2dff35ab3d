//! The private channel from a cell to its host: displays, progress, input, interrupts.
//!
//! A host (the kernel, the headless runner) attaches itself once with [`attach`]; without one
//! the same calls print plain text, so a lab's code also runs as an ordinary program.
//!
//! - [`display`] shows pictures, tables and text, and replaces them in place;
//! - [`Rich`] is what a type implements to be shown as a cell's value;
//! - [`progress`](progress()) wraps an iterator in a progress bar that an interrupt can stop;
//! - [`check_interrupt`] is what every long loop calls.
//!
//! With the feature `candle`, tensors are [`Rich`] as well.

mod bundle;
mod channel;
pub mod display;
mod interrupt;
mod progress;
mod show;
#[cfg(feature = "candle")]
mod tensor;

#[doc(hidden)]
pub mod cell;
#[doc(hidden)]
pub mod magic;

pub use bundle::{Bundle, Rich};
pub use channel::{input, password};
pub use display::{Handle, display};
pub use interrupt::{Interrupted, check_interrupt};
pub use progress::{Progress, progress};
#[doc(hidden)]
pub use show::{ByDebug, ByRich, Opaque, Shown};
