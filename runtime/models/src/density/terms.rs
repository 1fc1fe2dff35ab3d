//! Formulas of few terms, found in data.

use super::cholesky::{cholesky, invert_lower};
use candle_core::{DType, Result, Tensor, bail};

/// The coefficients of `y = Σⱼ cⱼ tⱼ` with as few terms as possible (Brunton et al. 2016): least
/// squares, terms with `|c|` below `threshold` left out, least squares of the rest, and so on until
/// no term goes. What is left out has the coefficient 0.
///
/// # Shapes
/// - `terms`: `(n, terms)`, the values of each term; `y`: `(n)`
///
/// # Errors
/// If the shapes do not fit, or a term can be made of others, as one of zeros can.
///
/// ```
/// # use candlelab_models::{formula, sparse_regression};
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let terms = Tensor::new(&[[1f64, 0.0], [1.0, 1.0], [1.0, 2.0]], &Device::Cpu)?; // 1, x
/// let y = Tensor::new(&[0f64, 2.0, 4.0], &Device::Cpu)?;
/// let c = sparse_regression(&terms, &y, 0.1)?;
/// assert_eq!(formula(&["1", "x"], &c), "2.000 x");
/// # Ok(())
/// # }
/// ```
pub fn sparse_regression(terms: &Tensor, y: &Tensor, threshold: f64) -> Result<Vec<f64>> {
    let (n, count) = terms.dims2()?;
    if y.dims() != [n] || n == 0 {
        bail!("shape mismatch in sparse_regression, terms: {:?}, y: {:?}", terms.dims(), y.dims());
    }
    let (terms, y) =
        (terms.to_dtype(DType::F64)?.contiguous()?, y.to_dtype(DType::F64)?.unsqueeze(1)?);
    let mut kept: Vec<u32> = (0..count as u32).collect();
    loop {
        let mut c = vec![0.0; count];
        if kept.is_empty() {
            return Ok(c);
        }
        let chosen = terms.index_select(&Tensor::new(kept.as_slice(), terms.device())?, 1)?;
        let found = least_squares(&chosen, &y)?;
        let before = kept.len();
        kept.iter().zip(&found).for_each(|(term, found)| c[*term as usize] = *found);
        kept.retain(|term| c[*term as usize].abs() >= threshold);
        if kept.len() == before {
            return Ok(c);
        }
    }
}

/// `c = (TᵀT)⁻¹ Tᵀy`, with the columns of `T` scaled to length 1 on the way.
fn least_squares(terms: &Tensor, y: &Tensor) -> Result<Vec<f64>> {
    let lengths = terms.sqr()?.sum_keepdim(0)?.sqrt()?; // (1, terms)
    let t = terms.broadcast_div(&lengths)?; // (n, terms)
    let inverse = invert_lower(&cholesky(&t.t()?.matmul(&t)?)?)?; // L⁻¹ of TᵀT = L Lᵀ
    let c = inverse.t()?.matmul(&inverse.matmul(&t.t()?.matmul(y)?)?)?; // (terms, 1)
    c.squeeze(1)?.broadcast_div(&lengths.squeeze(0)?)?.to_vec1()
}

/// The terms that are not 0 as text, with three digits after the point: `-200.000 sin x - 3.000 v`.
pub fn formula(names: &[&str], coefficients: &[f64]) -> String {
    let mut text = String::new();
    for (name, c) in names.iter().zip(coefficients).filter(|(_, c)| **c != 0.0) {
        let sign = match (text.is_empty(), *c < 0.0) {
            (true, negative) => {
                if negative {
                    "-"
                } else {
                    ""
                }
            }
            (false, true) => " - ",
            (false, false) => " + ",
        };
        text += &format!("{sign}{:.3} {name}", c.abs());
    }
    if text.is_empty() { "0".to_owned() } else { text }
}
