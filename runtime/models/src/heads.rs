//! Vectors split into heads, and joined again.

use candle_core::{Result, Tensor};

/// `(batch, length, width)` to `(batch, heads, length, width / heads)`.
pub(crate) fn split(x: &Tensor, heads: usize) -> Result<Tensor> {
    let (batch, length, width) = x.dims3()?;
    x.reshape((batch, length, heads, width / heads))?.transpose(1, 2)?.contiguous()
}

/// `(batch, heads, length, width / heads)` to `(batch, length, width)`.
pub(crate) fn join(y: &Tensor) -> Result<Tensor> {
    y.transpose(1, 2)?.flatten_from(2)
}
