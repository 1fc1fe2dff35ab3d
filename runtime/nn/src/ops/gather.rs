//! Rows taken from one place to another by an index.

use super::custom::{Op, apply1, compute1, ours, wanted};
use super::float::Float;
use super::parallel::{MOVE, room, rows, wide};
use candle_core::{DType, Result, Shape, Tensor, bail};
use std::sync::Arc;

/// `y[e] = x[index[e]]` for an `x` of so many rows.
struct Taken {
    index: Arc<[u32]>,
    rows: usize,
}

/// `y[i] = Σ x[e]` over all `e` with `index[e] = i`, for a `y` of so many rows.
struct Sent {
    index: Arc<[u32]>,
    rows: usize,
}

/// As `like`, but with so many rows.
fn with_rows(like: &Shape, rows: usize) -> Shape {
    [&[rows], &like.dims()[1..]].concat().into()
}

impl Op<1> for Taken {
    const NAME: &'static str = "gather";

    fn shape(&self, [x]: [&Shape; 1]) -> Shape {
        with_rows(x, self.index.len())
    }

    fn map<T: Float>(&self, [x]: [&[T]; 1]) -> Vec<T> {
        let width = x.len() / self.rows;
        let mut y = room(self.index.len() * width);
        let work = y.len() * MOVE;
        rows(&mut y, width, work, |first, y| {
            for (y, from) in y.chunks_mut(width).zip(&self.index[first..]) {
                y.copy_from_slice(&x[*from as usize * width..][..width]);
            }
        });
        y
    }

    fn gradients(&self, [x]: [&Tensor; 1], _: &Tensor, dy: &Tensor) -> Result<[Option<Tensor>; 1]> {
        let sent = Sent { index: Arc::clone(&self.index), rows: self.rows };
        Ok([wanted(x, || compute1(sent, dy))?])
    }
}

impl Op<1> for Sent {
    const NAME: &'static str = "scatter_sum";

    fn shape(&self, [x]: [&Shape; 1]) -> Shape {
        with_rows(x, self.rows)
    }

    fn map<T: Float>(&self, [x]: [&[T]; 1]) -> Vec<T> {
        let width = x.len() / self.index.len();
        let mut y = vec![T::ZERO; self.rows * width];
        wide(|| {
            for (x, to) in x.chunks(width).zip(&*self.index) {
                let y = &mut y[*to as usize * width..][..width];
                y.iter_mut().zip(x).for_each(|(y, x)| *y += *x);
            }
        });
        y
    }

    fn gradients(&self, [x]: [&Tensor; 1], _: &Tensor, dy: &Tensor) -> Result<[Option<Tensor>; 1]> {
        let taken = Taken { index: Arc::clone(&self.index), rows: self.rows };
        Ok([wanted(x, || compute1(taken, dy))?])
    }
}

/// Fails unless `index` is a list of rows of which there are `rows`.
pub fn check(name: &str, index: &Tensor, rows: usize) -> Result<()> {
    if index.rank() != 1 || index.dtype() != DType::U32 {
        let (dims, dtype) = (index.dims(), index.dtype());
        bail!("{name} needs a list of u32 as index, got {dims:?} of {dtype:?}");
    }
    if index.elem_count() > 0 {
        let largest = index.max(0)?.to_scalar::<u32>()?;
        if largest as usize >= rows {
            bail!("{name}: the index holds {largest}, but rows go from 0 to below {rows}");
        }
    }
    Ok(())
}

/// What was read at `numbers`; if that failed because one is none of `0..count`, the error says
/// `outside(number, place)`.
pub fn read_at<T>(
    read: Result<T>,
    numbers: &Tensor,
    count: usize,
    outside: impl FnOnce(i64, usize) -> String,
) -> Result<T> {
    read.or_else(|error| {
        let numbers = numbers.flatten_all()?.to_dtype(DType::I64)?.to_vec1::<i64>()?;
        match numbers.iter().position(|number| !(0..count as i64).contains(number)) {
            Some(place) => bail!("{}", outside(numbers[place], place)),
            None => Err(error),
        }
    })
}

/// The shape of `rows` rows like those of `x`, if there are as many as the index has numbers.
pub fn target(name: &str, x: &Tensor, index: &Tensor, rows: usize) -> Result<Shape> {
    check(name, index, rows)?;
    match x.dims() {
        [n, ..] if *n == index.elem_count() => Ok(with_rows(x.shape(), rows)),
        dims => bail!("shape mismatch in {name}, x: {dims:?}, index: {:?}", index.dims()),
    }
}

/// The rows that an index names: `y[e] = x[index[e]]`, as the node at the end of each edge.
///
/// # Shapes
/// - `x`: `(rows, …)`; `index`: u32, `(n)`
/// - output: `(n, …)`
///
/// # Errors
/// If the index is no list of u32 or names a row that is not there.
///
/// ```
/// # use candlelab_nn::{gather, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[5f32, 6.0, 7.0], &Device::Cpu)?;
/// let y = gather(&x, &Tensor::new(&[2u32, 0, 2], &Device::Cpu)?)?;
/// assert_eq!(y.to_vec1::<f32>()?, [7.0, 5.0, 7.0]);
/// # Ok(())
/// # }
/// ```
pub fn gather(x: &Tensor, index: &Tensor) -> Result<Tensor> {
    let rows = x.dim(0)?;
    check("gather", index, rows)?;
    if ours(x) && x.elem_count() * index.elem_count() > 0 {
        return apply1(Taken { index: index.to_vec1()?.into(), rows }, x);
    }
    x.contiguous()?.index_select(index, 0)
}

/// The sum of the rows sent to each place: `y[i] = Σ x[e]` over all `e` with `index[e] = i`; 0
/// where none is sent.
///
/// # Shapes
/// - `x`: `(n, …)`; `index`: u32, `(n)`
/// - output: `(rows, …)`
///
/// # Errors
/// If the index is no list of u32, is not as long as `x`, or names a row that is not there.
///
/// ```
/// # use candlelab_nn::{scatter_sum, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[1f32, 2.0, 4.0], &Device::Cpu)?;
/// let y = scatter_sum(&x, &Tensor::new(&[1u32, 0, 1], &Device::Cpu)?, 3)?;
/// assert_eq!(y.to_vec1::<f32>()?, [2.0, 5.0, 0.0]);
/// # Ok(())
/// # }
/// ```
pub fn scatter_sum(x: &Tensor, index: &Tensor, rows: usize) -> Result<Tensor> {
    let shape = target("scatter_sum", x, index, rows)?;
    if ours(x) && x.elem_count() > 0 {
        return apply1(Sent { index: index.to_vec1()?.into(), rows }, x);
    }
    let zeros = Tensor::zeros(shape, x.dtype(), x.device())?;
    zeros.index_add(&index.contiguous()?, &x.contiguous()?, 0)
}
