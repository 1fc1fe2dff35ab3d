//! What other devices compute with, compared with our own operations in f64 on the CPU: values and
//! gradients.
//!
//! Half precision on the CPU takes the same way as another device does, so it stands for one;
//! `CANDLELAB_DEVICE=cuda cargo test -p candlelab-nn --features cuda --test elsewhere` asks the
//! device itself.

mod common;

use candle_core::{DType, Device, Result, Tensor, Var};
use candlelab_nn::*;
use common::random;

/// Where else, in what, and how near: half precision has eleven bits, and a sum loses some of them;
/// f32 has 24, and devices add in another order.
fn elsewhere() -> Result<(Device, DType, f64)> {
    match device()? {
        Device::Cpu => Ok((Device::Cpu, DType::F16, 0.01)),
        other => Ok((other, DType::F32, 1e-3)),
    }
}

/// The result of `f` and the gradient of each input, of the sum weighted by `sin 1, sin 2, …`.
fn results(
    inputs: &[Tensor],
    (device, dtype): (&Device, DType),
    f: &dyn Fn(&[Tensor]) -> Result<Tensor>,
) -> Result<Vec<Vec<f64>>> {
    let vars = inputs.iter().map(|x| Var::from_tensor(&x.to_dtype(dtype)?.to_device(device)?));
    let vars: Vec<Var> = vars.collect::<Result<_>>()?;
    let y = f(&vars.iter().map(|var| var.as_tensor().clone()).collect::<Vec<_>>())?;
    assert_eq!(y.dtype(), dtype);
    let weights: Vec<f64> = (1..=y.elem_count()).map(|at| (at as f64).sin()).collect();
    let weights = Tensor::new(weights, &Device::Cpu)?
        .to_dtype(dtype)?
        .reshape(y.shape())?
        .to_device(device)?;
    let gradients = (&y * weights)?.sum_all()?.backward()?;
    let of = |var: &Var| gradients.get(var).cloned().map_or_else(|| var.zeros_like(), Ok);
    let all = std::iter::once(Ok(y)).chain(vars.iter().map(of));
    all.map(|x| x?.flatten_all()?.to_dtype(DType::F64)?.to_vec1()).collect()
}

fn agrees(name: &str, inputs: &[Tensor], f: impl Fn(&[Tensor]) -> Result<Tensor>) -> Result<()> {
    let (device, dtype, tolerance) = elsewhere()?;
    let ours = results(inputs, (&Device::Cpu, DType::F64), &f)?;
    let theirs = results(inputs, (&device, dtype), &f)?;
    for (which, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        let scale = ours.iter().fold(1.0, |largest: f64, value| largest.max(value.abs()));
        for (at, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
            let near = (ours - theirs).abs() <= tolerance * scale;
            assert!(near, "{name}, result {which}, number {at}: {ours} here, {theirs} elsewhere");
        }
    }
    Ok(())
}

#[test]
fn affine_maps_and_convolutions() -> Result<()> {
    seed(1);
    let (x, w, b) = (random((5, 4))?, random((3, 4))?, random(3)?);
    agrees("linear", &[x, w, b], |t| linear(&t[0], &t[1], Some(&t[2])))?;
    let wide = ConvOptions { stride: 2, padding: 1, ..ConvOptions::default() };
    let (x, w, b) = (random((2, 3, 6, 5))?, random((4, 3, 3, 3))?, random(4)?);
    agrees("conv2d", &[x.clone(), w, b], |t| conv2d(&t[0], &t[1], Some(&t[2]), 2, 1))?;
    agrees("conv_transpose2d", &[x, random((3, 2, 3, 3))?], |t| {
        conv_transpose2d(&t[0], &t[1], None, wide, 1)
    })?;
    let two = ConvOptions { groups: 2, ..wide };
    agrees("groups", &[random((1, 4, 7, 8))?, random((6, 2, 3, 2))?], |t| {
        conv2d_with(&t[0], &t[1], None, two)
    })?;
    agrees("transposed groups", &[random((1, 4, 3, 4))?, random((4, 3, 3, 2))?], |t| {
        conv_transpose2d(&t[0], &t[1], None, two, 0)
    })?;
    agrees("conv1d", &[random((2, 3, 8))?, random((4, 3, 3))?], |t| {
        conv1d(&t[0], &t[1], None, ConvOptions::default())
    })
}

#[test]
fn pooling_and_resizing() -> Result<()> {
    seed(2);
    let x = [random((2, 3, 6, 6))?];
    agrees("max_pool2d", &x, |t| max_pool2d(&t[0], 2, 2))?;
    agrees("max_pool2d, overlapping", &x, |t| max_pool2d(&t[0], 3, 2))?;
    agrees("avg_pool2d", &x, |t| avg_pool2d(&t[0], 2, 2))?;
    agrees("global_avg_pool2d", &x, |t| global_avg_pool2d(&t[0]))?;
    agrees("adaptive_avg_pool2d", &x, |t| adaptive_avg_pool2d(&t[0], 4, 4))?;
    agrees("upsample_nearest2d", &x, |t| upsample_nearest2d(&t[0], 2))
}

