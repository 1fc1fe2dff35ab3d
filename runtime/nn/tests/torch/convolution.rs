//! Numbers of `tests/reference/convolution.py`.

use crate::common::Reference;
use candle_core::Result;
use candlelab_nn::*;

fn reference() -> Reference {
    Reference::new(include_str!("../../../../tests/reference/convolution.json"))
}

/// Stride, padding, dilation and groups, and a convolution's name with them.
fn options([stride, padding, dilation, groups]: [usize; 4]) -> (ConvOptions, String) {
    let name = format!("s{stride} p{padding} d{dilation} g{groups}");
    (ConvOptions { stride, padding, dilation, groups }, name)
}

const FORWARD: [[usize; 4]; 6] =
    [[1, 0, 1, 1], [2, 1, 1, 1], [3, 2, 1, 1], [1, 2, 2, 1], [2, 1, 1, 2], [1, 0, 1, 4]];

#[test]
fn conv2d_is_pytorchs() -> Result<()> {
    for case in FORWARD {
        let (options, name) = options(case);
        let w = [4, 4 / options.groups, 3, 2];
        reference().agrees(&format!("conv2d {name}"), &[&[2, 4, 5, 7], &w, &[4]], |inputs| {
            conv2d_with(&inputs[0], &inputs[1], Some(&inputs[2]), options)
        })?;
    }
    Ok(())
}

#[test]
fn conv1d_is_pytorchs() -> Result<()> {
    for case in FORWARD {
        let (options, name) = options(case);
        let w = [4, 4 / options.groups, 3];
        reference().agrees(&format!("conv1d {name}"), &[&[2, 4, 9], &w, &[4]], |inputs| {
            conv1d(&inputs[0], &inputs[1], Some(&inputs[2]), options)
        })?;
    }
    Ok(())
}

#[test]
fn conv_transpose2d_is_pytorchs() -> Result<()> {
    let cases = [
        ([1, 0, 1, 1], 0),
        ([2, 1, 1, 1], 1),
        ([3, 1, 1, 1], 2),
        ([2, 1, 2, 1], 0),
        ([2, 0, 1, 2], 1),
        ([1, 0, 2, 1], 1),
    ];
    for (case, extra) in cases {
        let (options, name) = options(case);
        let name = format!("conv_transpose2d {name} o{extra}");
        let bias = [2 * options.groups];
        reference().agrees(&name, &[&[2, 4, 3, 2], &[4, 2, 3, 2], &bias], |inputs| {
            conv_transpose2d(&inputs[0], &inputs[1], Some(&inputs[2]), options, extra)
        })?;
    }
    Ok(())
}

#[test]
fn pooling_is_pytorchs() -> Result<()> {
    for (kernel, stride) in [(2, 2), (3, 2), (2, 3), (3, 1)] {
        let case = format!("k{kernel} s{stride}");
        reference().agrees(&format!("max_pool2d {case}"), &[&[1, 2, 7, 5]], |inputs| {
            max_pool2d(&inputs[0], kernel, stride)
        })?;
        reference().agrees(&format!("avg_pool2d {case}"), &[&[1, 2, 7, 5]], |inputs| {
            avg_pool2d(&inputs[0], kernel, stride)
        })?;
    }
    reference()
        .agrees("global_avg_pool2d", &[&[2, 2, 3, 4]], |inputs| global_avg_pool2d(&inputs[0]))?;
    reference()
        .agrees("upsample_nearest2d", &[&[1, 2, 2, 3]], |inputs| upsample_nearest2d(&inputs[0], 2))
}
