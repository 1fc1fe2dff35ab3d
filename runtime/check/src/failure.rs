//! Why a check does not pass.

use std::fmt::Display;

/// What a check found: an idea that does not hold, or an error in the student's code.
///
/// Every error becomes one, so that `?` works in a check.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    pub(crate) message: String,
    /// What the student's code gave instead.
    pub(crate) yours: Option<String>,
}

impl Failure {
    /// An idea that does not hold.
    pub fn new(idea: impl Into<String>) -> Self {
        Self { message: idea.into(), yours: None }
    }

    pub(crate) fn with(idea: &str, yours: impl Display) -> Self {
        Self { message: idea.into(), yours: Some(yours.to_string()) }
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        let text = error.to_string();
        // Candle appends its backtrace when `RUST_BACKTRACE` is set.
        Self::new(format!("your code gave an error: {}", text.lines().next().unwrap_or_default()))
    }
}

/// A check that does not pass; it ends its cell.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{name}: {message}{}", yours.as_ref().map(|it| format!("\nyours: {it}")).unwrap_or_default())]
pub struct CheckFailed {
    /// The check's name.
    pub name: String,
    /// The idea that does not hold yet.
    pub message: String,
    /// What the student's code gave.
    pub yours: Option<String>,
}
