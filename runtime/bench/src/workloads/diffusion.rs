//! The denoiser of points in the plane.

use super::{batch, noise};
use crate::library::{Library, Net};
use crate::measure::{Measured, measure};
use candle_core::{DType, Device, IndexOp, Module, Result, Tensor};
use candlelab_nn::Activation::GeluTanh;

const SIZE: usize = 32;
const WIDTH: usize = 128;

/// Three residual layers on waves of the coordinates and of the time, batches of 32.
pub fn mlp(library: Library, seconds: f64) -> Result<Measured> {
    let gelu = |inputs| library.net().linear(inputs, WIDTH)?.activation(GeluTanh);
    let first = gelu(384)?;
    let middle = (0..3).map(|_| gelu(WIDTH)).collect::<Result<Vec<Net>>>()?;
    let last = library.net().linear(WIDTH, 2)?;
    let mut vars = [first.vars.clone(), last.vars.clone()].concat();
    vars.extend(middle.iter().flat_map(|net| net.vars.clone()));
    let mut rule = library.adam(vars, 1e-3, 0.9, 0.01)?;
    let points = noise(&[8000, 2])?;
    let frequencies = (0..64).map(|at| (-(at as f32) * 10_000f32.ln() / 63.0).exp());
    let frequencies = Tensor::from_iter(frequencies, &Device::Cpu)?.reshape((1, 64))?;
    let waves = |x: &Tensor| {
        let x = x.reshape((SIZE, 1))?.broadcast_mul(&frequencies)?;
        Tensor::cat(&[x.sin()?, x.cos()?], 1)
    };
    let kept = (0..50).scan(1f32, |kept, at| {
        *kept *= 1.0 - (1e-4 + (0.02 - 1e-4) * at as f32 / 49.0);
        Some(*kept)
    });
    let kept = Tensor::from_iter(kept, &Device::Cpu)?;
    measure(seconds, |step| {
        let noise = noise(&[SIZE, 2])?;
        let t = Tensor::rand(0f32, 50.0, SIZE, &Device::Cpu)?.to_dtype(DType::U32)?;
        let share = kept.index_select(&t, 0)?.reshape((SIZE, 1))?;
        let clean = batch(&points, step, SIZE)?.broadcast_mul(&share.sqrt()?)?;
        let x = (clean + noise.broadcast_mul(&(1.0 - &share)?.sqrt()?)?)?;
        let coordinate = |at: usize| waves(&(x.i((.., at))?.contiguous()? * 25.0)?);
        let t = waves(&t.to_dtype(DType::F32)?)?;
        let h = first.forward(&Tensor::cat(&[coordinate(0)?, coordinate(1)?, t], 1)?)?;
        let h = middle.iter().try_fold(h, |h, layer| &h + layer.forward(&h)?)?;
        rule.step(&library.mse(&last.forward(&h)?, &noise)?)
    })
}
