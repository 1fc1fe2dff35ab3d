//! Curves made of the logistic function, the hyperbolic tangent and the error function.

use super::float::Float;
use super::pointwise::{Curve, curve};
use candle_core::{Result, Tensor};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, SQRT_2};

/// `σ(x) = 1 / (1 + e⁻ˣ)` and `σ'(x) = σ(x) σ(−x)`, neither of which can overflow.
#[inline(always)]
fn logistic<T: Float>(x: T) -> (T, T) {
    let power = (T::ZERO - x.size()).e_to(); // at most 1
    let larger = T::ONE / (T::ONE + power);
    let smaller = power * larger;
    (if x >= T::ZERO { larger } else { smaller }, larger * smaller)
}

#[derive(Clone, Copy)]
struct Sigmoid;

impl Curve for Sigmoid {
    const NAME: &'static str = "sigmoid";

    #[inline(always)]
    fn at<T: Float>(self, x: T) -> (T, T) {
        logistic(x)
    }
}

/// The logistic function `σ(x) = 1 / (1 + e⁻ˣ)`.
///
/// # Shapes
/// Any; the output has the input's.
///
/// # Errors
/// If the type is not a number's.
///
/// ```
/// # use candlelab_nn::{sigmoid, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let y = sigmoid(&Tensor::new(&[-1000f32, 0.0, 1000.0], &Device::Cpu)?)?;
/// assert_eq!(y.to_vec1::<f32>()?, [0.0, 0.5, 1.0]);
/// # Ok(())
/// # }
/// ```
pub fn sigmoid(x: &Tensor) -> Result<Tensor> {
    curve(x, Sigmoid, |x| ((x * 0.5)?.tanh()? + 1.0)? * 0.5)
}

#[derive(Clone, Copy)]
struct Tanh;

impl Curve for Tanh {
    const NAME: &'static str = "tanh";

    #[inline(always)]
    fn at<T: Float>(self, x: T) -> (T, T) {
        let y = x.hyperbolic_tangent();
        (y, T::ONE - y * y)
    }
}

/// The hyperbolic tangent `(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)`.
///
/// # Shapes
/// Any; the output has the input's.
///
/// # Errors
/// If the type is not a number's.
///
/// ```
/// # use candlelab_nn::{tanh, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let y = tanh(&Tensor::new(&[-1000f32, 0.0, 1e-20], &Device::Cpu)?)?;
/// assert_eq!(y.to_vec1::<f32>()?, [-1.0, 0.0, 1e-20]);
/// # Ok(())
/// # }
/// ```
pub fn tanh(x: &Tensor) -> Result<Tensor> {
    curve(x, Tanh, Tensor::tanh)
}

#[derive(Clone, Copy)]
struct Silu;

impl Curve for Silu {
    const NAME: &'static str = "silu";

    #[inline(always)]
    fn at<T: Float>(self, x: T) -> (T, T) {
        let (y, slope) = logistic(x);
        (x * y, y + x * slope)
    }
}

/// `x · σ(x)`, also called swish (Elfwing et al. 2018).
///
/// # Shapes
/// Any; the output has the input's.
///
/// # Errors
/// If the type is not a number's.
///
/// ```
/// # use candlelab_nn::{silu, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let y = silu(&Tensor::new(&[-1000f32, 0.0, 1000.0], &Device::Cpu)?)?;
/// assert_eq!(y.to_vec1::<f32>()?, [0.0, 0.0, 1000.0]);
/// # Ok(())
/// # }
/// ```
pub fn silu(x: &Tensor) -> Result<Tensor> {
    curve(x, Silu, |x| x * sigmoid(x)?)
}

#[derive(Clone, Copy)]
struct Gelu;

impl Curve for Gelu {
    const NAME: &'static str = "gelu";

    #[inline(always)]
    fn at<T: Float>(self, x: T) -> (T, T) {
        let below = T::of(0.5) * (T::ONE + (x * T::of(FRAC_1_SQRT_2)).error_function());
        let density = T::of(0.5 * FRAC_2_SQRT_PI / SQRT_2) * (T::of(-0.5) * x * x).e_to();
        (x * below, below + x * density)
    }
}

/// `x · Φ(x)` with `Φ(x) = ½ (1 + erf(x / √2))`, the normal distribution's (Hendrycks and Gimpel
/// 2016), its `erf` to 6e-7 in f32.
///
/// It is PyTorch's `gelu`; Candle's own method of that name is [`gelu_tanh`].
///
/// # Shapes
/// Any; the output has the input's.
///
/// # Errors
/// If the type is not a number's.
///
/// ```
/// # use candlelab_nn::{gelu, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let y = gelu(&Tensor::new(&[-1000f32, 0.0, 1000.0], &Device::Cpu)?)?;
/// assert_eq!(y.to_vec1::<f32>()?, [0.0, 0.0, 1000.0]);
/// # Ok(())
/// # }
/// ```
pub fn gelu(x: &Tensor) -> Result<Tensor> {
    curve(x, Gelu, Tensor::gelu_erf)
}

#[derive(Clone, Copy)]
struct GeluTanh;

impl Curve for GeluTanh {
    const NAME: &'static str = "gelu_tanh";

    #[inline(always)]
    fn at<T: Float>(self, x: T) -> (T, T) {
        let half = T::of(0.5);
        let (a, b) = (T::of(FRAC_2_SQRT_PI * FRAC_1_SQRT_2), T::of(0.044_715));
        let t = (a * x * (T::ONE + b * x * x)).hyperbolic_tangent();
        let slope = a * (T::ONE + T::of(3.0 * 0.044_715) * x * x); // of the tangent's argument
        (half * x * (T::ONE + t), half * (T::ONE + t) + half * x * (T::ONE - t * t) * slope)
    }
}

/// [`gelu`] by `½ x (1 + tanh(√(2/π) (x + .044715 x³)))`, as GPT-2 has it.
///
/// # Shapes
/// Any; the output has the input's.
///
/// # Errors
/// If the type is not a number's.
///
/// ```
/// # use candlelab_nn::{gelu_tanh, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let y = gelu_tanh(&Tensor::new(&[-1000f32, 0.0, 1000.0], &Device::Cpu)?)?;
/// assert_eq!(y.to_vec1::<f32>()?, [0.0, 0.0, 1000.0]);
/// # Ok(())
/// # }
/// ```
pub fn gelu_tanh(x: &Tensor) -> Result<Tensor> {
    curve(x, GeluTanh, Tensor::gelu)
}
