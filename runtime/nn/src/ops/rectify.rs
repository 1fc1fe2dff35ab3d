//! Rectifiers: flat, or nearly so, to the left of 0 and straight to the right.

use super::custom::{Op, apply2, compute2, ours, wanted};
use super::float::Float;
use super::parallel::{MOVE, room, rows, wide};
use super::pointwise::{Curve, curve};
use candle_core::{Result, Shape, Tensor};

/// The rectifier at the end of another operation, by its slope left of 0, which is not negative;
/// none leaves everything as it is.
///
/// What it does to a gradient shows in the result: where that is above 0, the slope was 1.
#[derive(Clone, Copy, Debug)]
pub struct Bend(pub Option<f64>);

impl Bend {
    /// Bends numbers in place.
    #[inline(always)]
    pub fn apply<T: Float>(self, values: &mut [T]) {
        if let Some(slope) = self.0 {
            let slope = T::of(slope);
            wide(|| values.iter_mut().for_each(|value| *value = bent(*value, slope)));
        }
    }

    /// The gradient before the rectifier, from the result and its gradient.
    pub fn gradient(self, y: &Tensor, dy: &Tensor) -> Result<Tensor> {
        match self.0 {
            Some(slope) => compute2(Bent(slope), y, dy),
            None => Ok(dy.clone()),
        }
    }

    /// The same as an operation of its own, for devices where nothing is fused.
    pub fn alone(self, x: Tensor) -> Result<Tensor> {
        match self.0 {
            Some(0.0) => relu(&x),
            Some(slope) => leaky_relu(&x, slope),
            None => Ok(x),
        }
    }
}

/// `x` above 0, else `slope · x`; 0 and not NaN for `−∞` with slope 0.
#[inline(always)]
fn bent<T: Float>(x: T, slope: T) -> T {
    let low = if slope == T::ZERO { T::ZERO } else { slope * x };
    if x <= T::ZERO { low } else { x }
}

/// The gradient before a rectifier with such a slope, from the result and its gradient.
struct Bent(f64);

impl Op<2> for Bent {
    const NAME: &'static str = "the gradient of a rectifier";

    fn shape(&self, [y, _]: [&Shape; 2]) -> Shape {
        y.clone()
    }

    fn map<T: Float>(&self, [y, dy]: [&[T]; 2]) -> Vec<T> {
        let slope = T::of(self.0);
        let mut dx = room(y.len());
        rows(&mut dx, 1, y.len() * MOVE, |first, dx| {
            let inputs = y[first..].iter().zip(&dy[first..]);
            wide(|| {
                for (dx, (y, dy)) in dx.iter_mut().zip(inputs) {
                    *dx = if *y <= T::ZERO { slope * *dy } else { *dy };
                }
            });
        });
        dx
    }
}

/// `bend(x + y)`.
struct BentSum(Bend);

impl Op<2> for BentSum {
    const NAME: &'static str = "a rectified sum";

    fn shape(&self, [x, _]: [&Shape; 2]) -> Shape {
        x.clone()
    }

    fn map<T: Float>(&self, [x, y]: [&[T]; 2]) -> Vec<T> {
        let mut sum = room(x.len());
        rows(&mut sum, 1, x.len() * MOVE, |first, sum| {
            let inputs = x[first..].iter().zip(&y[first..]);
            wide(|| sum.iter_mut().zip(inputs).for_each(|(sum, (x, y))| *sum = *x + *y));
            self.0.apply(sum);
        });
        sum
    }

    fn gradients(
        &self,
        [x, y]: [&Tensor; 2],
        sum: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        let gradient = self.0.gradient(sum, gradient)?;
        Ok([wanted(x, || Ok(gradient.clone()))?, wanted(y, || Ok(gradient.clone()))?])
    }
}

/// `x + y` of two gradients.
pub fn plus(x: &Tensor, y: &Tensor) -> Result<Tensor> {
    compute2(BentSum(Bend(None)), x, y)
}

/// `bend(x + y)` in one go.
pub fn bent_sum(x: &Tensor, y: &Tensor, bend: Bend) -> Result<Tensor> {
    if ours(x) && x.shape() == y.shape() && x.dtype() == y.dtype() {
        return apply2(BentSum(bend), x, y);
    }
    bend.alone((x + y)?)
}

/// Straight to the right of 0, with another slope to the left and at 0.
#[derive(Clone, Copy)]
struct Leaky {
    slope: f64,
}

impl Curve for Leaky {
    const NAME: &'static str = "leaky_relu";

    #[inline(always)]
    fn at<T: Float>(self, x: T) -> (T, T) {
        let slope = T::of(self.slope);
        // NaN is not at most 0, so it passes and is seen.
        if x <= T::ZERO { (slope * x, slope) } else { (x, T::ONE) }
    }
}

