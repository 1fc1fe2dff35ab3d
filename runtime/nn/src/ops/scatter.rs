//! Rows that meet where they are sent, as along the edges of a graph.

use super::custom::{Op, apply1, ours, wanted};
use super::float::Float;
use super::gather::{gather, scatter_sum, target};
use super::scale_rows::scale_rows;
use candle_core::{DType, Device, Result, Shape, Tensor};

/// The mean of the rows sent to each place; 0 where none is sent.
///
/// # Shapes
/// - `x`: `(n, …)`; `index`: u32, `(n)`
/// - output: `(rows, …)`
///
/// # Errors
/// As for [`scatter_sum`].
///
/// ```
/// # use candlelab_nn::{scatter_mean, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[1f32, 2.0, 4.0], &Device::Cpu)?;
/// let y = scatter_mean(&x, &Tensor::new(&[1u32, 0, 1], &Device::Cpu)?, 3)?;
/// assert_eq!(y.to_vec1::<f32>()?, [2.0, 2.5, 0.0]);
/// # Ok(())
/// # }
/// ```
pub fn scatter_mean(x: &Tensor, index: &Tensor, rows: usize) -> Result<Tensor> {
    let sums = scatter_sum(x, index, rows)?; // (rows, …)
    let counts = arrivals(index, rows)?.maximum(1.0)?.to_dtype(x.dtype())?;
    scale_rows(&sums, &counts.recip()?)
}

/// How often an index names each of `rows` rows, f32.
pub fn arrivals(index: &Tensor, rows: usize) -> Result<Tensor> {
    scatter_sum(&Tensor::ones(index.dims(), DType::F32, index.device())?, index, rows)
}

/// The largest of the numbers sent to each place, in each column; 0 where none is sent.
///
/// Where several are the largest, each gets an equal share of the gradient, as in PyTorch's
/// `scatter_reduce` with `amax`. On other devices than the CPU, and for other types than f32 and
/// f64, it is done on the CPU in f32, which is slow but right.
///
/// # Shapes
/// - `x`: `(n, …)`; `index`: u32, `(n)`
/// - output: `(rows, …)`
///
/// # Errors
/// As for [`scatter_sum`].
///
/// ```
/// # use candlelab_nn::{scatter_max, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[-1f32, 2.0, -4.0], &Device::Cpu)?;
/// let y = scatter_max(&x, &Tensor::new(&[1u32, 0, 1], &Device::Cpu)?, 3)?;
/// assert_eq!(y.to_vec1::<f32>()?, [2.0, -1.0, 0.0]);
/// # Ok(())
/// # }
/// ```
pub fn scatter_max(x: &Tensor, index: &Tensor, rows: usize) -> Result<Tensor> {
    let shape = target("scatter_max", x, index, rows)?;
    if ours(x) {
        let (places, index) = (index.to_vec1()?, index.contiguous()?);
        return apply1(Largest { places, index, shape }, x);
    }
    let here = x.to_dtype(DType::F32)?.to_device(&Device::Cpu)?;
    let y = scatter_max(&here, &index.to_device(&Device::Cpu)?, rows)?;
    y.to_device(x.device())?.to_dtype(x.dtype())
}

struct Largest {
    places: Vec<u32>,
    /// The same as a tensor.
    index: Tensor,
    /// Of the result.
    shape: Shape,
}

impl Op<1> for Largest {
    const NAME: &'static str = "scatter_max";

    fn shape(&self, _: [&Shape; 1]) -> Shape {
        self.shape.clone()
    }

    fn map<T: Float>(&self, [x]: [&[T]; 1]) -> Vec<T> {
        let (rows, width) = (self.shape.dims()[0], x.len() / self.places.len().max(1));
        let mut y = vec![T::ZERO; self.shape.elem_count()];
        let mut reached = vec![false; rows];
        for (at, place) in self.places.iter().map(|place| *place as usize).enumerate() {
            let (x, y) = (&x[at * width..][..width], &mut y[place * width..][..width]);
            if !std::mem::replace(&mut reached[place], true) {
                y.copy_from_slice(x);
                continue;
            }
            for (best, value) in y.iter_mut().zip(x) {
                #[allow(clippy::eq_op)] // NaN, the only number that is not itself, is passed on.
                if *value > *best || *value != *value {
                    *best = *value;
                }
            }
        }
        y
    }

    fn gradients(&self, [x]: [&Tensor; 1], y: &Tensor, dy: &Tensor) -> Result<[Option<Tensor>; 1]> {
        let dx = || {
            let top = y.detach().index_select(&self.index, 0)?; // (n, …)
            let largest = x.detach().eq(&top)?.to_dtype(x.dtype())?; // 1 or 0
            let ties = scatter_sum(&largest, &self.index, self.shape.dims()[0])?; // (rows, …)
            let share = (dy / ties.maximum(1.0)?)?;
            share.index_select(&self.index, 0)? * largest
        };
        Ok([wanted(x, dx)?])
    }
}

/// Softmax over the numbers sent to each place, in each column: `y[e] = exp x[e] / Σ exp x[f]` over
/// all `f` with `index[f] = index[e]`, as over the edges that come into a node.
///
/// # Shapes
/// - `x`: `(n, …)`; `index`: u32, `(n)`, its numbers below `rows`
/// - output: `(n, …)`
///
/// # Errors
/// As for [`scatter_sum`].
///
/// ```
/// # use candlelab_nn::{scatter_softmax, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[1000f32, -3.0, 1000.0], &Device::Cpu)?;
/// let y = scatter_softmax(&x, &Tensor::new(&[1u32, 0, 1], &Device::Cpu)?, 2)?;
/// assert_eq!(y.to_vec1::<f32>()?, [0.5, 1.0, 0.5]);
/// # Ok(())
/// # }
/// ```
pub fn scatter_softmax(x: &Tensor, index: &Tensor, rows: usize) -> Result<Tensor> {
    // The maximum only shifts; its gradient cancels.
    let top = scatter_max(&x.detach(), index, rows)?;
    let powers = (x - gather(&top, index)?)?.exp()?;
    let sums = scatter_sum(&powers, index, rows)?;
    powers / gather(&sums, index)?
}
