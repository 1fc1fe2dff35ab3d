//! Features on one scale.

use crate::dataset::chunks;
use crate::{Dataset, Error, Result};
use candle_core::Tensor;

/// Brings each feature to mean 0 and standard deviation 1: `(x − mean) / deviation`.
///
/// A feature is a column of a table or a channel of images. One that never changes is only moved
/// to 0. The deviation divides by `n`, as scikit-learn's `StandardScaler` does.
///
/// ```
/// use candlelab_data::{Dataset, Scaler};
/// use candle_core::{Device, Tensor};
/// let x = Tensor::new(&[[1f32, 5.], [3., 5.]], &Device::Cpu)?;
/// let set = Dataset::new("two", &x, &Tensor::new(&[0u32, 1], &Device::Cpu)?)?;
/// let scaler = Scaler::fit(&set)?;
/// assert_eq!(scaler.apply(&set)?.x.to_vec2::<f32>()?, [[-1., 0.], [1., 0.]]);
/// # Ok::<(), candlelab_data::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scaler {
    /// `(1, d)`, or `(1, channels, 1, 1)` for images.
    pub mean: Tensor,
    /// `(1, d)`, or `(1, channels, 1, 1)` for images; 1 where the feature never changes.
    pub deviation: Tensor,
}

impl Scaler {
    /// Measures the features of `train`; give it the training part only.
    ///
    /// # Errors
    /// If `x` is not of a float type.
    pub fn fit(train: &Dataset) -> Result<Self> {
        if !train.x.dtype().is_float() {
            return Err(Error::invalid(
                format!("{}, x", train.name),
                "numbers of a float type".to_owned(),
                format!("{:?}", train.x.dtype()),
                "convert with `x.to_dtype(DType::F32)?` first, if the numbers are quantities",
            ));
        }
        let x = &train.x;
        let axes: Vec<usize> = (0..x.rank()).filter(|axis| *axis != 1).collect();
        let count = axes.iter().map(|axis| x.dims()[*axis]).product::<usize>() as f64;
        let mean = (total(x, |x| x.sum_keepdim(axes.clone()))? / count)?;
        let squares = |x: Tensor| x.broadcast_sub(&mean)?.sqr()?.sum_keepdim(axes.clone());
        let variance = (total(x, squares)? / count)?;
        let constant = variance.le(1e-18)?;
        let deviation = constant.where_cond(&variance.ones_like()?, &variance.sqrt()?)?;
        let like_x = |all: Tensor| all.to_dtype(x.dtype())?.to_device(x.device());
        Ok(Self { mean: like_x(mean)?, deviation: like_x(deviation)? })
    }

    /// Scales a set, whichever part it is.
    ///
    /// # Errors
    /// If the set has other features than the one that was measured.
    pub fn apply(&self, set: &Dataset) -> Result<Dataset> {
        let x = set.x.broadcast_sub(&self.mean)?.broadcast_div(&self.deviation)?;
        Ok(Dataset { x, ..set.clone() })
    }

    /// The way back: `x · deviation + mean`.
    ///
    /// # Errors
    /// If the set has other features than the one that was measured.
    pub fn undo(&self, set: &Dataset) -> Result<Dataset> {
        let x = set.x.broadcast_mul(&self.deviation)?.broadcast_add(&self.mean)?;
        Ok(Dataset { x, ..set.clone() })
    }
}

/// The sum of `of` over all examples, in f64 so that many of them do not blur it.
fn total(x: &Tensor, of: impl Fn(Tensor) -> candle_core::Result<Tensor>) -> Result<Tensor> {
    let sum = chunks(x).map(|x| of(x?)).reduce(|sum, next| sum? + next?);
    Ok(sum.unwrap_or_else(|| Err(candle_core::Error::Msg("no example to measure".to_owned())))?)
}
