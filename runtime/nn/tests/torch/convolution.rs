//! Numbers of `tests/reference/convolution.py`.

use crate::common::Reference;
use candle_core::{DType, Device, Result, Tensor};
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
fn conv3d_is_pytorchs() -> Result<()> {
    for case in FORWARD {
        let (options, name) = options(case);
        let w = [4, 4 / options.groups, 2, 3, 2];
        reference().agrees(&format!("conv3d {name}"), &[&[1, 4, 4, 5, 4], &w, &[4]], |inputs| {
            conv3d(&inputs[0], &inputs[1], Some(&inputs[2]), options)
        })?;
    }
    let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &Device::Cpu);
    let options = ConvOptions::default();
    let error = conv3d(&zeros(&[1, 1, 2, 5, 5])?, &zeros(&[1, 1, 3, 3, 3])?, None, options);
    assert!(error.unwrap_err().to_string().contains("x: [1, 1, 2, 5, 5], w: [1, 1, 3, 3, 3]"));
    Ok(())
}

#[test]
fn padded_and_adaptive_pooling_is_pytorchs() -> Result<()> {
    for (kernel, stride, padding) in [(3, 2, 1), (2, 1, 1)] {
        let case = format!("k{kernel} s{stride} p{padding}");
        let max2 = MaxPool2d::new(kernel).with_stride(stride).with_padding(padding);
        let avg2 = AvgPool2d::new(kernel).with_stride(stride).with_padding(padding);
        let max1 = MaxPool1d::new(kernel).with_stride(stride).with_padding(padding);
        let avg1 = AvgPool1d::new(kernel).with_stride(stride).with_padding(padding);
        let layers: [(&str, &dyn Layer, &[usize]); 4] = [
            ("max_pool2d", &max2, &[1, 2, 6, 5]),
            ("avg_pool2d", &avg2, &[1, 2, 6, 5]),
            ("max_pool1d", &max1, &[2, 2, 7]),
            ("avg_pool1d", &avg1, &[2, 2, 7]),
        ];
        for (name, layer, shape) in layers {
            let name = format!("{name} {case}");
            reference().agrees(&name, &[shape], |inputs| layer.forward(&inputs[0]))?;
        }
    }
    for (height, width) in [(1, 1), (3, 2), (7, 5), (9, 4)] {
        let name = format!("adaptive_avg_pool2d {height} {width}");
        let layer = AdaptiveAvgPool2d { height, width };
        reference().agrees(&name, &[&[1, 2, 7, 5]], |inputs| layer.forward(&inputs[0]))?;
    }
    let x = Tensor::zeros((1, 1, 5), DType::F32, &Device::Cpu)?;
    let error = MaxPool1d::new(3).with_padding(2).forward(&x).unwrap_err().to_string();
    assert!(error.contains("MaxPool1d: a padding of 2 is more than half the kernel, 3"), "{error}");
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
