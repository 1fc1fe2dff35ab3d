//! The numbers that layers are made of.

use candle_core::{DType, Result, Tensor, Var};
use std::cell::Cell;

thread_local! {
    static DTYPE: Cell<DType> = const { Cell::new(DType::F32) };
}

/// Puts back the type that was there before, also after a panic.
struct Restore(DType);

impl Drop for Restore {
    fn drop(&mut self) {
        DTYPE.set(self.0);
    }
}

/// Runs `f`, in which layers are made of numbers of another type than f32; f64 shows whether an
/// error is one of rounding, and makes a whole model fit for a gradient check.
///
/// The layers keep that type. Data are not converted: give such a model f64 to read.
///
/// ```
/// # use candlelab_nn::{DType, Device, Layer, Linear, Module, Result, Tensor, with_dtype};
/// # fn main() -> Result<()> {
/// let layer = with_dtype(DType::F64, || Linear::new(2, 1, &Device::Cpu))?;
/// let y = layer.forward(&Tensor::new(&[[1f64, 2.0]], &Device::Cpu)?)?;
/// assert_eq!(y.dtype(), DType::F64);
/// # Ok(())
/// # }
/// ```
pub fn with_dtype<R>(dtype: DType, f: impl FnOnce() -> R) -> R {
    let _restore = Restore(DTYPE.replace(dtype));
    f()
}

/// The type of new layers' numbers here, see [`with_dtype`].
///
/// ```
/// use candlelab_nn::{DType, parameter_dtype, with_dtype};
/// assert_eq!(with_dtype(DType::F64, parameter_dtype), DType::F64);
/// assert_eq!(parameter_dtype(), DType::F32);
/// ```
pub fn parameter_dtype() -> DType {
    DTYPE.get()
}

/// A parameter that starts from these numbers.
pub(crate) fn parameter_from(start: &Tensor) -> Result<Var> {
    Var::from_tensor(&start.to_dtype(parameter_dtype())?)
}
