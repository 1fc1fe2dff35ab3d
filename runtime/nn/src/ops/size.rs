//! How far a number is from 0.

use super::float::Float;
use super::pointwise::{Curve, curve};
use candle_core::{Result, Tensor};

#[derive(Clone, Copy)]
struct Size;

impl Curve for Size {
    const NAME: &'static str = "size";

    #[inline(always)]
    fn at<T: Float>(self, x: T) -> (T, T) {
        let slope = if x > T::ZERO { T::ONE } else { T::ZERO };
        (x.size(), if x < T::ZERO { T::of(-1.0) } else { slope })
    }
}

/// `|x|`, with gradient 0 at 0 (Candle's own has 1 there).
pub fn size(x: &Tensor) -> Result<Tensor> {
    curve(x, Size, |x| x * x.detach().sign()?)
}

#[derive(Clone, Copy)]
struct SmoothSize {
    beta: f64,
}

impl Curve for SmoothSize {
    const NAME: &'static str = "smooth size";

    #[inline(always)]
    fn at<T: Float>(self, x: T) -> (T, T) {
        let (beta, (size, sign)) = (T::of(self.beta), Size.at(x));
        if size < beta {
            (T::of(0.5) * x * x / beta, x / beta)
        } else {
            (size - T::of(0.5) * beta, sign)
        }
    }
}

/// `x² / 2β` where `|x| < β`, else `|x| − β/2`.
pub fn smooth_size(x: &Tensor, beta: f64) -> Result<Tensor> {
    curve(x, SmoothSize { beta }, |x| {
        let size = size(x)?;
        let parabola = (x.sqr()? / (2.0 * beta))?;
        size.detach().lt(beta)?.where_cond(&parabola, &(size - beta / 2.0)?)
    })
}
