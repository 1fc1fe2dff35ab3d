//! Convolutional networks on images of 28 × 28 pixels, batches of 64.

use super::{batch, labels, noise};
use crate::library::{Conv, Library};
use crate::measure::{Measured, measure};
use candle_core::{Module, Result, Tensor, Var};
use candlelab_nn::Activation::{Relu, Silu};

fn conv(inputs: usize, outputs: usize, kernel: usize, stride: usize, padding: usize) -> Conv {
    Conv { inputs, outputs, kernel, stride, padding, bias: false }
}

fn classifier(
    library: Library,
    net: impl Fn(&Tensor) -> Result<Tensor>,
    vars: Vec<Var>,
    seconds: f64,
) -> Result<Measured> {
    let (x, y) = (noise(&[6400, 1, 28, 28])?, labels(6400, 10)?);
    let mut rule = library.adam(vars, 1e-3, 0.9, 0.0)?;
    measure(seconds, |step| {
        let logits = net(&batch(&x, step, 64)?)?;
        rule.step(&library.cross_entropy(&logits, &batch(&y, step, 64)?)?)
    })
}

/// Two convolutions, max-pooling, two affine maps.
pub fn cnn(library: Library, seconds: f64) -> Result<Measured> {
    let biased = |inputs, outputs| Conv { bias: true, ..conv(inputs, outputs, 3, 1, 0) };
    let net = library.net().conv(biased(1, 32))?.activation(Relu)?;
    let net = net.conv(biased(32, 64))?.activation(Relu)?.max_pool()?.flatten()?;
    let net = net.linear(9216, 128)?.activation(Relu)?.linear(128, 10)?;
    classifier(library, |x| net.forward(x), net.vars.clone(), seconds)
}

/// A stem, three residual blocks of 16, 32 and 64 channels, global average, an affine map.
pub fn resnet(library: Library, seconds: f64) -> Result<Measured> {
    let mut net = library.net().conv(conv(1, 16, 3, 1, 1))?.batch_norm(16)?.activation(Relu)?;
    for (inputs, outputs, stride) in [(16, 16, 1), (16, 32, 2), (32, 64, 2)] {
        let body = library.net().conv(conv(inputs, outputs, 3, stride, 1))?.batch_norm(outputs)?;
        let body = body.activation(Relu)?.conv(conv(outputs, outputs, 3, 1, 1))?;
        let body = body.batch_norm(outputs)?;
        let shortcut = match stride {
            1 => None,
            _ => {
                let map = library.net().conv(conv(inputs, outputs, 1, stride, 0))?;
                Some(map.batch_norm(outputs)?)
            }
        };
        net = net.residual(body, shortcut).activation(Relu)?;
    }
    let net = net.global_average()?.flatten()?.linear(64, 10)?;
    classifier(library, |x| net.forward(x), net.vars.clone(), seconds)
}

/// A U-Net of two levels that predicts noise.
pub fn unet(library: Library, seconds: f64) -> Result<Measured> {
    let part = |inputs, outputs| {
        let net = library.net().conv(Conv { bias: true, ..conv(inputs, outputs, 3, 1, 1) })?;
        net.group_norm(8, outputs)?.activation(Silu)
    };
    let (down1, down2, middle) = (part(1, 32)?, part(32, 64)?, part(64, 64)?);
    let (up1, up2) = (part(128, 32)?, part(64, 32)?);
    let last = library.net().conv(Conv { bias: true, ..conv(32, 1, 1, 1, 0) })?;
    let (pool, up) = (library.net().max_pool()?, library.net().upsample()?);
    let vars = [&down1, &down2, &middle, &up1, &up2, &last].map(|net| net.vars.clone()).concat();
    let images = noise(&[6400, 1, 28, 28])?;
    let mut rule = library.adam(vars, 1e-3, 0.9, 0.0)?;
    measure(seconds, |step| {
        let noise = noise(&[64, 1, 28, 28])?;
        let x = ((batch(&images, step, 64)? * 0.7)? + (&noise * 0.7)?)?;
        let a = down1.forward(&x)?; // (64, 32, 28, 28)
        let b = down2.forward(&pool.forward(&a)?)?; // (64, 64, 14, 14)
        let c = middle.forward(&pool.forward(&b)?)?; // (64, 64, 7, 7)
        let d = up1.forward(&Tensor::cat(&[up.forward(&c)?, b], 1)?)?; // (64, 32, 14, 14)
        let e = up2.forward(&Tensor::cat(&[up.forward(&d)?, a], 1)?)?; // (64, 32, 28, 28)
        rule.step(&library.mse(&last.forward(&e)?, &noise)?)
    })
}
