//! Weighted least squares with a penalty.

use crate::score::{double, numbers};
use candle_core::{DType, Device, Result, Tensor, bail};

/// A linear function, found by [`ridge`].
#[derive(Clone, Debug, PartialEq)]
pub struct Ridge {
    /// The value at 0.
    pub intercept: f64,
    /// The slope by each feature.
    pub weights: Vec<f64>,
}

impl Ridge {
    /// `b + w · x` for each row.
    ///
    /// # Shapes
    /// - `x`: `(n, features)`; output: `(n)`, f64
    ///
    /// # Errors
    /// If `x` has another number of features.
    pub fn predict(&self, x: &Tensor) -> Result<Tensor> {
        let weights = Tensor::new(self.weights.as_slice(), &Device::Cpu)?;
        double(x)?.matmul(&weights.unsqueeze(1)?)?.squeeze(1)? + self.intercept
    }
}

/// Ridge regression with a weight for each example (Hoerl and Kennard 1970): the `b` and `w` with
/// the smallest `Σᵢ sᵢ (yᵢ − b − w · xᵢ)² + α |w|²`.
///
/// The intercept is not shrunk. Computed in f64.
///
/// # Shapes
/// - `x`: `(n, features)`; `y`, `sample_weights`: `(n)`, weights from 0 up
///
/// # Errors
/// If the shapes do not fit, or the examples leave the solution open because `alpha` is 0.
///
/// ```
/// # use candlelab_explain::ridge;
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[-1f32], [1.0]], &Device::Cpu)?;
/// let (y, s) = (Tensor::new(&[1f32, 5.0], &Device::Cpu)?, Tensor::ones(2, x.dtype(), x.device())?);
/// let line = ridge(&x, &y, &s, 2.0)?; // without penalty 3 + 2x; here Σxy / (Σx² + α) = 4 / 4
/// assert_eq!((line.intercept, line.weights), (3.0, vec![1.0]));
/// # Ok(())
/// # }
/// ```
pub fn ridge(x: &Tensor, y: &Tensor, sample_weights: &Tensor, alpha: f64) -> Result<Ridge> {
    let (n, _) = x.dims2()?;
    if y.dims() != [n] || sample_weights.dims() != [n] {
        let (y, s) = (y.dims(), sample_weights.dims());
        bail!("shape mismatch in ridge, x: {:?}, y: {y:?}, sample_weights: {s:?}", x.dims());
    }
    let (x, y) = (double(x)?, double(y)?.unsqueeze(1)?); // (n, features), (n, 1)
    let s = double(sample_weights)?.unsqueeze(1)?; // (n, 1)
    let total = s.sum_all()?.to_scalar::<f64>()?;
    if numbers(&s)?.iter().any(|s| *s < 0.0) || total.is_nan() || total <= 0.0 {
        bail!("the weights of the examples must be 0 or more, and not all of them 0");
    }
    let x_mean = (x.broadcast_mul(&s)?.sum_keepdim(0)? / total)?; // (1, features)
    let y_mean = ((&y * &s)?.sum_all()?.to_scalar::<f64>()?) / total;
    let root = s.sqrt()?;
    let a = x.broadcast_sub(&x_mean)?.broadcast_mul(&root)?;
    let t = ((y - y_mean)? * root)?;
    let weights = least_squares(&a, &t, alpha)?; // (features, 1)
    let intercept = y_mean - x_mean.matmul(&weights)?.sum_all()?.to_scalar::<f64>()?;
    Ok(Ridge { intercept, weights: numbers(&weights)? })
}

/// The `w` with the smallest `|a w − t|² + α |w|²`: `(aᵀa + α)⁻¹ aᵀt`, which is `aᵀ(aaᵀ + α)⁻¹ t`.
///
/// Of the two systems the smaller is solved. `a`: `(n, d)`, `t`: `(n, 1)`, f64; output: `(d, 1)`.
pub(crate) fn least_squares(a: &Tensor, t: &Tensor, alpha: f64) -> Result<Tensor> {
    let (n, d) = a.dims2()?;
    let transposed = a.t()?.contiguous()?;
    let penalty = |size: usize| Tensor::eye(size, DType::F64, &Device::Cpu)? * alpha;
    if d <= n {
        solve(&(transposed.matmul(a)? + penalty(d)?)?, &transposed.matmul(t)?)
    } else {
        transposed.matmul(&solve(&(a.matmul(&transposed)? + penalty(n)?)?, t)?)
    }
}

/// Solves `m w = v` for a symmetric positive definite `m`, by its Cholesky factor `m = l lᵀ`.
fn solve(m: &Tensor, v: &Tensor) -> Result<Tensor> {
    let (mut l, mut w) = (m.to_vec2::<f64>()?, numbers(v)?);
    let size = w.len();
    for row in 0..size {
        for column in 0..=row {
            let product: f64 = (0..column).map(|k| l[row][k] * l[column][k]).sum();
            let rest = l[row][column] - product;
            if column < row {
                l[row][column] = rest / l[column][column];
            } else if rest > 1e-12 * l[row][row] {
                l[row][row] = rest.sqrt();
            } else {
                bail!(
                    "the examples leave the weights open\nhint: take more examples than weights, or a larger penalty"
                );
            }
        }
    }
    for row in 0..size {
        let known: f64 = (0..row).map(|k| l[row][k] * w[k]).sum();
        w[row] = (w[row] - known) / l[row][row];
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|k| l[k][row] * w[k]).sum();
        w[row] = (w[row] - known) / l[row][row];
    }
    Tensor::from_vec(w, (size, 1), &Device::Cpu)
}
