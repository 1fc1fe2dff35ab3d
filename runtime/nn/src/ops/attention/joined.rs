//! Attention of a text to itself, whose queries, keys and values lie side by side.

use super::{Attention, attention};
use crate::ops::custom::{Op, apply1, compute2, ours};
use crate::ops::float::Float;
use crate::ops::matrix::Place;
use crate::ops::parallel::{room, rows};
use candle_core::{Result, Shape, Tensor, bail};

/// All heads of `batch` texts, from `(batch, length, 3 · width)`.
#[derive(Clone, Copy)]
struct Joined {
    batch: usize,
    heads: usize,
    /// One head of one text.
    one: Attention,
}

/// The gradient of the input, from it and `dY`.
struct Backward(Joined);

impl Joined {
    fn width(&self) -> usize {
        self.heads * self.one.width
    }

    fn work(&self) -> usize {
        self.batch * self.heads * self.one.work()
    }

    /// Queries, keys and values of a head in a text's rows.
    fn places(&self, head: usize) -> [Place; 3] {
        let width = self.width();
        [0, 1, 2].map(|part| Place::rows(part * width + head * self.one.width, 3 * width))
    }

    /// The result of a head in a text's rows.
    fn place(&self, head: usize) -> Place {
        Place::rows(head * self.one.width, self.width())
    }
}

impl Op<1> for Joined {
    const NAME: &'static str = "attention";

    fn shape(&self, _: [&Shape; 1]) -> Shape {
        (self.batch, self.one.keys, self.width()).into()
    }

    fn map<T: Float>(&self, [x]: [&[T]; 1]) -> Vec<T> {
        let size = self.one.keys * self.width();
        let mut y = room(self.batch * size);
        rows(&mut y, size, self.work(), |first, y| {
            let mut p = room::<T>(self.one.keys * self.one.keys);
            for (text, y) in (first..).zip(y.chunks_mut(size)) {
                let x = &x[text * 3 * size..(text + 1) * 3 * size];
                for head in 0..self.heads {
                    let inputs = self.places(head).map(|place| (x, place));
                    self.one.head(inputs, (&mut *y, self.place(head)), &mut p);
                }
            }
        });
        y
    }

    fn gradients(&self, [x]: [&Tensor; 1], _: &Tensor, dy: &Tensor) -> Result<[Option<Tensor>; 1]> {
        Ok([Some(compute2(Backward(*self), x, dy)?)])
    }
}

impl Op<2> for Backward {
    const NAME: &'static str = "the gradient of attention";

    fn shape(&self, [x, _]: [&Shape; 2]) -> Shape {
        x.clone()
    }

    fn map<T: Float>(&self, [x, dy]: [&[T]; 2]) -> Vec<T> {
        let sizes = self.0;
        let size = sizes.one.keys * sizes.width();
        let mut dx = room(x.len());
        rows(&mut dx, 3 * size, sizes.work() * 3, |first, dx| {
            let mut p = room::<T>(sizes.one.keys * sizes.one.keys);
            let mut slopes = room::<T>(sizes.one.keys * sizes.one.keys);
            for (text, dx) in (first..).zip(dx.chunks_mut(3 * size)) {
                let x = &x[text * 3 * size..(text + 1) * 3 * size];
                let dy = &dy[text * size..(text + 1) * size];
                for head in 0..sizes.heads {
                    let places = sizes.places(head);
                    let inputs = places.map(|place| (x, place));
                    let dy = (dy, sizes.place(head));
                    let buffers = (&mut p[..], &mut slopes[..]);
                    sizes.one.head_gradients(inputs, dy, (&mut *dx, places), buffers);
                }
            }
        });
        dx
    }
}

/// Attention in several heads of texts to themselves, from queries, keys and values side by side:
/// `(batch, length, 3 · width)` to `(batch, length, width)`. The products of queries and keys are
/// multiplied with `scale`, or with `1/√(width / heads)`.
pub fn joined_attention(
    x: &Tensor,
    heads: usize,
    causal: bool,
    scale: Option<f64>,
) -> Result<Tensor> {
    let (batch, length, three) = x.dims3()?;
    if heads == 0 || three == 0 || !three.is_multiple_of(3 * heads) {
        bail!("joined_attention: {:?} cannot be split into {heads} heads", x.dims());
    }
    let width = three / 3;
    let usual = 1.0 / ((width / heads) as f64).sqrt();
    let scale = scale.unwrap_or(usual);
    if ours(x) && x.elem_count() > 0 {
        let (queries, keys, width) = (length, length, width / heads);
        let one = Attention { heads: 1, queries, keys, width, causal, scale };
        return apply1(Joined { batch, heads, one }, x);
    }
    let part = |at: usize| {
        let part = x.narrow(2, at * width, width)?;
        part.reshape((batch, length, heads, width / heads))?.transpose(1, 2)?.contiguous()
    };
    let q = (part(0)? * (scale / usual))?;
    attention(&q, &part(1)?, &part(2)?, causal)?.transpose(1, 2)?.flatten_from(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Device, randn};
    use candle_core::{DType, Var};

    #[test]
    fn joined_heads_are_heads_one_by_one() -> Result<()> {
        for (causal, scale) in [(false, None), (true, None), (true, Some(0.125))] {
            let x = randn(0.0, 1.0, (3, 5, 3 * 8), &Device::Cpu)?.to_dtype(DType::F64)?;
            let x = Var::from_tensor(&x)?;
            let part = |at: usize| {
                let part = x.narrow(2, at * 8, 8)?.reshape((3, 5, 2, 4))?;
                part.transpose(1, 2)?.contiguous()
            };
            let joined = joined_attention(&x, 2, causal, scale)?;
            let apart = attention(
                &(part(0)? * (2.0 * scale.unwrap_or(0.5)))?,
                &part(1)?,
                &part(2)?,
                causal,
            )?;
            let apart = apart.transpose(1, 2)?.flatten_from(2)?;
            let gradient = |y: &Tensor| -> Result<Tensor> {
                let gradients = (y * y.detach().cos()?)?.sum_all()?.backward()?;
                Ok(gradients.get(&x).expect("a gradient").clone())
            };
            let pairs = [(gradient(&joined)?, gradient(&apart)?), (joined, apart)];
            for (a, b) in pairs {
                assert!((a - b)?.abs()?.max_all()?.to_scalar::<f64>()? < 1e-12);
            }
        }
        Ok(())
    }
}
