//! What a lab asks of its student, and the answer: passed, or the idea that does not hold yet.
//!
//! A lab says once how many checks it has, with [`lab`]; below every exercise stands a [`check()`].
//! Its closure calls what the student wrote and compares it through a [`Check`]; an error or a
//! panic in the student's code fails the check like a wrong number.
//!
//! ```
//! use candlelab_check::{check, lab};
//! fn square(x: f64) -> f64 { x * x } // the student's
//!
//! lab("00-squares", 1);
//! check("square", 1, |c| {
//!     c.close(square(3.0), 9.0, 1e-9, "a square is the number times itself")?;
//!     c.at_least(square(-2.0), 0.0, "no square is below zero")?;
//!     Ok("numbers squared")
//! })?; // ✓ 1 of 1 · numbers squared
//! # Ok::<(), candlelab_check::CheckFailed>(())
//! ```

mod check;
mod failure;
mod gradient;
mod lab;
mod numbers;
mod probe;
mod report;

pub use check::{Check, check};
pub use failure::{CheckFailed, Failure};
pub use lab::{full_or_fast, lab, progress};
pub use numbers::Numbers;
pub use probe::{Expect, Probe, expect, probe};
