//! Tests that draw random numbers.

use candle_core::{DType, Result, Tensor};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The library has one generator, so that tests at the same time would draw each other's numbers;
/// models draw their weights from it, too.
static DRAWING: Mutex<()> = Mutex::new(());

/// Seeds the generator and keeps it from other tests until the end of this one.
pub fn seeded(seed: u64) -> MutexGuard<'static, ()> {
    let guard = DRAWING.lock().unwrap_or_else(PoisonError::into_inner);
    candlelab_nn::seed(seed);
    guard
}

/// A scalar.
pub fn number(tensor: &Tensor) -> Result<f64> {
    tensor.to_dtype(DType::F64)?.to_scalar()
}

/// The mean of all numbers.
pub fn mean(tensor: &Tensor) -> Result<f64> {
    number(&tensor.to_dtype(DType::F64)?.mean_all()?)
}

/// The largest distance of a number from its fellow.
pub fn distance(a: &Tensor, b: &Tensor) -> Result<f64> {
    number(&(a - b)?.abs()?.max_all()?)
}
