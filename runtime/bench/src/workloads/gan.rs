//! A pair of convolutional networks that contend.

use super::{batch, noise};
use crate::library::{Conv, Library};
use crate::measure::{Measured, measure};
use candle_core::{Device, Module, Result, Tensor, Var};
use candlelab_nn::Activation::{LeakyRelu, Relu, Tanh};

/// A step of the discriminator and one of the generator, batches of 64.
pub fn dcgan(library: Library, seconds: f64) -> Result<Measured> {
    let conv = |inputs, outputs, kernel, stride, padding| Conv {
        inputs,
        outputs,
        kernel,
        stride,
        padding,
        bias: false,
    };
    let generator = library.net().conv_transpose(conv(100, 128, 7, 1, 0))?;
    let generator = generator.batch_norm(128)?.activation(Relu)?;
    let generator = generator.conv_transpose(conv(128, 64, 4, 2, 1))?.batch_norm(64)?;
    let generator = generator.activation(Relu)?.conv_transpose(conv(64, 1, 4, 2, 1))?;
    let generator = generator.activation(Tanh)?;
    let judge = library.net().conv(conv(1, 64, 4, 2, 1))?.activation(LeakyRelu(0.2))?;
    let judge = judge.conv(conv(64, 128, 4, 2, 1))?.batch_norm(128)?;
    let judge = judge.activation(LeakyRelu(0.2))?.conv(conv(128, 1, 7, 1, 0))?.flatten()?;
    let adam = |vars: &[Var]| library.adam(vars.to_vec(), 2e-4, 0.5, 0.0);
    let (mut generators, mut judges) = (adam(&generator.vars)?, adam(&judge.vars)?);
    let images = noise(&[6400, 1, 28, 28])?;
    let real = Tensor::ones((64, 1), candle_core::DType::F32, &Device::Cpu)?;
    let fake = real.zeros_like()?;
    measure(seconds, |step| {
        let made = generator.forward(&noise(&[64, 100, 1, 1])?)?;
        let on_real = library.bce(&judge.forward(&batch(&images, step, 64)?)?, &real)?;
        let on_fake = library.bce(&judge.forward(&made.detach())?, &fake)?;
        judges.step(&(on_real + on_fake)?)?;
        generators.step(&library.bce(&judge.forward(&made)?, &real)?)
    })
}
