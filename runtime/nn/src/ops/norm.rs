//! Normalisation of rows: by layer, by root mean square and by group.

use super::channels::{dot, total};
use super::custom::{Op, apply3, compute2, compute3, ours, wanted};
use super::float::Float;
use super::parallel::{MOVE, room, rows, sum, wide};
use candle_core::{D, Result, Shape, Tensor, bail};

/// Rows of `channels · places` numbers; every channel has a scale `w` and a shift `b`, and after
/// as many rows as there are groups the channels begin again.
#[derive(Clone, Copy)]
struct Rows {
    groups: usize,
    channels: usize,
    places: usize,
    epsilon: f64,
    /// Whether the mean is taken off.
    centred: bool,
}

/// The gradient of `x`, from `x`, scales and `dy`: with `g = w dy` it is
/// `r (g − mean g − x̂ mean(g x̂))`, without `mean g` if the mean was not taken off.
struct Inputs(Rows);

/// The gradients of scales and shifts, from `x` and `dy`: the sums of `x̂ dy` and of `dy`.
struct Parameters(Rows);

impl Rows {
    fn size(&self) -> usize {
        self.channels * self.places
    }

    /// Writes `x̂ = (x − mean) r` with `r = 1/√(mean square + ε)` of what is left of `x`; gives `r`.
    #[inline(always)]
    fn normalise<T: Float>(&self, x: &[T], y: &mut [T]) -> T {
        let share = T::of(1.0 / x.len() as f64);
        let mean = if self.centred { total(x) * share } else { T::ZERO };
        y.iter_mut().zip(x).for_each(|(y, x)| *y = *x - mean);
        let r = T::ONE / (dot(y, y) * share + T::of(self.epsilon)).root();
        y.iter_mut().for_each(|y| *y *= r);
        r
    }

    /// Calls `f(place, scale)` for all numbers of a row; `scales` are those of all channels.
    #[inline(always)]
    fn scale<T: Float>(&self, row: usize, scales: &[T], values: &mut [T], f: impl Fn(&mut T, T)) {
        let first = row % self.groups * self.channels;
        let scales = &scales[first..first + self.channels];
        if self.places == 1 {
            return values.iter_mut().zip(scales).for_each(|(value, scale)| f(value, *scale));
        }
        for (channel, scale) in values.chunks_mut(self.places).zip(scales) {
            channel.iter_mut().for_each(|value| f(value, *scale));
        }
    }
}

impl Op<3> for Rows {
    const NAME: &'static str = "normalisation";

    fn shape(&self, [x, _, _]: [&Shape; 3]) -> Shape {
        x.clone()
    }

    fn map<T: Float>(&self, [x, w, b]: [&[T]; 3]) -> Vec<T> {
        let size = self.size();
        let mut y = room(x.len());
        rows(&mut y, size, x.len() * MOVE, |first, y| {
            wide(|| {
                for (row, y) in (first..).zip(y.chunks_mut(size)) {
                    self.normalise(&x[row * size..(row + 1) * size], y);
                    self.scale(row, w, y, |y, w| *y *= w);
                    self.scale(row, b, y, |y, b| *y += b);
                }
            });
        });
        y
    }

    fn gradients(
        &self,
        [x, w, b]: [&Tensor; 3],
        _: &Tensor,
        dy: &Tensor,
    ) -> Result<[Option<Tensor>; 3]> {
        let dx = wanted(x, || compute3(Inputs(*self), x, w, dy))?;
        if !(w.track_op() || b.track_op()) {
            return Ok([dx, None, None]);
        }
        let both = compute2(Parameters(*self), x, dy)?; // (2, channels of all groups)
        Ok([dx, wanted(w, || both.get(0))?, wanted(b, || both.get(1))?])
    }
}

impl Op<3> for Inputs {
    const NAME: &'static str = "the gradient of normalisation";

    fn shape(&self, [x, _, _]: [&Shape; 3]) -> Shape {
        x.clone()
    }

