//! Evaluates Rust cells: evcxr behind [`Engine`], and a toy engine for protocol tests.
//!
//! The trait, its events and the toy engine ([`Echo`]) are always built; the Rust evaluator
//! stands behind the feature `rust`, since it brings rust-analyzer with it.

mod api;
pub mod echo;

pub use api::*;
pub use echo::Echo;

#[cfg(feature = "rust")]
pub mod rust;
