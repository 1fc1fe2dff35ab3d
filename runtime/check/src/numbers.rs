//! What can be compared: numbers, lists of them, tensors.

use candle_core::{DType, Tensor};

/// One number or many, with a shape: what [`Check::close`](crate::Check::close) compares.
///
/// ```
/// use candlelab_check::Numbers;
/// assert_eq!([[1.0, 2.0, 3.0]].shape()?, [1, 3]);
/// assert_eq!(vec![1u32, 2].numbers()?, [1.0, 2.0]);
/// # Ok::<(), candle_core::Error>(())
/// ```
pub trait Numbers {
    /// The size along each axis; nothing for a single number.
    ///
    /// # Errors
    /// If the rows of a list have different shapes.
    fn shape(&self) -> candle_core::Result<Vec<usize>>;

    /// All numbers, row by row.
    ///
    /// # Errors
    /// If a tensor cannot be read.
    fn numbers(&self) -> candle_core::Result<Vec<f64>>;
}

macro_rules! number {
    ($($type:ty),*) => {$(
        impl Numbers for $type {
            fn shape(&self) -> candle_core::Result<Vec<usize>> {
                Ok(Vec::new())
            }

            fn numbers(&self) -> candle_core::Result<Vec<f64>> {
                Ok(vec![*self as f64])
            }
        }
    )*};
}

number!(f32, f64, u8, u32, u64, usize, i32, i64);

impl<T: Numbers> Numbers for [T] {
    fn shape(&self) -> candle_core::Result<Vec<usize>> {
        let inner = self.first().map_or(Ok(Vec::new()), T::shape)?;
        for row in self {
            if row.shape()? != inner {
                candle_core::bail!("rows of shapes {inner:?} and {:?} in one list", row.shape()?);
            }
        }
        Ok([vec![self.len()], inner].concat())
    }

    fn numbers(&self) -> candle_core::Result<Vec<f64>> {
        let rows: candle_core::Result<Vec<_>> = self.iter().map(T::numbers).collect();
        Ok(rows?.concat())
    }
}

impl Numbers for Tensor {
    fn shape(&self) -> candle_core::Result<Vec<usize>> {
        Ok(self.dims().to_vec())
    }

    fn numbers(&self) -> candle_core::Result<Vec<f64>> {
        self.to_dtype(DType::F64)?.flatten_all()?.to_vec1()
    }
}

macro_rules! like {
    ($([$($generic:tt)*] $type:ty => $inner:ty),*) => {$(
        impl<$($generic)*> Numbers for $type {
            fn shape(&self) -> candle_core::Result<Vec<usize>> {
                <$inner>::shape(self)
            }

            fn numbers(&self) -> candle_core::Result<Vec<f64>> {
                <$inner>::numbers(self)
            }
        }
    )*};
}

like!([T: Numbers, const N: usize] [T; N] => [T], [T: Numbers] Vec<T> => [T], [T: Numbers + ?Sized] &T => T);