#[test]
fn normalisation() -> Result<()> {
    seed(3);
    let (x, w, b) = (random((3, 4, 5))?, random(5)?, random(5)?);
    agrees("layer_norm", &[x.clone(), w.clone(), b], |t| layer_norm(&t[0], &t[1], &t[2], 1e-5))?;
    agrees("rms_norm", &[x, w], |t| rms_norm(&t[0], &t[1], 1e-5))?;
    let (x, w, b) = (random((3, 4, 5, 2))?, random(4)?, random(4)?);
    agrees("group_norm", &[x.clone(), w.clone(), b.clone()], |t| {
        group_norm(&t[0], &t[1], &t[2], 2, 1e-5)
    })?;
    agrees("batch_norm", &[x, w, b], |t| Ok(batch_norm(&t[0], &t[1], &t[2], 1e-5)?.0))
}

#[test]
fn attention_and_softmax() -> Result<()> {
    seed(4);
    let (q, k, v) = (random((2, 2, 5, 4))?, random((2, 2, 5, 4))?, random((2, 2, 5, 4))?);
    for causal in [false, true] {
        let inputs = [q.clone(), k.clone(), v.clone()];
        agrees("attention", &inputs, |t| attention(&t[0], &t[1], &t[2], causal))?;
    }
    agrees("softmax", &[random((3, 5))?], |t| softmax(&t[0], 1))?;
    agrees("log_softmax", &[random((3, 5))?], |t| log_softmax(&t[0], 1))
}

#[test]
fn functions_of_one_number() -> Result<()> {
    seed(5);
    let x = [(random((4, 5))? * 3.0)?];
    type Named = (&'static str, fn(&Tensor) -> Result<Tensor>);
    let functions: [Named; 9] = [
        ("relu", relu),
        ("sigmoid", sigmoid),
        ("tanh", tanh),
        ("silu", silu),
        ("gelu", gelu),
        ("gelu_tanh", gelu_tanh),
        ("softplus", softplus),
        ("elu", |x| elu(x, 1.0)),
        ("leaky_relu", |x| leaky_relu(x, 0.1)),
    ];
    functions.iter().try_for_each(|(name, f)| agrees(name, &x, |t| f(&t[0])))
}

#[test]
fn rows_along_edges() -> Result<()> {
    seed(6);
    let index = Tensor::new(&[2u32, 0, 2, 3, 0], &Device::Cpu)?;
    let index = |x: &Tensor| index.to_device(x.device());
    agrees("gather", &[random((4, 2))?], |t| gather(&t[0], &index(&t[0])?))?;
    let x = [random((5, 2))?];
    agrees("scatter_sum", &x, |t| scatter_sum(&t[0], &index(&t[0])?, 4))?;
    agrees("scatter_mean", &x, |t| scatter_mean(&t[0], &index(&t[0])?, 4))?;
    agrees("scatter_max", &x, |t| scatter_max(&t[0], &index(&t[0])?, 4))?;
    agrees("scatter_softmax", &x, |t| scatter_softmax(&t[0], &index(&t[0])?, 4))
}

fn cnn(device: &Device) -> Result<Sequential> {
    Ok(Sequential::new()
        .add(Conv2d::new(1, 4, 3, 1, device)?)
        .add(BatchNorm::new(4, device)?)
        .add(Activation::Relu)
        .add(MaxPool2d::new(2))
        .add(Flatten)
        .add(Linear::new(4 * 4 * 4, 3, device)?))
}

#[test]
fn a_network_trains_there_as_here() -> Result<()> {
    let (device, dtype, tolerance) = elsewhere()?;
    let here = with_dtype(DType::F64, || cnn(&Device::Cpu))?;
    let there = with_dtype(dtype, || cnn(&device))?;
    let start = here.parameters().tensors().into_iter();
    let start = start.map(|(name, var)| (name, var.as_detached_tensor()));
    there.parameters().set(&start.collect::<Vec<_>>())?;
    let x = random((6, 1, 8, 8))?;
    let losses = |model: &Sequential, x: Tensor| {
        let y = Tensor::new(&[0u32, 1, 2, 0, 1, 2], x.device())?;
        let mut sgd = Sgd::new(model.vars(), 0.05).with_momentum(0.9);
        let step = |_| {
            let loss = cross_entropy(&model.forward(&x)?, &y)?;
            sgd.backward_step(&loss)?;
            loss.to_dtype(DType::F64)?.to_scalar::<f64>()
        };
        (0..10).map(step).collect::<Result<Vec<_>>>()
    };
    let ours = losses(&here, x.clone())?;
    let theirs = losses(&there, x.to_dtype(dtype)?.to_device(&device)?)?;
    assert!(ours[9] < 0.5 * ours[0], "{ours:?}");
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert!((ours - theirs).abs() < 2.0 * tolerance, "{ours} here, {theirs} elsewhere");
    }
    Ok(())
}
