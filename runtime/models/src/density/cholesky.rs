//! Matrices as products of triangles.

use candle_core::{Result, Tensor, bail};

/// The lower triangle `L` with `L Lᵀ` the given matrix, `(d, d)`, f64.
pub fn cholesky(matrix: &Tensor) -> Result<Tensor> {
    let a = matrix.to_vec2::<f64>()?;
    let d = a.len();
    let mut l = vec![vec![0.0; d]; d];
    for i in 0..d {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| l[i][k] * l[j][k]).sum();
            let rest = a[i][j] - dot;
            if i == j && (rest.is_nan() || rest <= 0.0) {
                bail!("a matrix has no root, as a covariance has: some numbers tell the others");
            }
            l[i][j] = if i == j { rest.sqrt() } else { rest / l[j][j] };
        }
    }
    Tensor::new(l, matrix.device())
}

/// The logarithm of a lower triangle's determinant, `Σ ln Lᵢᵢ`.
pub fn log_determinant(triangle: &Tensor) -> Result<f64> {
    let rows = triangle.to_vec2::<f64>()?;
    Ok(rows.iter().enumerate().map(|(at, row)| row[at].ln()).sum())
}

/// The inverse of a lower triangle.
pub fn invert_lower(triangle: &Tensor) -> Result<Tensor> {
    let l = triangle.to_vec2::<f64>()?;
    let mut inverse: Vec<Vec<f64>> = Vec::with_capacity(l.len());
    for (i, row) in l.iter().enumerate() {
        let number = |j: usize| {
            let dot: f64 = (j..i).map(|k| row[k] * inverse[k][j]).sum();
            let one = if i == j { 1.0 } else { 0.0 };
            (one - dot) / row[i]
        };
        inverse.push((0..l.len()).map(number).collect());
    }
    Tensor::new(inverse, triangle.device())
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn a_triangle_has_its_square_and_its_inverse() -> Result<()> {
        let root = [[2f64, 0., 0.], [1., 3., 0.], [-1., 0.5, 1.]];
        let root = Tensor::new(&root, &Device::Cpu)?;
        let found = cholesky(&root.matmul(&root.t()?)?)?;
        assert_eq!(found.to_vec2::<f64>()?, root.to_vec2::<f64>()?);
        let one = Tensor::eye(3, found.dtype(), &Device::Cpu)?;
        let error = (invert_lower(&root)?.matmul(&root)? - one)?.abs()?.max_all()?;
        assert!(error.to_scalar::<f64>()? < 1e-15);
        let flat = Tensor::new(&[[1f64, 1.], [1., 1.]], &Device::Cpu)?;
        assert!(cholesky(&flat).unwrap_err().to_string().contains("has no root"));
        Ok(())
    }
}
