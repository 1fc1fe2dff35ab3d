//! Pooling of whole images.

use super::channels::total;
use super::custom::{Op, apply1, compute1, ours, wanted};
use super::float::Float;
use super::parallel::{MOVE, room, rows, wide};
use candle_core::{Result, Shape, Tensor, bail};

/// The mean of so many numbers, image by image and channel by channel.
#[derive(Clone, Copy)]
struct Means {
    places: usize,
}

/// The gradient of the input, from that of the means: their share to each number.
struct Shares {
    places: usize,
    shape: Shape,
}

impl Op<1> for Means {
    const NAME: &'static str = "global_avg_pool2d";

    fn shape(&self, [x]: [&Shape; 1]) -> Shape {
        (x.dims()[0], x.dims()[1], 1, 1).into()
    }

    fn map<T: Float>(&self, [x]: [&[T]; 1]) -> Vec<T> {
        let share = T::of(1.0 / self.places as f64);
        let mut y = room(x.len() / self.places);
        rows(&mut y, 1, x.len() * MOVE, |first, y| {
            for (y, x) in y.iter_mut().zip(x.chunks(self.places).skip(first)) {
                *y = wide(|| total(x)) * share;
            }
        });
        y
    }

    fn gradients(&self, [x]: [&Tensor; 1], _: &Tensor, dy: &Tensor) -> Result<[Option<Tensor>; 1]> {
        let shares = Shares { places: self.places, shape: x.shape().clone() };
        Ok([wanted(x, || compute1(shares, dy))?])
    }
}

impl Op<1> for Shares {
    const NAME: &'static str = "the gradient of global_avg_pool2d";

    fn shape(&self, _: [&Shape; 1]) -> Shape {
        self.shape.clone()
    }

    fn map<T: Float>(&self, [dy]: [&[T]; 1]) -> Vec<T> {
        let share = T::of(1.0 / self.places as f64);
        let mut dx = room(dy.len() * self.places);
        rows(&mut dx, self.places, dy.len() * self.places * MOVE, |first, dx| {
            for (dx, dy) in dx.chunks_mut(self.places).zip(&dy[first..]) {
                dx.fill(*dy * share);
            }
        });
        dx
    }
}

/// The mean of each channel's pixels, PyTorch's `adaptive_avg_pool2d(x, 1)`.
///
/// # Shapes
/// - `x`: `(batch, channels, height, width)`
/// - output: `(batch, channels, 1, 1)`
///
/// # Errors
/// If the batch or the image is empty.
///
/// ```
/// # use candlelab_nn::{global_avg_pool2d, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[1f32, 2.0, 6.0]], &Device::Cpu)?.reshape((1, 1, 1, 3))?;
/// assert_eq!(global_avg_pool2d(&x)?.flatten_all()?.to_vec1::<f32>()?, [3.0]);
/// # Ok(())
/// # }
/// ```
pub fn global_avg_pool2d(x: &Tensor) -> Result<Tensor> {
    let (batch, channels, height, width) = x.dims4()?;
    if x.elem_count() == 0 {
        bail!("global_avg_pool2d: there are no pixels, x: {:?}", x.dims());
    }
    if ours(x) {
        return apply1(Means { places: height * width }, x);
    }
    let means = x.reshape((batch, channels, height * width))?.mean_keepdim(2)?; // (b, c, 1)
    means.unsqueeze(3)
}