    fn map<T: Float>(&self, [x, w, dy]: [&[T]; 3]) -> Vec<T> {
        let (sizes, size) = (self.0, self.0.size());
        let share = T::of(1.0 / size as f64);
        let mut dx = room(x.len());
        rows(&mut dx, size, x.len() * 2 * MOVE, |first, dx| {
            let mut normal = vec![T::ZERO; size]; // x̂
            wide(|| {
                for (row, dx) in (first..).zip(dx.chunks_mut(size)) {
                    let r = sizes.normalise(&x[row * size..(row + 1) * size], &mut normal);
                    dx.copy_from_slice(&dy[row * size..(row + 1) * size]);
                    sizes.scale(row, w, dx, |g, w| *g *= w);
                    let mean = if sizes.centred { total(dx) * share } else { T::ZERO };
                    let slope = dot(dx, &normal) * share;
                    for (dx, normal) in dx.iter_mut().zip(&normal) {
                        *dx = r * (*dx - mean - *normal * slope);
                    }
                }
            });
        });
        dx
    }
}

impl Op<2> for Parameters {
    const NAME: &'static str = "the gradient of normalisation";

    fn shape(&self, _: [&Shape; 2]) -> Shape {
        (2, self.0.groups * self.0.channels).into()
    }

    fn map<T: Float>(&self, [x, dy]: [&[T]; 2]) -> Vec<T> {
        let (sizes, size) = (self.0, self.0.size());
        let all = sizes.groups * sizes.channels;
        sum(x.len() / size, 2 * all, x.len() * 2 * MOVE, |range, sums| {
            let (dw, db) = sums.split_at_mut(all);
            let mut normal = vec![T::ZERO; size]; // x̂
            wide(|| {
                for row in range {
                    let dy = &dy[row * size..(row + 1) * size];
                    sizes.normalise(&x[row * size..(row + 1) * size], &mut normal);
                    let first = row % sizes.groups * sizes.channels;
                    let own = first..first + sizes.channels;
                    if sizes.places == 1 {
                        let numbers = dw[own.clone()].iter_mut().zip(&mut db[own]);
                        for ((dw, db), (normal, dy)) in numbers.zip(normal.iter().zip(dy)) {
                            *dw += *normal * *dy;
                            *db += *dy;
                        }
                        continue;
                    }
                    let channels = normal.chunks(sizes.places).zip(dy.chunks(sizes.places));
                    for (channel, (normal, dy)) in own.zip(channels) {
                        dw[channel] += dot(normal, dy);
                        db[channel] += total(dy);
                    }
                }
            });
        })
    }
}

fn check(name: &str, x: &Tensor, parameters: &[&Tensor], channels: usize) -> Result<()> {
    if x.elem_count() == 0 {
        bail!("{name}: there are no numbers, x: {:?}", x.dims());
    }
    match parameters.iter().find(|parameter| parameter.dims() != [channels]) {
        None => Ok(()),
        Some(wrong) => {
            bail!("shape mismatch in {name}, x: {:?}, parameters: {:?}", x.dims(), wrong.dims())
        }
    }
}

/// Makes each row's mean 0 and variance 1, then scales and shifts (Ba et al. 2016):
/// `y = (x − mean x) / √(var x + ε) · w + b`, the variance with divisor `n`.
///
/// Candle's own fused layer has no gradient. On other devices than the CPU, and for other types
/// than f32 and f64, this one is made of Candle's simple operations.
///
/// # Shapes
/// - `x`: `(…, n)`; `w`, `b`: `(n)`
/// - output: as `x`
///
/// # Errors
/// If the shapes do not fit.
///
/// ```
/// # use candlelab_nn::{layer_norm, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[1f32, 3.0]], &Device::Cpu)?; // mean 2, variance 1
/// let (w, b) = (Tensor::new(&[1f32, 1.0], &Device::Cpu)?, Tensor::new(&[0f32, 5.0], &Device::Cpu)?);
/// assert_eq!(layer_norm(&x, &w, &b, 0.0)?.to_vec2::<f32>()?, [[-1.0, 6.0]]);
/// # Ok(())
/// # }
/// ```
pub fn layer_norm(x: &Tensor, w: &Tensor, b: &Tensor, epsilon: f64) -> Result<Tensor> {
    let n = x.dim(D::Minus1)?;
    check("layer_norm", x, &[w, b], n)?;
    if ours(x) {
        let rows = Rows { groups: 1, channels: n, places: 1, epsilon, centred: true };
        return apply3(rows, x, w, b);
    }
    let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
    rms_norm(&centred, w, epsilon)?.broadcast_add(b)
}

