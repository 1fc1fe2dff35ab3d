//! Kernels, and attention with any of them.

use super::rectify::relu;
use candle_core::{D, Result, Tensor};

/// `aᵀ` of the last two dimensions.
fn transpose(a: &Tensor) -> Result<Tensor> {
    a.transpose(D::Minus2, D::Minus1)
}

/// The products of all pairs: `k(a, b) = a · b`.
///
/// # Shapes
/// - `a`: `(…, n, d)`; `b`: `(…, m, d)`; output: `(…, n, m)`
///
/// # Errors
/// If the shapes do not fit.
///
/// ```
/// # use candlelab_nn::{Device, Result, Tensor, linear_kernel};
/// # fn main() -> Result<()> {
/// let a = Tensor::new(&[[1f32, 2.0]], &Device::Cpu)?;
/// let b = Tensor::new(&[[3f32, 0.0], [1.0, 1.0]], &Device::Cpu)?;
/// assert_eq!(linear_kernel(&a, &b)?.to_vec2::<f32>()?, [[3.0, 3.0]]);
/// # Ok(())
/// # }
/// ```
pub fn linear_kernel(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    a.contiguous()?.matmul(&transpose(b)?.contiguous()?)
}

/// `k(a, b) = (a · b + offset)^degree` for all pairs.
///
/// # Shapes
/// - `a`: `(…, n, d)`; `b`: `(…, m, d)`; output: `(…, n, m)`
///
/// # Errors
/// If the shapes do not fit.
///
/// ```
/// # use candlelab_nn::{Device, Result, Tensor, polynomial_kernel};
/// # fn main() -> Result<()> {
/// let (a, b) = (Tensor::new(&[[1f32, 2.0]], &Device::Cpu)?, Tensor::new(&[[3f32, 0.0]], &Device::Cpu)?);
/// assert_eq!(polynomial_kernel(&a, &b, 1.0, 2)?.to_vec2::<f32>()?, [[16.0]]);
/// # Ok(())
/// # }
/// ```
pub fn polynomial_kernel(a: &Tensor, b: &Tensor, offset: f64, degree: u32) -> Result<Tensor> {
    let base = (linear_kernel(a, b)? + offset)?;
    (1..degree).try_fold(base.clone(), |power, _| power * &base)
}

/// `k(a, b) = exp(scale · a · b)` for all pairs; with scale `1/√d` the kernel of
/// [`attention`](crate::attention()).
///
/// # Shapes
/// - `a`: `(…, n, d)`; `b`: `(…, m, d)`; output: `(…, n, m)`
///
/// # Errors
/// If the shapes do not fit.
///
/// ```
/// # use candlelab_nn::{Device, Result, Tensor, exponential_kernel};
/// # fn main() -> Result<()> {
/// let a = Tensor::new(&[[1f64, 2.0]], &Device::Cpu)?;
/// let k = exponential_kernel(&a, &a, 0.5)?.to_vec2::<f64>()?;
/// assert!((k[0][0] - 2.5f64.exp()).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
pub fn exponential_kernel(a: &Tensor, b: &Tensor, scale: f64) -> Result<Tensor> {
    (linear_kernel(a, b)? * scale)?.exp()
}

/// `k(a, b) = exp(−γ ‖a − b‖²)` for all pairs, the radial basis function.
///
/// # Shapes
/// - `a`: `(…, n, d)`; `b`: `(…, m, d)`; output: `(…, n, m)`
///
/// # Errors
/// If the shapes do not fit.
///
/// ```
/// # use candlelab_nn::{Device, Result, Tensor, rbf_kernel};
/// # fn main() -> Result<()> {
/// let a = Tensor::new(&[[1f64, 0.0], [0.0, 1.0]], &Device::Cpu)?; // squared distance 2
/// let k = rbf_kernel(&a, &a, 1.0)?.to_vec2::<f64>()?;
/// assert!(k[0][0] == 1.0 && (k[0][1] - (-2f64).exp()).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
pub fn rbf_kernel(a: &Tensor, b: &Tensor, gamma: f64) -> Result<Tensor> {
    let squares = |x: &Tensor| x.sqr()?.sum_keepdim(D::Minus1); // (…, n, 1)
    let sums = squares(a)?.broadcast_add(&transpose(&squares(b)?)?)?; // (…, n, m)
    let distances = relu(&(sums - (linear_kernel(a, b)? * 2.0)?)?)?; // rounded below 0 at times
    (distances * -gamma)?.exp()
}

/// Attention as smoothing with a kernel (Nadaraya 1964, Watson 1964):
/// `y(q) = Σᵢ k(q, kᵢ) vᵢ / Σᵢ k(q, kᵢ)`.
///
/// The kernel's values have to be positive; where they add up to 0 the result is no number. With
/// [`exponential_kernel`] of scale `1/√d` it is [`attention`](crate::attention()), which is right
/// for large products too.
///
/// # Shapes
/// - `q`: `(…, queries, d)`; `k`: `(…, keys, d)`; `v`: `(…, keys, width)`
/// - `kernel`: `(…, queries, d)` and `(…, keys, d)` to `(…, queries, keys)`
/// - output: `(…, queries, width)`
///
/// # Errors
/// If the shapes do not fit.
///
/// ```
/// # use candlelab_nn::{Device, Result, Tensor, kernel_attention, rbf_kernel};
/// # fn main() -> Result<()> {
/// let k = Tensor::new(&[[0f32], [2.0]], &Device::Cpu)?;
/// let v = Tensor::new(&[[10f32], [20.0]], &Device::Cpu)?;
/// let q = Tensor::new(&[[1f32], [-50.0]], &Device::Cpu)?; // between both, and near the first
/// let y = kernel_attention(&q, &k, &v, |q, k| rbf_kernel(q, k, 0.01))?.to_vec2::<f32>()?;
/// assert!((y[0][0] - 15.0).abs() < 1e-5 && y[1][0] < 12.0);
/// # Ok(())
/// # }
/// ```
pub fn kernel_attention(
    q: &Tensor,
    k: &Tensor,
    v: &Tensor,
    kernel: impl Fn(&Tensor, &Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    let weights = kernel(q, k)?; // (…, queries, keys)
    let sums = weights.sum_keepdim(D::Minus1)?; // (…, queries, 1)
    weights.matmul(&v.contiguous()?)?.broadcast_div(&sums)
}
