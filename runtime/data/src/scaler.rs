//! Features on one scale.

use crate::{Dataset, Error, Result};
use candle_core::{DType, Tensor};

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
        let x = train.x.to_dtype(DType::F64)?; // so that many examples do not blur the mean
        let axes: Vec<usize> = (0..x.rank()).filter(|axis| *axis != 1).collect();
        let mean = x.mean_keepdim(axes.clone())?;
        let variance = x.broadcast_sub(&mean)?.sqr()?.mean_keepdim(axes)?;
        let constant = variance.le(1e-18)?;
        let deviation = constant.where_cond(&variance.ones_like()?, &variance.sqrt()?)?;
        let dtype = train.x.dtype();
        Ok(Self { mean: mean.to_dtype(dtype)?, deviation: deviation.to_dtype(dtype)? })
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
