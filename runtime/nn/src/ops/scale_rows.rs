//! Rows made longer or shorter.

use super::channels::dot;
use super::custom::{Op, apply2, compute2, ours, wanted};
use super::float::Float;
use super::parallel::{MOVE, room, rows, wide};
use candle_core::{Result, Shape, Tensor, bail};

/// `y[e] = x[e] w[e]`, row by row.
struct Scaled;

/// The gradient of `w`, from `x` and `dy`: the dot product of each of so many rows.
struct Products(usize);

impl Op<2> for Scaled {
    const NAME: &'static str = "scale_rows";

    fn shape(&self, [x, _]: [&Shape; 2]) -> Shape {
        x.clone()
    }

    fn map<T: Float>(&self, [x, w]: [&[T]; 2]) -> Vec<T> {
        let width = x.len() / w.len();
        let mut y = room(x.len());
        rows(&mut y, width, x.len() * MOVE, |first, y| {
            let x = x[first * width..].chunks(width).zip(&w[first..]);
            wide(|| {
                for (y, (x, w)) in y.chunks_mut(width).zip(x) {
                    y.iter_mut().zip(x).for_each(|(y, x)| *y = *x * *w);
                }
            });
        });
        y
    }

    fn gradients(
        &self,
        [x, w]: [&Tensor; 2],
        _: &Tensor,
        dy: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        let dx = wanted(x, || compute2(Scaled, dy, w))?;
        Ok([dx, wanted(w, || compute2(Products(w.elem_count()), x, dy))?])
    }
}

impl Op<2> for Products {
    const NAME: &'static str = "the gradient of scale_rows";

    fn shape(&self, _: [&Shape; 2]) -> Shape {
        self.0.into()
    }

    fn map<T: Float>(&self, [x, dy]: [&[T]; 2]) -> Vec<T> {
        let width = x.len() / self.0;
        x.chunks(width).zip(dy.chunks(width)).map(|(x, dy)| wide(|| dot(x, dy))).collect()
    }
}

/// Multiplies each row with a number of its own: `y[e] = w[e] x[e]`, as the messages of weighted
/// edges.
///
/// # Shapes
/// - `x`: `(rows, …)`; `w`: `(rows)`
/// - output: as `x`
///
/// # Errors
/// If there are not as many numbers as rows.
///
/// ```
/// # use candlelab_nn::{scale_rows, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[1f32, 2.0], [3.0, 4.0]], &Device::Cpu)?;
/// let y = scale_rows(&x, &Tensor::new(&[10f32, 0.5], &Device::Cpu)?)?;
/// assert_eq!(y.to_vec2::<f32>()?, [[10.0, 20.0], [1.5, 2.0]]);
/// # Ok(())
/// # }
/// ```
pub fn scale_rows(x: &Tensor, w: &Tensor) -> Result<Tensor> {
    if x.rank() == 0 || w.dims() != &x.dims()[..1] {
        bail!("shape mismatch in scale_rows, x: {:?}, w: {:?}", x.dims(), w.dims());
    }
    if ours(x) && x.dtype() == w.dtype() && x.elem_count() > 0 {
        return apply2(Scaled, x, w);
    }
    let mut shape = vec![1; x.rank()];
    shape[0] = w.elem_count();
    x.broadcast_mul(&w.reshape(shape)?)
}
