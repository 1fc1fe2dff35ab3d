//! Labs as software: their exercises, student versions, hints and checks.
//!
//! [`Lab`] is a master notebook with solutions, hidden tests and nbgrader's metadata (schema 3);
//! [`release`] makes the student version of it, [`repair`] puts a student's answers back into the
//! lab whatever happened to their notebook, and [`problems`] is what a reviewer would find wrong
//! with a lab before running it.

mod error;
mod exercise;
mod feedback;
mod grade;
mod gradebook;
mod lab;
mod lint;
mod marks;
mod progress;
mod prose;
mod release;
mod repair;
mod salvage;
pub mod sandbox;
mod submissions;

pub use error::Error;
pub use exercise::{Exercise, exercises};
pub use feedback::feedback;
pub use grade::{Half, Halves, Told, Verdict, judge, runs_something};
pub use gradebook::{Grade, Gradebook, csv};
pub use lab::{About, Lab, chosen_labs, find_lab, labs};
pub use lint::problems;
pub use marks::Marks;
pub use progress::{Result as CheckResult, results};
pub use release::release;
pub use repair::{Repaired, repair};
pub use salvage::salvage;
pub use submissions::{Submission, submissions};
