//! Explanations against outside references and on models whose truth is known.

#[path = "../../nn/tests/common/mod.rs"]
mod common;

#[path = "explain/attack.rs"]
mod attack;

#[path = "explain/conformal.rs"]
mod conformal;

#[path = "explain/hidden.rs"]
mod hidden;

#[path = "explain/image.rs"]
mod image;

#[path = "explain/reference.rs"]
mod reference;

#[path = "explain/slope.rs"]
mod slope;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The random numbers are the process's; one test at a time draws from them, all from one start.
fn alone() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    let guard = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    candlelab_nn::seed(1);
    guard
}
