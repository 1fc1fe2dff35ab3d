//! Functions of each number, with their slopes beside them.

use super::custom::{Op, apply1, compute2, ours, wanted};
use super::float::Float;
use super::parallel::{MOVE, room, rows, wide};
use candle_core::{Result, Shape, Tensor};

/// A function of a number.
pub trait Curve: Copy + Send + Sync + 'static {
    /// Its name in errors.
    const NAME: &'static str;

    /// `f(x)` and `f'(x)`.
    fn at<T: Float>(self, x: T) -> (T, T);
}

struct Values<C>(C);
struct Slopes<C>(C);

impl<C: Curve> Op<1> for Values<C> {
    const NAME: &'static str = C::NAME;

    fn shape(&self, [x]: [&Shape; 1]) -> Shape {
        x.clone()
    }

    fn map<T: Float>(&self, [x]: [&[T]; 1]) -> Vec<T> {
        let mut y = room(x.len());
        rows(&mut y, 1, x.len() * 2 * MOVE, |first, y| {
            wide(|| {
                y.iter_mut().zip(&x[first..]).for_each(|(y, x)| *y = self.0.at(*x).0);
            });
        });
        y
    }

    fn gradients(&self, [x]: [&Tensor; 1], _: &Tensor, dy: &Tensor) -> Result<[Option<Tensor>; 1]> {
        Ok([wanted(x, || compute2(Slopes(self.0), x, dy))?])
    }
}

impl<C: Curve> Op<2> for Slopes<C> {
    const NAME: &'static str = C::NAME;

    fn shape(&self, [x, _]: [&Shape; 2]) -> Shape {
        x.clone()
    }

    fn map<T: Float>(&self, [x, dy]: [&[T]; 2]) -> Vec<T> {
        let mut dx = room(x.len());
        rows(&mut dx, 1, x.len() * 2 * MOVE, |first, dx| {
            let inputs = x[first..].iter().zip(&dy[first..]);
            wide(|| {
                dx.iter_mut().zip(inputs).for_each(|(dx, (x, dy))| *dx = self.0.at(*x).1 * *dy);
            });
        });
        dx
    }
}

/// Applies a curve; on other devices than the CPU and to other types than f32 and f64 with
/// `elsewhere`.
pub fn curve(
    x: &Tensor,
    curve: impl Curve,
    elsewhere: impl FnOnce(&Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    if ours(x) { apply1(Values(curve), x) } else { elsewhere(x) }
}
