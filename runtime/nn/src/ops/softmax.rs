//! Probabilities from logits.

use super::channels::total;
use super::custom::{Op, apply1, compute2, ours, wanted};
use super::float::Float;
use super::parallel::{MOVE, room, rows, wide};
use candle_core::shape::Dim;
use candle_core::{Result, Shape, Tensor};

/// Along rows of so many numbers; the logarithm of it if `LOG`.
#[derive(Clone, Copy)]
struct Softmax<const LOG: bool>(usize);

/// From output and its gradient: `dx = y (dy − Σ y dy)`, and of the logarithm
/// `dx = dy − exp(y) Σ dy`.
struct Backward<const LOG: bool>(usize);

/// The largest number; NaN counts as none.
#[inline(always)]
fn largest<T: Float>(values: &[T]) -> T {
    let (chunks, rest) = values.as_chunks::<16>();
    let mut best = [T::LOWEST; 16];
    for chunk in chunks {
        best.iter_mut().zip(chunk).for_each(|(best, value)| {
            *best = if *value > *best { *value } else { *best };
        });
    }
    let all = best.iter().chain(rest);
    all.fold(T::LOWEST, |best, value| if *value > best { *value } else { best })
}

/// A row of `y` from a row of `x`; `eˣ` are computed in `y`.
#[inline(always)]
fn softmax_row<T: Float>(x: &[T], y: &mut [T], log: bool) {
    let shift = largest(x);
    y.iter_mut().zip(x).for_each(|(y, x)| *y = (*x - shift).e_to());
    let sum = total(y);
    if log {
        let shift = shift + sum.log();
        y.iter_mut().zip(x).for_each(|(y, x)| *y = *x - shift);
    } else {
        let share = T::ONE / sum;
        y.iter_mut().for_each(|y| *y *= share);
    }
}

/// `softmax(scale · x)` in place of `x`.
#[inline(always)]
pub fn softmax_in_place<T: Float>(x: &mut [T], scale: T) {
    let shift = largest(x);
    x.iter_mut().for_each(|x| *x = ((*x - shift) * scale).e_to());
    let share = T::ONE / total(x);
    x.iter_mut().for_each(|x| *x *= share);
}

impl<const LOG: bool> Op<1> for Softmax<LOG> {
    const NAME: &'static str = if LOG { "log_softmax" } else { "softmax" };

    fn shape(&self, [x]: [&Shape; 1]) -> Shape {
        x.clone()
    }

    fn map<T: Float>(&self, [x]: [&[T]; 1]) -> Vec<T> {
        let mut y = room(x.len());
        rows(&mut y, self.0, x.len() * 2 * MOVE, |first, y| {
            let x = x[first * self.0..].chunks(self.0);
            wide(|| x.zip(y.chunks_mut(self.0)).for_each(|(x, y)| softmax_row(x, y, LOG)));
        });
        y
    }

    fn gradients(&self, [x]: [&Tensor; 1], y: &Tensor, dy: &Tensor) -> Result<[Option<Tensor>; 1]> {
        Ok([wanted(x, || compute2(Backward::<LOG>(self.0), y, dy))?])
    }
}

#[inline(always)]
fn backward_row<T: Float>(y: &[T], dy: &[T], dx: &mut [T], log: bool) {
    if log {
        let sum = total(dy);
        dx.iter_mut().zip(y.iter().zip(dy)).for_each(|(dx, (y, dy))| *dx = *dy - y.e_to() * sum);
    } else {
        dx.iter_mut().zip(y.iter().zip(dy)).for_each(|(dx, (y, dy))| *dx = *y * *dy);
        let sum = total(dx);
        dx.iter_mut().zip(y).for_each(|(dx, y)| *dx -= *y * sum);
    }
}

impl<const LOG: bool> Op<2> for Backward<LOG> {
    const NAME: &'static str = "the gradient of softmax";

    fn shape(&self, [y, _]: [&Shape; 2]) -> Shape {
        y.clone()
    }

    fn map<T: Float>(&self, [y, dy]: [&[T]; 2]) -> Vec<T> {
        let mut dx = room(y.len());
        rows(&mut dx, self.0, y.len() * MOVE, |first, dx| {
            let inputs =
                y[first * self.0..].chunks(self.0).zip(dy[first * self.0..].chunks(self.0));
            wide(|| {
                let rows = dx.chunks_mut(self.0).zip(inputs);
                rows.for_each(|(dx, (y, dy))| backward_row(y, dy, dx, LOG));
            });
        });
        dx
    }
}

/// Along the last dimension, or along another one as if it were the last.
fn along<const LOG: bool>(x: &Tensor, dim: usize) -> Result<Tensor> {
    let last = x.rank() - 1;
    if dim != last {
        return along::<LOG>(&x.transpose(dim, last)?, last)?.transpose(dim, last);
    }
    apply1(Softmax::<LOG>(x.dim(last)?), x)
}

/// `log softmax(x)ᵢ = xᵢ − m − ln Σⱼ exp(xⱼ − m)` with `m = maxⱼ xⱼ`, finite for any finite `x`.
///
/// # Shapes
/// Any; the output has the input's.
///
/// # Errors
/// If there is no such dimension.
///
/// ```
/// # use candlelab_nn::{log_softmax, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let y = log_softmax(&Tensor::new(&[0f32, 1000.0], &Device::Cpu)?, 0)?;
/// assert_eq!(y.to_vec1::<f32>()?, [-1000.0, 0.0]);
/// # Ok(())
/// # }
/// ```
pub fn log_softmax(x: &Tensor, dim: impl Dim) -> Result<Tensor> {
    let dim = dim.to_index(x.shape(), "log_softmax")?;
    if ours(x) && x.elem_count() > 0 {
        return along::<true>(x, dim);
    }
    // The maximum only shifts; its gradient cancels.
    let shifted = x.broadcast_sub(&x.detach().max_keepdim(dim)?)?;
    let sum = shifted.exp()?.sum_keepdim(dim)?;
    shifted.broadcast_sub(&sum.log()?)
}

/// `softmax(x)ᵢ = exp xᵢ / Σⱼ exp xⱼ`: logits to probabilities that sum to 1 along `dim`.
///
/// # Shapes
/// Any; the output has the input's.
///
/// # Errors
/// If there is no such dimension.
///
/// ```
/// # use candlelab_nn::{softmax, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let p = softmax(&Tensor::new(&[1000f32, 1000.0], &Device::Cpu)?, 0)?;
/// assert_eq!(p.to_vec1::<f32>()?, [0.5, 0.5]);
/// # Ok(())
/// # }
/// ```
pub fn softmax(x: &Tensor, dim: impl Dim) -> Result<Tensor> {
    let dim = dim.to_index(x.shape(), "softmax")?;
    if ours(x) && x.elem_count() > 0 {
        return along::<false>(x, dim);
    }
    log_softmax(x, dim)?.exp()
}
