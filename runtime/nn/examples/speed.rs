//! Milliseconds of forward and backward passes, ours beside Candle's own:
//! `cargo run --release -p candlelab-nn --example speed`; `tests/reference/speed.py` is PyTorch's.
#![allow(clippy::print_stdout)]

use candle_core::{D, Module, Result, Tensor, Var};
use candlelab_nn::*;
use std::time::Instant;

// The allocator that a notebook's worker has.

/// The best of many runs of `f` and its gradient.
fn time(f: impl Fn() -> Result<Tensor>) -> Result<f64> {
    let mut best = f64::INFINITY;
    let start = Instant::now();
    while start.elapsed().as_secs_f64() < 0.5 {
        let start = Instant::now();
        f()?.sum_all()?.backward()?;
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(best)
}

fn random(shape: &[usize]) -> Result<Var> {
    Var::from_tensor(&randn(0.0, 1.0, shape, &Device::Cpu)?)
}

fn row(
    name: &str,
    ours: impl Fn() -> Result<Tensor>,
    candles: impl Fn() -> Result<Tensor>,
) -> Result<()> {
    let (ours, candles) = (time(ours)?, time(candles)?);
    println!("{name:<32} {ours:9.3} ms, Candle {candles:9.3} ms, {:5.1} times", candles / ours);
    Ok(())
}

/// A step of Adam alone.
fn adam() -> Result<()> {
    use candle_nn::{AdamW, Optimizer as _, ParamsAdamW};
    let w = random(&[1200, 1000])?;
    let gradients = w.sum_all()?.backward()?;
    let mut ours = Adam::new(vec![w.clone()], 1e-3).with_weight_decay(0.01);
    let mut candles = AdamW::new(vec![w], ParamsAdamW::default())?;
    let mut best = [f64::INFINITY; 2];
    for _ in 0..50 {
        let start = Instant::now();
        Optimizer::step(&mut ours, &gradients)?;
        best[0] = best[0].min(start.elapsed().as_secs_f64() * 1e3);
        let start = Instant::now();
        candles.step(&gradients)?;
        best[1] = best[1].min(start.elapsed().as_secs_f64() * 1e3);
    }
    println!("{:<32} {:9.3} ms, Candle {:9.3} ms", "AdamW 1.2 M parameters", best[0], best[1]);
    Ok(())
}

fn main() -> Result<()> {
    candlelab_memory::keep()?;
    let (x, w) = (random(&[64, 32, 26, 26])?, random(&[64, 32, 3, 3])?);
    row("conv2d 32>64 3x3 26px b64", || conv2d(&x, &w, None, 1, 0), || x.conv2d(&w, 0, 1, 1, 1))?;
    let (x, w) = (random(&[64, 128, 7, 7])?, random(&[128, 64, 4, 4])?);
    let options = ConvOptions { stride: 2, padding: 1, ..ConvOptions::default() };
    row(
        "conv_transpose2d 128>64 4x4 s2 b64",
        || conv_transpose2d(&x, &w, None, options, 0),
        || x.conv_transpose2d(&w, 1, 0, 2, 1),
    )?;
    let x = random(&[64, 64, 24, 24])?;
    row("max_pool2d 64ch 24px b64", || max_pool2d(&x, 2, 2), || x.max_pool2d(2))?;
    row("relu 2.4 M", || relu(&x), || x.relu())?;
    let (x, w, b) = (random(&[64, 16, 28, 28])?, random(&[16])?, random(&[16])?);
    let theirs = candle_nn::BatchNorm::new(
        16,
        w.zeros_like()?,
        w.ones_like()?,
        w.as_tensor().clone(),
        b.as_tensor().clone(),
        1e-5,
    )?;
    row(
        "batch_norm 16ch 28px b64",
        || Ok(batch_norm(&x, &w, &b, 1e-5)?.0),
        || theirs.forward_train(&x),
    )?;
    let (x, w, b) = (random(&[768, 128])?, random(&[128])?, random(&[128])?);
    row(
        "layer_norm 768x128",
        || layer_norm(&x, &w, &b, 1e-5),
        || candle_nn::ops::layer_norm_slow(&x, &w, &b, 1e-5),
    )?;
    let (w, b) = (random(&[512, 128])?, random(&[512])?);
    let theirs = candle_nn::Linear::new(w.as_tensor().clone(), Some(b.as_tensor().clone()));
    row("linear 768x128>512", || linear(&x, &w, Some(&b)), || theirs.forward(&x))?;
    let x = random(&[768, 512])?;
    row("gelu 393 k", || gelu(&x), || x.gelu_erf())?;
    row("tanh 393 k", || tanh(&x), || x.tanh())?;
    let x = random(&[48, 64, 64])?;
    row("softmax 48x64x64", || softmax(&x, 2), || candle_nn::ops::softmax(&x, D::Minus1))?;
    let (q, k) = (random(&[12, 4, 64, 32])?, random(&[12, 4, 64, 32])?);
    let v = random(&[12, 4, 64, 32])?;
    row(
        "attention b12 h4 t64 w32",
        || attention(&q, &k, &v, true),
        || {
            let scores = (q.matmul(&k.t()?)? / 32f64.sqrt())?;
            candle_nn::ops::softmax(&scores, D::Minus1)?.matmul(&v)
        },
    )?;
    let (x, y) = (random(&[768, 65])?, Tensor::from_iter((0..768).map(|i| i % 65), &Device::Cpu)?);
    let y = y.to_dtype(DType::U32)?;
    adam()?;
    row("cross_entropy 768x65", || cross_entropy(&x, &y), || candle_nn::loss::cross_entropy(&x, &y))
}
