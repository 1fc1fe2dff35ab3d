//! Densities of numbers, estimated and drawn from.

mod cholesky;
mod coin;
mod energy;
mod gmm;
mod inverse;
mod kde;
mod terms;

pub use coin::{coin_log_likelihood, coin_mle};
pub use energy::energy_distance;
pub use gmm::Gmm;
pub use inverse::InverseCdf;
pub use kde::Kde;
pub use terms::{formula, sparse_regression};

use candle_core::{DType, Result, Tensor, bail};

/// Examples `(n, d)` as f64, at least one and all finite.
fn examples(x: &Tensor) -> Result<Tensor> {
    let (n, d) = x.dims2()?;
    let x = x.detach().to_dtype(DType::F64)?.contiguous()?;
    if n * d == 0 || !x.abs()?.sum_all()?.to_scalar::<f64>()?.is_finite() {
        bail!("a density needs examples (n, d) that are numbers, got {n} of {d}");
    }
    Ok(x)
}