/// `max(x, 0)`, with gradient 0 at 0 (Candle's own has 1 there).
///
/// # Shapes
/// Any; the output has the input's.
///
/// # Errors
/// If the type is not a number's.
///
/// ```
/// # use candlelab_nn::{relu, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[-1f32, 0.0, 2.0], &Device::Cpu)?;
/// assert_eq!(relu(&x)?.to_vec1::<f32>()?, [0.0, 0.0, 2.0]);
/// # Ok(())
/// # }
/// ```
pub fn relu(x: &Tensor) -> Result<Tensor> {
    curve(x, Rectifier, |x| x.detach().le(0.0)?.where_cond(&x.zeros_like()?.detach(), x))
}

/// Not [`Leaky`] with slope 0, which would make −∞ NaN.
#[derive(Clone, Copy)]
struct Rectifier;

impl Curve for Rectifier {
    const NAME: &'static str = "relu";

    #[inline(always)]
    fn at<T: Float>(self, x: T) -> (T, T) {
        if x <= T::ZERO { (T::ZERO, T::ZERO) } else { (x, T::ONE) }
    }
}

/// `x` where it is above 0, else `slope · x` (Maas et al. 2013); PyTorch's default slope is .01.
///
/// # Shapes
/// Any; the output has the input's.
///
/// # Errors
/// If the type is not a number's.
///
/// ```
/// # use candlelab_nn::{leaky_relu, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[-4f32, 2.0], &Device::Cpu)?;
/// assert_eq!(leaky_relu(&x, 0.25)?.to_vec1::<f32>()?, [-1.0, 2.0]);
/// # Ok(())
/// # }
/// ```
pub fn leaky_relu(x: &Tensor, slope: f64) -> Result<Tensor> {
    curve(x, Leaky { slope }, |x| x.detach().le(0.0)?.where_cond(&(x * slope)?, x))
}

#[derive(Clone, Copy)]
struct Exponential {
    alpha: f64,
}

impl Curve for Exponential {
    const NAME: &'static str = "elu";

    #[inline(always)]
    fn at<T: Float>(self, x: T) -> (T, T) {
        if x > T::ZERO {
            return (x, T::ONE);
        }
        // eˣ − 1 = 2 t / (1 − t) with t = tanh ½x, which keeps its digits near 0.
        let t = (x * T::of(0.5)).hyperbolic_tangent();
        let value = T::of(self.alpha) * (t + t) / (T::ONE - t);
        (value, value + T::of(self.alpha))
    }
}

/// `x` where it is above 0, else `alpha · (eˣ − 1)` (Clevert et al. 2016); the usual `alpha` is 1.
///
/// # Shapes
/// Any; the output has the input's.
///
/// # Errors
/// If the type is not a number's.
///
/// ```
/// # use candlelab_nn::{elu, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let y = elu(&Tensor::new(&[-1000f32, 2.0], &Device::Cpu)?, 1.0)?;
/// assert_eq!(y.to_vec1::<f32>()?, [-1.0, 2.0]);
/// # Ok(())
/// # }
/// ```
pub fn elu(x: &Tensor, alpha: f64) -> Result<Tensor> {
    curve(x, Exponential { alpha }, |x| x.elu(alpha))
}

#[derive(Clone, Copy)]
struct Softplus;

impl Curve for Softplus {
    const NAME: &'static str = "softplus";

    #[inline(always)]
    fn at<T: Float>(self, x: T) -> (T, T) {
        let power = (T::ZERO - x.size()).e_to(); // at most 1
        let above = if x > T::ZERO { T::ONE } else { power };
        let linear = if x <= T::ZERO { T::ZERO } else { x };
        (linear + power.log_of_one_more(), above / (T::ONE + power))
    }
}

/// `ln(1 + eˣ)`, computed as `max(x, 0) + ln(1 + e^(−|x|))`, finite for any finite `x`.
///
/// # Shapes
/// Any; the output has the input's.
///
/// # Errors
/// If the type is not a number's.
///
/// ```
/// # use candlelab_nn::{softplus, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let y = softplus(&Tensor::new(&[-1000f32, 0.0, 1000.0], &Device::Cpu)?)?;
/// assert_eq!(y.to_vec1::<f32>()?, [0.0, 2f32.ln(), 1000.0]);
/// # Ok(())
/// # }
/// ```
pub fn softplus(x: &Tensor) -> Result<Tensor> {
    curve(x, Softplus, |x| {
        let right = relu(x)?;
        let size = ((&right * 2.0)? - x)?; // |x|, with slope 1 to the right of 0 and −1 at it
        right + (size.neg()?.exp()? + 1.0)?.log()?
    })
}
