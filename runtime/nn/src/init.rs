//! Weights to start from.
//!
//! Each function here sets a weight, of `(out, in)` for an affine map or `(out, in, places…)` for a
//! convolution; [`named`] sets all weights of a model. `fan_in` is how many numbers the weight
//! reads for each output, `in · places`, and `fan_out` how many outputs each input reaches,
//! `out · places`.

use crate::parameters::Parameters;
use crate::random::{rand, randn};
use candle_core::{Device, Result, Tensor, Var, bail};

/// `fan_in` and `fan_out` of a weight.
fn fans(w: &Var) -> Result<(f64, f64)> {
    let [outputs, inputs, places @ ..] = w.dims() else {
        bail!("a weight is (out, in, …), got {:?}", w.dims())
    };
    let places: usize = places.iter().product();
    Ok(((inputs * places) as f64, (outputs * places) as f64))
}

fn set(w: &Var, values: &Tensor) -> Result<()> {
    w.set(&values.to_dtype(w.dtype())?)
}

/// Draws a weight uniformly from `±√(6 / (fan_in + fan_out))` (Glorot and Bengio 2010): variance
/// `2 / (fan_in + fan_out)`, so that numbers keep their size, forwards and backwards.
///
/// # Errors
/// If `w` has fewer than two dimensions.
///
/// ```
/// # use candlelab_nn::{Device, Layer, Linear, Result, init};
/// # fn main() -> Result<()> {
/// let layer = Linear::new(4, 2, &Device::Cpu)?;
/// init::xavier_uniform(&layer.vars()[0])?;
/// assert!(layer.weight().abs()?.max_all()?.to_scalar::<f32>()? <= 1.0); // √(6 / 6)
/// # Ok(())
/// # }
/// ```
pub fn xavier_uniform(w: &Var) -> Result<()> {
    let (fan_in, fan_out) = fans(w)?;
    let bound = (6.0 / (fan_in + fan_out)).sqrt();
    set(w, &rand(-bound, bound, w.shape(), w.device())?)
}

/// Draws a weight from `N(0, 2 / (fan_in + fan_out))` (Glorot and Bengio 2010).
///
/// # Errors
/// If `w` has fewer than two dimensions.
pub fn xavier_normal(w: &Var) -> Result<()> {
    let (fan_in, fan_out) = fans(w)?;
    normal(w, (2.0 / (fan_in + fan_out)).sqrt())
}

/// Draws a weight uniformly from `±√(6 / fan_in)` (He et al. 2015): variance `2 / fan_in`, so that
/// numbers keep their size where [`relu`](crate::relu()) comes after.
///
/// # Errors
/// If `w` has fewer than two dimensions.
pub fn he_uniform(w: &Var) -> Result<()> {
    let bound = (6.0 / fans(w)?.0).sqrt();
    set(w, &rand(-bound, bound, w.shape(), w.device())?)
}

/// Draws a weight from `N(0, 2 / fan_in)` (He et al. 2015).
///
/// # Errors
/// If `w` has fewer than two dimensions.
pub fn he_normal(w: &Var) -> Result<()> {
    normal(w, (2.0 / fans(w)?.0).sqrt())
}

/// Draws a weight from `N(0, std²)`.
///
/// # Errors
/// If the device has no room.
pub fn normal(w: &Var, std: f64) -> Result<()> {
    set(w, &randn(0.0, std, w.shape(), w.device())?)
}

/// Sets all numbers of a weight to `value`.
///
/// # Errors
/// If the device has no room.
///
/// ```
/// # use candlelab_nn::{Device, Layer, Linear, Result, init};
/// # fn main() -> Result<()> {
/// let layer = Linear::new(2, 1, &Device::Cpu)?;
/// init::constant(&layer.vars()[1], 0.5)?;
/// assert_eq!(layer.bias().unwrap().to_vec1::<f32>()?, [0.5]);
/// # Ok(())
/// # }
/// ```
pub fn constant(w: &Var, value: f64) -> Result<()> {
    set(w, &Tensor::full(value, w.shape(), &Device::Cpu)?.to_device(w.device())?)
}

/// Draws a weight whose rows, or columns if there are fewer, are orthogonal and of length 1 (Saxe
/// et al. 2014): a map that keeps lengths.
///
/// # Errors
/// If `w` has fewer than two dimensions.
///
/// ```
/// # use candlelab_nn::{Device, Layer, Linear, Result, init};
/// # fn main() -> Result<()> {
/// let layer = Linear::new(2, 2, &Device::Cpu)?;
/// init::orthogonal(&layer.vars()[0])?;
/// let w = layer.weight().to_vec2::<f32>()?;
/// assert!((w[0][0] * w[1][0] + w[0][1] * w[1][1]).abs() < 1e-6);
/// # Ok(())
/// # }
/// ```
pub fn orthogonal(w: &Var) -> Result<()> {
    fans(w)?;
    let (rows, columns) = (w.dim(0)?, w.elem_count() / w.dim(0)?.max(1));
    let q = if rows <= columns {
        orthonormal(rows, columns, w.device())?
    } else {
        orthonormal(columns, rows, w.device())?.t()?
    };
    set(w, &q.reshape(w.shape())?)
}

