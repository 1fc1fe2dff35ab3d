//! Queries, keys and values that one map makes, split into heads.

use candle_core::{Result, Tensor};

/// `(batch, length, 3 · width)` to three of `(batch, heads, length, width / heads)`.
pub(crate) fn split(qkv: &Tensor, heads: usize) -> Result<[Tensor; 3]> {
    let (batch, length, width) = qkv.dims3()?;
    let width = width / 3;
    let part = |at: usize| {
        let part = qkv.narrow(2, at * width, width)?; // (batch, length, width)
        part.reshape((batch, length, heads, width / heads))?.transpose(1, 2)?.contiguous()
    };
    Ok([part(0)?, part(1)?, part(2)?])
}

/// `(batch, heads, length, width / heads)` to `(batch, length, width)`.
pub(crate) fn join(y: &Tensor) -> Result<Tensor> {
    y.transpose(1, 2)?.flatten_from(2)
}
