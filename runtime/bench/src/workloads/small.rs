//! Networks of a few affine maps.

use super::{batch, labels, noise};
use crate::library::Library;
use crate::measure::{Measured, measure};
use candle_core::{Device, Module, Result, Tensor};
use candlelab_nn::Activation::{Relu, Sigmoid, Tanh};

/// 784-256-128-10 on batches of 64.
pub fn mlp(library: Library, adam: bool, seconds: f64) -> Result<Measured> {
    let (x, y) = (noise(&[60_000, 784])?, labels(60_000, 10)?);
    let net = library.net().linear(784, 256)?.activation(Relu)?;
    let net = net.linear(256, 128)?.activation(Relu)?.linear(128, 10)?;
    let mut rule = match adam {
        true => library.adam(net.vars.clone(), 1e-3, 0.9, 0.0)?,
        false => library.sgd(net.vars.clone(), 0.01)?,
    };
    measure(seconds, |step| {
        let logits = net.forward(&batch(&x, step, 64)?)?;
        rule.step(&library.cross_entropy(&logits, &batch(&y, step, 64)?)?)
    })
}

/// 2-8-1 on the four points.
pub fn xor(library: Library, seconds: f64) -> Result<Measured> {
    let x = Tensor::new(&[[0f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], &Device::Cpu)?;
    let y = Tensor::new(&[[0f32], [1.0], [1.0], [0.0]], &Device::Cpu)?;
    let net = library.net().linear(2, 8)?.activation(Tanh)?.linear(8, 1)?.activation(Sigmoid)?;
    let mut rule = library.sgd(net.vars.clone(), 0.5)?;
    measure(seconds, |_| rule.step(&library.mse(&net.forward(&x)?, &y)?))
}