/// Random orthogonal rows of length 1, f32, `(rows, columns)` with no more rows than columns, by
/// the Gram–Schmidt process in f64.
pub(crate) fn orthonormal(rows: usize, columns: usize, device: &Device) -> Result<Tensor> {
    let draws = randn(0.0, 1.0, (rows, columns), &Device::Cpu)?.to_vec2::<f32>()?;
    let mut done: Vec<Vec<f64>> = Vec::with_capacity(rows);
    for draw in draws {
        let mut row: Vec<f64> = draw.into_iter().map(f64::from).collect();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        for _ in 0..2 {
            // The second pass removes what rounding left in the first.
            for other in &done {
                let part = dot(&row, other);
                row.iter_mut().zip(other).for_each(|(row, other)| *row -= part * other);
            }
        }
        let length = dot(&row, &row).sqrt();
        row.iter_mut().for_each(|number| *number /= length);
        done.push(row);
    }
    let numbers: Vec<f32> = done.concat().into_iter().map(|number| number as f32).collect();
    Tensor::from_vec(numbers, (rows, columns), device)
}

/// Sets each tensor of a model whose name ends in `ending` and which has two dimensions or more,
/// as all weights of its affine maps, convolutions and embeddings; gives how many there were.
///
/// # Errors
/// If there is none of that name, or `set` fails.
///
/// ```
/// # use candlelab_nn::*;
/// # fn main() -> Result<()> {
/// let config = BlockConfig::new(8, 2);
/// let model = Sequential::new()
///     .add(TransformerBlock::new(config, &Device::Cpu)?)
///     .add(TransformerBlock::new(config, &Device::Cpu)?);
/// let all = model.parameters();
/// assert_eq!(init::named(&all, "weight", |w| init::normal(w, 0.02))?, 2 * 4); // but no LayerNorm's
/// let depth: f64 = 2.0; // as in GPT-2
/// init::named(&all, "feed_forward.down.weight", |w| init::normal(w, 0.02 / (2.0 * depth).sqrt()))?;
/// # Ok(())
/// # }
/// ```
pub fn named(
    parameters: &Parameters,
    ending: &str,
    set: impl Fn(&Var) -> Result<()>,
) -> Result<usize> {
    let named = parameters.tensors().into_iter().filter(|(name, var)| {
        let before =
            name.strip_suffix(ending).map(|before| before.is_empty() || before.ends_with('.'));
        before == Some(true) && var.rank() >= 2
    });
    let weights: Vec<Var> = named.map(|(_, var)| var).collect();
    if weights.is_empty() {
        bail!("no weight is called `{ending}`; parameters().tensors() lists all names");
    }
    weights.iter().try_for_each(set)?;
    Ok(weights.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Conv2d, Layer, Linear};
    use candle_core::DType;

    /// Mean, variance and largest size.
    fn moments(w: &Var) -> Result<(f64, f64, f64)> {
        let w = w.to_dtype(DType::F64)?;
        let mean = w.mean_all()?.to_scalar::<f64>()?;
        let variance = (&w - mean)?.sqr()?.mean_all()?.to_scalar::<f64>()?;
        Ok((mean, variance, w.abs()?.max_all()?.to_scalar::<f64>()?))
    }

    #[test]
    fn weights_have_their_moments() -> Result<()> {
        let w = Var::zeros((60, 30, 3, 3), DType::F32, &Device::Cpu)?; // fan_in 270, fan_out 540
        type Set = fn(&Var) -> Result<()>;
        let cases: [(Set, f64, bool); 5] = [
            (xavier_uniform, 2.0 / 810.0, true),
            (xavier_normal, 2.0 / 810.0, false),
            (he_uniform, 2.0 / 270.0, true),
            (he_normal, 2.0 / 270.0, false),
            (|w| normal(w, 0.5), 0.25, false),
        ];
        for (set, truth, uniform) in cases {
            set(&w)?;
            let (mean, variance, largest) = moments(&w)?;
            // 16,200 draws: standard errors of .008 σ for the mean, of at most .011 for the ratio.
            assert!(mean.abs() < 0.04 * truth.sqrt(), "{mean}");
            assert!((variance / truth - 1.0).abs() < 0.06, "{variance} {truth}");
            assert_eq!(largest <= (3.0 * truth).sqrt() * 1.000_001, uniform);
        }
        Ok(())
    }

    #[test]
    fn orthogonal_weights_keep_lengths() -> Result<()> {
        for shape in [vec![20, 30], vec![30, 20], vec![8, 2, 3, 3], vec![64, 2, 3, 3]] {
            let w = Var::zeros(shape, DType::F64, &Device::Cpu)?;
            orthogonal(&w)?;
            let q = w.flatten_from(1)?;
            let q = if q.dim(0)? < q.dim(1)? { q.t()? } else { q }.contiguous()?;
            let unit = Tensor::eye(q.dim(1)?, DType::F64, &Device::Cpu)?;
            let error = (q.t()?.matmul(&q)? - unit)?.abs()?.max_all()?.to_scalar::<f64>()?;
            assert!(error < 1e-6, "{error}");
        }
        Ok(())
    }

    #[test]
    fn names_choose_what_is_set() -> Result<()> {
        let device = &Device::Cpu;
        let conv = Conv2d::new(1, 2, 3, 0, device)?;
        let model = crate::Sequential::new().add(conv.clone()).add(Linear::new(2, 2, device)?);
        let all = model.parameters();
        assert_eq!(named(&all, "weight", |w| constant(w, 0.25))?, 2);
        assert_eq!(conv.weight().sum_all()?.to_scalar::<f32>()?, 4.5);
        assert_eq!(named(&all, "1.weight", he_normal)?, 1);
        let error = named(&all, "eight", he_normal).unwrap_err().to_string();
        assert!(error.contains("no weight is called `eight`"), "{error}");
        assert!(he_normal(&Var::zeros(3, DType::F32, device)?).is_err());
        Ok(())
    }
}
