//! Normalisation of channels over a batch.

use super::channels::{SumChannels, total};
use super::custom::{Op, apply3, compute1, compute2, compute3, ours, wanted};
use super::float::Float;
use super::parallel::{MOVE, room, rows, sum, wide};
use super::rectify::Bend;
use candle_core::{DType, Result, Shape, Tensor, bail};
use std::sync::Arc;

/// `y = bend(x̂ w + b)` with `x̂ = (x − mean) r` of each channel, means and `r = 1/√(var + ε)` being known.
#[derive(Clone)]
struct Channels {
    places: usize,
    /// Mean and `r` of each channel.
    moments: Arc<[(f64, f64)]>,
    bend: Bend,
}

/// The gradient of `x`, from `x`, scales and `dy`, where the moments are those of `x`:
/// `w r (dy − mean dy − x̂ mean(x̂ dy))`.
struct Inputs {
    sizes: Channels,
    /// The means of `dy` and of `x̂ dy` of each channel.
    means: Vec<(f64, f64)>,
}

/// The gradients of scales and shifts, from `x` and `dy`: the sums of `x̂ dy` and of `dy`.
struct Parameters(Channels);

impl Channels {
    /// Calls `f(channel, its numbers in one image)` for all images and channels in a range.
    fn each<T: Float>(&self, out: &mut [T], f: impl Fn(usize, usize, &mut [T]) + Sync) {
        let (places, work) = (self.places, out.len() * MOVE);
        rows(out, places, work, |first, out| {
            for (row, out) in (first..).zip(out.chunks_mut(places)) {
                f(row % self.moments.len(), row * places, out);
            }
        });
    }

    fn of<T: Float>(&self, channel: usize) -> (T, T) {
        let (mean, r) = self.moments[channel];
        (T::of(mean), T::of(r))
    }
}

impl Op<3> for Channels {
    const NAME: &'static str = "batch_norm";

    fn shape(&self, [x, _, _]: [&Shape; 3]) -> Shape {
        x.clone()
    }

    fn map<T: Float>(&self, [x, w, b]: [&[T]; 3]) -> Vec<T> {
        let mut y = room(x.len());
        self.each(&mut y, |channel, start, y| {
            let (mean, r) = self.of::<T>(channel);
            let (scale, shift) = (r * w[channel], b[channel]);
            wide(|| {
                y.iter_mut().zip(&x[start..]).for_each(|(y, x)| *y = (*x - mean) * scale + shift)
            });
            self.bend.apply(y);
        });
        y
    }

    fn gradients(
        &self,
        [x, w, b]: [&Tensor; 3],
        y: &Tensor,
        dy: &Tensor,
    ) -> Result<[Option<Tensor>; 3]> {
        let dy = &self.bend.gradient(y, dy)?;
        let both = compute2(Parameters(self.clone()), x, dy)?; // (2, channels)
        let dx = wanted(x, || {
            let share = self.moments.len() as f64 / x.elem_count() as f64;
            let sums = (both.to_dtype(DType::F64)? * share)?.to_vec2::<f64>()?;
            let means = sums[1].iter().copied().zip(sums[0].iter().copied()).collect();
            compute3(Inputs { sizes: self.clone(), means }, x, w, dy)
        })?;
        Ok([dx, wanted(w, || both.get(0))?, wanted(b, || both.get(1))?])
    }
}

impl Op<3> for Inputs {
    const NAME: &'static str = "the gradient of batch_norm";

    fn shape(&self, [x, _, _]: [&Shape; 3]) -> Shape {
        x.clone()
    }

    fn map<T: Float>(&self, [x, w, dy]: [&[T]; 3]) -> Vec<T> {
        let mut dx = room(x.len());
        self.sizes.each(&mut dx, |channel, start, dx| {
            let (mean, r) = self.sizes.of::<T>(channel);
            let (level, slope) = self.means[channel];
            let (level, slope) = (T::of(level), T::of(slope) * r);
            let scale = w[channel] * r;
            let inputs = x[start..].iter().zip(&dy[start..]);
            wide(|| {
                for (dx, (x, dy)) in dx.iter_mut().zip(inputs) {
                    *dx = scale * (*dy - level - (*x - mean) * slope);
                }
            });
        });
        dx
    }
}

impl Op<2> for Parameters {
    const NAME: &'static str = "the gradient of batch_norm";

    fn shape(&self, _: [&Shape; 2]) -> Shape {
        (2, self.0.moments.len()).into()
    }

    fn map<T: Float>(&self, [x, dy]: [&[T]; 2]) -> Vec<T> {
        let (channels, places) = (self.0.moments.len(), self.0.places);
        sum(x.len() / places, 2 * channels, x.len() * MOVE, |range, sums| {
            for row in range {
                let (mean, r) = self.0.of::<T>(row % channels);
                let own = row * places..(row + 1) * places;
                let (x, dy) = (&x[own.clone()], &dy[own]);
                let (products, plain) = wide(|| (centred_dot(x, mean, dy), total(dy)));
                sums[row % channels] += products * r;
                sums[channels + row % channels] += plain;
            }
        })
    }
}

/// `Σ (x − mean) y`, sixteen sums at a time.
#[inline(always)]
fn centred_dot<T: Float>(x: &[T], mean: T, y: &[T]) -> T {
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<16>(), y.as_chunks::<16>());
    let mut sums = [T::ZERO; 16];
    for (x, y) in x.iter().zip(y) {
        sums.iter_mut().zip(x.iter().zip(y)).for_each(|(sum, (x, y))| *sum += (*x - mean) * *y);
    }
    let rest = x_rest.iter().zip(y_rest);
    rest.fold(total(&sums), |sum, (x, y)| sum + (*x - mean) * *y)
}

