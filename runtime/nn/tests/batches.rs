//! Convolutions of large f32 batches, which have a way of their own, against those in f64.

use candle_core::{Error, Result};
use candlelab_nn::*;

/// Output and gradients of `f` in f32 and in f64 agree.
fn agree(
    name: &str,
    (x, w): (&[usize], &[usize]),
    f: impl Fn(&Tensor, &Tensor) -> Result<Tensor>,
) -> Result<()> {
    seed(7);
    let (x, w) = (randn(0.0, 1.0, x, &Device::Cpu)?, randn(0.0, 1.0, w, &Device::Cpu)?);
    let run = |dtype| {
        let (x, w) =
            (Var::from_tensor(&x.to_dtype(dtype)?)?, Var::from_tensor(&w.to_dtype(dtype)?)?);
        let y = f(&x, &w)?;
        let slopes = (Tensor::arange(0f32, y.elem_count() as f32, &Device::Cpu)? * 1.7)?.sin()?;
        let gradients =
            (&y * slopes.reshape(y.shape())?.to_dtype(dtype)?)?.sum_all()?.backward()?;
        let of = |var: &Var| gradients.get(var).expect("a gradient").to_dtype(DType::F64);
        Ok::<_, Error>([y.detach().to_dtype(DType::F64)?, of(&x)?, of(&w)?])
    };
    for (part, (fast, slow)) in run(DType::F32)?.iter().zip(run(DType::F64)?).enumerate() {
        let scale = slow.abs()?.max_all()?.to_scalar::<f64>()?.max(1.0);
        let error = (fast - slow)?.abs()?.max_all()?.to_scalar::<f64>()? / scale;
        assert!(error < 2e-6, "{name}, part {part}: {error}");
    }
    Ok(())
}

fn options(stride: usize, padding: usize, dilation: usize) -> ConvOptions {
    ConvOptions { stride, padding, dilation, groups: 1 }
}

#[test]
fn convolutions_of_many_images_are_those_of_one() -> Result<()> {
    for (stride, padding, dilation, kernel, size) in [
        (1, 0, 1, 3, 7),
        (1, 1, 1, 3, 7),
        (1, 4, 1, 3, 5), // more padding than the kernel reaches
        (2, 1, 1, 4, 9), // the last column is not seen
        (2, 1, 1, 3, 8),
        (3, 0, 1, 2, 8), // pixels that no window sees
        (2, 0, 1, 1, 7),
        (1, 2, 2, 3, 6),
        (2, 3, 3, 3, 9),
        (1, 0, 1, 6, 6), // one window
    ] {
        let options = options(stride, padding, dilation);
        for (inputs, outputs) in [(1, 11), (3, 8), (5, 1), (2, 6), (13, 19)] {
            let (x, w) = ([19, inputs, size, size + 1], [outputs, inputs, kernel, kernel]);
            let name = format!("{options:?} {kernel} {size} {inputs} {outputs}");
            agree(&name, (&x, &w), |x, w| conv2d_with(x, w, None, options))?;
        }
    }
    Ok(())
}

#[test]
fn transposed_convolutions_of_many_images_are_those_of_one() -> Result<()> {
    for (stride, padding, kernel, more) in
        [(2, 1, 4, 0), (2, 1, 3, 1), (1, 0, 3, 0), (3, 0, 2, 0), (2, 2, 6, 0)]
    {
        for inputs in [3, 17] {
            let (x, w) = ([67, inputs, 4, 5], [inputs, 9, kernel, kernel]);
            let name = format!("{stride} {padding} {kernel} {more} {inputs}");
            let options = options(stride, padding, 1);
            agree(&name, (&x, &w), |x, w| conv_transpose2d(x, w, None, options, more))?;
        }
    }
    let (x, w) = ([20, 5, 1, 1], [5, 2, 7, 7]); // an image from a point
    agree("point", (&x, &w), |x, w| conv_transpose2d(x, w, None, ConvOptions::default(), 0))
}

#[test]
fn convolutions_of_many_channels_are_those_of_few() -> Result<()> {
    let (x, w) = ([16, 700, 3, 3], [9, 700, 3, 3]);
    agree("700 channels", (&x, &w), |x, w| conv2d(x, w, None, 1, 1))
}

#[test]
fn biases_are_added_for_many_images_too() -> Result<()> {
    let x = randn(0.0, 1.0, (16, 2, 5, 5), &Device::Cpu)?;
    let (w, b) = (
        randn(0.0, 1.0, (3, 2, 3, 3), &Device::Cpu)?,
        Tensor::new(&[1f32, 2.0, 3.0], &Device::Cpu)?,
    );
    let with = conv2d(&x, &w, Some(&b), 1, 1)?;
    let without = conv2d(&x, &w, None, 1, 1)?.broadcast_add(&b.reshape((1, 3, 1, 1))?)?;
    assert!((with - without)?.abs()?.max_all()?.to_scalar::<f32>()? < 1e-5);
    Ok(())
}
