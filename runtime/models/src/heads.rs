//! Vectors split into heads, and joined again.

use candle_core::{Result, Tensor};

/// `(batch, length, width)` to `(batch, heads, length, width / heads)`.
pub(crate) fn split(x: &Tensor, heads: usize) -> Result<Tensor> {
    let (batch, length, width) = x.dims3()?;
    x.reshape((batch, length, heads, width / heads))?.transpose(1, 2)?.contiguous()
}

/// Queries, keys and values that one map made: `(batch, length, 3 · width)` to three of
/// `(batch, heads, length, width / heads)`.
pub(crate) fn split_three(qkv: &Tensor, heads: usize) -> Result<[Tensor; 3]> {
    let width = qkv.dim(2)? / 3;
    let part = |at: usize| split(&qkv.narrow(2, at * width, width)?, heads);
    Ok([part(0)?, part(1)?, part(2)?])
}

/// `(batch, heads, length, width / heads)` to `(batch, length, width)`.
pub(crate) fn join(y: &Tensor) -> Result<Tensor> {
    y.transpose(1, 2)?.flatten_from(2)
}
