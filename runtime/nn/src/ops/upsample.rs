//! Enlarging images.

use super::custom::{Op, apply1, compute1, ours, wanted};
use super::float::Float;
use super::parallel::{MOVE, room, rows};
use candle_core::{Result, Shape, Tensor, bail};

/// Each pixel `scale` times in both directions; `width` is that of the small image.
#[derive(Clone, Copy)]
struct Repeat {
    width: usize,
    scale: usize,
}

/// The sum of each `scale × scale` square; `width` is that of the small image.
struct Squares(Repeat);

impl Op<1> for Repeat {
    const NAME: &'static str = "upsample_nearest2d";

    fn shape(&self, [x]: [&Shape; 1]) -> Shape {
        let dims = x.dims();
        (dims[0], dims[1], dims[2] * self.scale, dims[3] * self.scale).into()
    }

    fn map<T: Float>(&self, [x]: [&[T]; 1]) -> Vec<T> {
        let Self { width, scale } = *self;
        let mut y = room(x.len() * scale * scale);
        let work = y.len() * MOVE;
        // All the lines that come of one line.
        let size = width * scale * scale;
        rows(&mut y, size, work, |first, y| {
            for (x, y) in x[first * width..].chunks(width).zip(y.chunks_mut(size)) {
                let (line, copies) = y.split_at_mut(width * scale);
                line.chunks_mut(scale).zip(x).for_each(|(to, from)| to.fill(*from));
                copies.chunks_mut(width * scale).for_each(|copy| copy.copy_from_slice(line));
            }
        });
        y
    }

    fn gradients(&self, [x]: [&Tensor; 1], _: &Tensor, dy: &Tensor) -> Result<[Option<Tensor>; 1]> {
        Ok([wanted(x, || compute1(Squares(*self), dy))?])
    }
}

impl Op<1> for Squares {
    const NAME: &'static str = "the gradient of upsample_nearest2d";

    fn shape(&self, [dy]: [&Shape; 1]) -> Shape {
        let (dims, scale) = (dy.dims(), self.0.scale);
        (dims[0], dims[1], dims[2] / scale, dims[3] / scale).into()
    }

    fn map<T: Float>(&self, [dy]: [&[T]; 1]) -> Vec<T> {
        let Repeat { width, scale } = self.0;
        let mut dx = vec![T::ZERO; dy.len() / (scale * scale)];
        rows(&mut dx, width, dy.len() * MOVE, |first, dx| {
            let lines = dy[first * width * scale * scale..].chunks(width * scale);
            for (at, line) in lines.take(dx.len() / width * scale).enumerate() {
                let dx = &mut dx[at / scale * width..][..width];
                for (dx, square) in dx.iter_mut().zip(line.chunks(scale)) {
                    square.iter().for_each(|dy| *dx += *dy);
                }
            }
        });
        dx
    }
}

/// Each pixel `scale` times in both directions: `y[i, j] = x[⌊i / scale⌋, ⌊j / scale⌋]`.
///
/// Candle's own loses gradients where `x` is used twice, as in a U-Net; on other devices than the
/// CPU the image is enlarged by broadcasting.
///
/// # Shapes
/// - `x`: `(batch, channels, height, width)`
/// - output: `(batch, channels, scale·height, scale·width)`
///
/// # Errors
/// If the scale is 0 or the image is empty.
///
/// ```
/// # use candlelab_nn::{upsample_nearest2d, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[1f32, 2.0], &Device::Cpu)?.reshape((1, 1, 1, 2))?;
/// let y = upsample_nearest2d(&x, 2)?.squeeze(0)?.squeeze(0)?;
/// assert_eq!(y.to_vec2::<f32>()?, [[1.0, 1.0, 2.0, 2.0], [1.0, 1.0, 2.0, 2.0]]);
/// # Ok(())
/// # }
/// ```
pub fn upsample_nearest2d(x: &Tensor, scale: usize) -> Result<Tensor> {
    let (batch, channels, height, width) = x.dims4()?;
    if scale == 0 || x.elem_count() == 0 {
        bail!("upsample_nearest2d needs pixels and a scale, x: {:?}, scale: {scale}", x.dims());
    }
    if ours(x) {
        return apply1(Repeat { width, scale }, x);
    }
    x.reshape((batch * channels, height, 1, width, 1))?
        .broadcast_as((batch * channels, height, scale, width, scale))?
        .reshape((batch, channels, height * scale, width * scale))
}
