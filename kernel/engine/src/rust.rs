//! The Rust evaluator: evcxr, made fast and truthful.
//!
//! [`store`] builds the runtime once; [`front`] compiles cells against it in cargo's place;
//! [`worker`] is the process that runs them; [`link`] carries what they say to the engine;
//! [`RustEngine`] ties these to evcxr.

mod buffered;
mod complete;
mod diagnostics;
mod edit;
mod engine;
mod environment;
mod faulty;
mod frame;
pub mod front;
mod glue;
mod impls;
mod link;
mod locate;
mod magic;
mod parse;
mod patterns;
mod recent;
mod session;
mod shortage;
mod stopper;
pub mod store;
pub mod toolchain;
mod variables;
pub mod worker;

pub use engine::RustEngine;
pub use environment::program;
pub use parse::completeness;
pub use store::{Store, prepare, prepare_bench};
pub use toolchain::doctor;

/// Takes over the process if it was started as a compile front or a worker; otherwise returns.
///
/// Every program that starts a [`RustEngine`] calls this first: the engine starts that program
/// anew for both.
pub fn hook() {
    front::hook();
    worker::hook();
}
