//! Runs generic code on the two float types of a storage.

use candle_core::{CpuStorage, Layout, Result, WithDType, bail};

/// What the operations need of f32 and f64.
pub trait Float: WithDType + Send + Sync + std::ops::AddAssign + PartialOrd {
    /// The number 0.
    const ZERO: Self;
    /// A number below all others.
    const LOWEST: Self;
}

impl Float for f32 {
    const ZERO: Self = 0.0;
    const LOWEST: Self = Self::NEG_INFINITY;
}

impl Float for f64 {
    const ZERO: Self = 0.0;
    const LOWEST: Self = Self::NEG_INFINITY;
}

/// The elements of a tensor whose memory is in order.
pub fn contiguous<'a, T>(values: &'a [T], layout: &Layout, name: &str) -> Result<&'a [T]> {
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&values[start..end]),
        None => bail!("{name} needs a contiguous tensor, got {layout:?}"),
    }
}

/// An operation on one tensor, for both float types.
pub trait Map1 {
    /// Its name in errors.
    const NAME: &'static str;
    /// The values of the result.
    fn map<T: Float>(&self, values: &[T]) -> Vec<T>;

    /// Runs the operation on a storage of either type.
    fn run(&self, storage: &CpuStorage, layout: &Layout) -> Result<CpuStorage> {
        match storage {
            CpuStorage::F32(values) => {
                Ok(CpuStorage::F32(self.map(contiguous(values, layout, Self::NAME)?)))
            }
            CpuStorage::F64(values) => {
                Ok(CpuStorage::F64(self.map(contiguous(values, layout, Self::NAME)?)))
            }
            _ => bail!("{} needs f32 or f64", Self::NAME),
        }
    }
}

/// An operation on two tensors of one float type.
pub trait Map2 {
    /// Its name in errors.
    const NAME: &'static str;
    /// The values of the result.
    fn map<T: Float>(&self, first: &[T], second: &[T]) -> Vec<T>;

    /// Runs the operation on storages of either type.
    fn run(
        &self,
        (first, first_layout): (&CpuStorage, &Layout),
        (second, second_layout): (&CpuStorage, &Layout),
    ) -> Result<CpuStorage> {
        match (first, second) {
            (CpuStorage::F32(a), CpuStorage::F32(b)) => Ok(CpuStorage::F32(self.map(
                contiguous(a, first_layout, Self::NAME)?,
                contiguous(b, second_layout, Self::NAME)?,
            ))),
            (CpuStorage::F64(a), CpuStorage::F64(b)) => Ok(CpuStorage::F64(self.map(
                contiguous(a, first_layout, Self::NAME)?,
                contiguous(b, second_layout, Self::NAME)?,
            ))),
            _ => bail!("{} needs two tensors of f32 or of f64", Self::NAME),
        }
    }
}
