//! Convolutions of other devices: Candle's own, where its gradient or its forms have gaps with a
//! detour.

use super::ConvOptions;
use candle_core::{Result, Tensor};

/// Candle's gradient takes what a stride leaves over in height for the width, too (0.11.1). Where
/// both differ, the padding is done beforehand and what no window reaches is cut off, so that
/// nothing is left over.
pub fn conv2d(x: &Tensor, w: &Tensor, options: ConvOptions) -> Result<Tensor> {
    let ConvOptions { stride, padding, dilation, groups } = options;
    let left_over = |dim: usize| -> Result<usize> {
        let window = dilation * (w.dim(dim)? - 1) + 1;
        Ok((x.dim(dim)? + 2 * padding - window) % stride)
    };
    let (height, width) = (left_over(2)?, left_over(3)?);
    if height == width {
        return x.conv2d(w, padding, stride, dilation, groups);
    }
    let mut x = x.clone();
    for (dim, left_over) in [(2, height), (3, width)] {
        x = x.pad_with_zeros(dim, padding, padding)?;
        x = x.narrow(dim, 0, x.dim(dim)? - left_over)?;
    }
    x.contiguous()?.conv2d(w, 0, stride, dilation, groups)
}

/// `x` and `w` have a height of 1. The gradient of Candle's `conv1d` is wrong for several sequences
/// with several output channels (0.11.1), that of its `conv2d` is not.
pub fn conv1d(x: &Tensor, w: &Tensor, options: ConvOptions) -> Result<Tensor> {
    let x = x.pad_with_zeros(3, options.padding, options.padding)?;
    conv2d(&x, w, ConvOptions { padding: 0, ..options })?.squeeze(2)
}

/// Group by group, since Candle's has one group.
pub fn conv_transpose2d(
    x: &Tensor,
    w: &Tensor,
    options: ConvOptions,
    output_padding: usize,
) -> Result<Tensor> {
    let ConvOptions { stride, padding, dilation, groups } = options;
    let of_group = |(x, w): (Tensor, Tensor)| {
        let (x, w) = (x.contiguous()?, w.contiguous()?);
        x.conv_transpose2d(&w, padding, output_padding, stride, dilation)
    };
    let parts = x.chunk(groups, 1)?.into_iter().zip(w.chunk(groups, 0)?);
    Tensor::cat(&parts.map(of_group).collect::<Result<Vec<_>>>()?, 1)
}