/// Makes each row's mean square 1, then scales (Zhang and Sennrich 2019):
/// `y = x / √(mean x² + ε) · w`.
///
/// Candle's own fused layer has no gradient. On other devices than the CPU, and for other types
/// than f32 and f64, this one is made of Candle's simple operations.
///
/// # Shapes
/// - `x`: `(…, n)`; `w`: `(n)`
/// - output: as `x`
///
/// # Errors
/// If the shapes do not fit.
///
/// ```
/// # use candlelab_nn::{rms_norm, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[1f32, 7.0]], &Device::Cpu)?; // mean square 25
/// let w = Tensor::new(&[5f32, 5.0], &Device::Cpu)?;
/// assert_eq!(rms_norm(&x, &w, 0.0)?.to_vec2::<f32>()?, [[1.0, 7.0]]);
/// # Ok(())
/// # }
/// ```
pub fn rms_norm(x: &Tensor, w: &Tensor, epsilon: f64) -> Result<Tensor> {
    let n = x.dim(D::Minus1)?;
    check("rms_norm", x, &[w], n)?;
    if ours(x) {
        let rows = Rows { groups: 1, channels: n, places: 1, epsilon, centred: false };
        return apply3(rows, x, w, &w.zeros_like()?.detach());
    }
    let size = (x.sqr()?.mean_keepdim(D::Minus1)? + epsilon)?.sqrt()?; // (…, 1)
    x.broadcast_div(&size)?.broadcast_mul(w)
}

/// Makes mean 0 and variance 1 of each group of channels of each image, then scales and shifts
/// each channel (Wu and He 2018). With one group for each channel it is instance normalisation.
///
/// On other devices than the CPU, and for other types than f32 and f64, it is made of Candle's
/// simple operations.
///
/// # Shapes
/// - `x`: `(batch, channels, …)`; `w`, `b`: `(channels)`
/// - output: as `x`
///
/// # Errors
/// If the shapes do not fit or the channels cannot be split into the groups.
///
/// ```
/// # use candlelab_nn::{group_norm, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[[1f32, 3.0], [4.0, 8.0]]], &Device::Cpu)?; // two channels
/// let (w, b) = (Tensor::new(&[1f32, 1.0], &Device::Cpu)?, Tensor::new(&[0f32, 5.0], &Device::Cpu)?);
/// let y = group_norm(&x, &w, &b, 2, 0.0)?;
/// assert_eq!(y.to_vec3::<f32>()?, [[[-1.0, 1.0], [4.0, 6.0]]]);
/// # Ok(())
/// # }
/// ```
pub fn group_norm(
    x: &Tensor,
    w: &Tensor,
    b: &Tensor,
    groups: usize,
    epsilon: f64,
) -> Result<Tensor> {
    let (batch, all) = (x.dim(0)?, x.dim(1)?);
    check("group_norm", x, &[w, b], all)?;
    if groups == 0 || !all.is_multiple_of(groups) {
        bail!("group_norm: {all} channels cannot be split into {groups} groups");
    }
    let places = x.elem_count() / (batch * all);
    if ours(x) {
        let channels = all / groups;
        return apply3(Rows { groups, channels, places, epsilon, centred: true }, x, w, b);
    }
    let rows = x.reshape((batch, groups, all / groups * places))?;
    let centred = rows.broadcast_sub(&rows.mean_keepdim(2)?)?;
    let size = (centred.sqr()?.mean_keepdim(2)? + epsilon)?.sqrt()?;
    let normal = centred.broadcast_div(&size)?.reshape((batch, all, places))?;
    let y = normal.broadcast_mul(&w.reshape((1, all, 1))?)?;
    y.broadcast_add(&b.reshape((1, all, 1))?)?.reshape(x.shape())
}