/// The sums of `(x − mean)²` of each channel.
struct Squares {
    places: usize,
    means: Vec<f64>,
}

impl Op<1> for Squares {
    const NAME: &'static str = "the variance of channels";

    fn shape(&self, _: [&Shape; 1]) -> Shape {
        self.means.len().into()
    }

    fn map<T: Float>(&self, [x]: [&[T]; 1]) -> Vec<T> {
        let (channels, places) = (self.means.len(), self.places);
        sum(x.len() / places, channels, x.len() * MOVE, |range, sums| {
            for row in range {
                let mean = T::of(self.means[row % channels]);
                let x = &x[row * places..(row + 1) * places];
                sums[row % channels] += wide(|| centred_squares(x, mean));
            }
        })
    }
}

/// `Σ (x − mean)²`, sixteen sums at a time.
#[inline(always)]
fn centred_squares<T: Float>(x: &[T], mean: T) -> T {
    let (x, rest) = x.as_chunks::<16>();
    let mut sums = [T::ZERO; 16];
    for x in x {
        sums.iter_mut().zip(x).for_each(|(sum, x)| *sum += (*x - mean) * (*x - mean));
    }
    rest.iter().fold(total(&sums), |sum, x| sum + (*x - mean) * (*x - mean))
}

/// The mean and the variance, with divisor `n`, of each channel: two tensors of `(channels)`.
fn moments(x: &Tensor, places: usize) -> Result<(Tensor, Tensor)> {
    let x = x.detach();
    let (batch, channels) = (x.dim(0)?, x.dim(1)?);
    let count = (batch * places) as f64;
    if !ours(&x) {
        let x = x.reshape((batch, channels, places))?;
        let mean = x.mean_keepdim(2)?.mean_keepdim(0)?; // (1, channels, 1)
        let square = x.broadcast_sub(&mean)?.sqr()?.mean(2)?.mean(0)?;
        return Ok((mean.flatten_all()?, square));
    }
    let mean = (compute1(SumChannels::of(&x)?, &x)? / count)?;
    let means = mean.to_dtype(DType::F64)?.to_vec1()?;
    let variance = (compute1(Squares { places, means }, &x)? / count)?;
    Ok((mean, variance))
}

/// Makes the mean 0 and the variance 1 of each channel over a batch, then scales and shifts (Ioffe
/// and Szegedy 2015): `y = (x − mean) / √(var + ε) · w + b`, the variance with divisor `n`. Gives
/// `y`, the means and the variances.
///
/// On other devices than the CPU, and for other types than f32 and f64, it is made of Candle's
/// simple operations.
///
/// # Shapes
/// - `x`: `(batch, channels, …)`; `w`, `b`: `(channels)`
/// - output: as `x`; means and variances `(channels)`
///
/// # Errors
/// If the shapes do not fit or there is no more than one number in a channel.
///
/// ```
/// # use candlelab_nn::{batch_norm, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[1f32, 4.0], [3.0, 8.0]], &Device::Cpu)?; // two channels
/// let (w, b) = (Tensor::new(&[1f32, 1.0], &Device::Cpu)?, Tensor::new(&[0f32, 5.0], &Device::Cpu)?);
/// let (y, mean, variance) = batch_norm(&x, &w, &b, 0.0)?;
/// assert_eq!(y.to_vec2::<f32>()?, [[-1.0, 4.0], [1.0, 6.0]]);
/// assert_eq!([mean.to_vec1::<f32>()?, variance.to_vec1()?], [[2.0, 6.0], [1.0, 4.0]]);
/// # Ok(())
/// # }
/// ```
pub fn batch_norm(
    x: &Tensor,
    w: &Tensor,
    b: &Tensor,
    epsilon: f64,
) -> Result<(Tensor, Tensor, Tensor)> {
    bent_batch_norm(x, (w, b), epsilon, Bend(None))
}

/// The same with a rectifier, in one go.
pub fn bent_batch_norm(
    x: &Tensor,
    (w, b): (&Tensor, &Tensor),
    epsilon: f64,
    bend: Bend,
) -> Result<(Tensor, Tensor, Tensor)> {
    let (batch, channels) = (x.dim(0)?, x.dim(1)?);
    if w.dims() != [channels] || b.dims() != [channels] {
        let (x, w, b) = (x.dims(), w.dims(), b.dims());
        bail!("shape mismatch in batch_norm, x: {x:?}, w: {w:?}, b: {b:?}");
    }
    let places = x.elem_count() / (batch * channels).max(1);
    if batch * places < 2 {
        bail!("batch_norm needs two numbers in each channel, x: {:?}", x.dims());
    }
    let (mean, variance) = moments(x, places)?;
    if ours(x) {
        let means = mean.to_dtype(DType::F64)?.to_vec1::<f64>()?;
        let variances = variance.to_dtype(DType::F64)?.to_vec1::<f64>()?;
        let r = variances.iter().map(|variance| 1.0 / (variance + epsilon).sqrt());
        let moments = means.into_iter().zip(r).collect();
        return Ok((apply3(Channels { places, moments, bend }, x, w, b)?, mean, variance));
    }
    let rows = x.reshape((batch, channels, places))?;
    let centred = rows.broadcast_sub(&rows.mean_keepdim(2)?.mean_keepdim(0)?)?;
    let square = centred.sqr()?.mean_keepdim(2)?.mean_keepdim(0)?; // (1, channels, 1)
    let normal = centred.broadcast_div(&(square + epsilon)?.sqrt()?)?;
    let y = normal.broadcast_mul(&w.reshape((1, channels, 1))?)?;
    let y = y.broadcast_add(&b.reshape((1, channels, 1))?)?;
    Ok((bend.alone(y.reshape(x.shape())?)?, mean, variance))
}
