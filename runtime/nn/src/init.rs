//! Random weights to start from.

use crate::random::rand;
use candle_core::{Result, Var};

/// How many numbers a weight reads for each of its outputs, and how many outputs each of its
/// inputs reaches: `(in · places, out · places)` for a weight of `(out, in, places…)`.
fn fans(w: &Var) -> (f64, f64) {
    let places: usize = w.dims().iter().skip(2).product();
    let fan = |dim: usize| (w.dims().get(dim).copied().unwrap_or(1) * places) as f64;
    (fan(1), fan(0))
}

/// Sets a weight to numbers uniform in `±√(6 / (fan_in + fan_out))` (Glorot and Bengio 2010), which
/// keeps the size of what goes through an affine map the same, forwards and backwards.
///
/// # Errors
/// If the device has no room.
pub fn xavier_uniform(w: &Var) -> Result<()> {
    let (fan_in, fan_out) = fans(w);
    let bound = (6.0 / (fan_in + fan_out)).sqrt();
    w.set(&rand(-bound, bound, w.shape(), w.device())?.to_dtype(w.dtype())?)
}
