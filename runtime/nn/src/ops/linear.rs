//! The affine map of rows.

use super::custom::{Op, apply2, apply3, compute1, compute2, ours, wanted};
use super::dots::Dots;
use super::float::Float;
use super::matrix::{Place, multiply};
use super::parallel::{rows, sum};
use candle_core::{Result, Shape, Tensor, bail};

/// `Y = X Wᵀ + b` for `X` of `(rows, inputs)` and `W` of `(outputs, inputs)`.
#[derive(Clone, Copy)]
pub struct Affine {
    pub rows: usize,
    pub inputs: usize,
    pub outputs: usize,
}

/// `dX = dY W`.
pub struct Rows(pub Affine);

/// `dW = dYᵀ X`.
pub struct Weights(pub Affine);

/// The sum of rows of so many numbers.
pub struct SumRows(pub usize);

impl Affine {
    fn work(&self) -> usize {
        self.rows * self.inputs * self.outputs
    }

    /// `b` is added to each row if there is one.
    pub fn forward<T: Float>(&self, x: &[T], w: &[T], bias: Option<&[T]>) -> Vec<T> {
        let Self { inputs, outputs, .. } = *self;
        let mut y = vec![T::ZERO; self.rows * outputs];
        rows(&mut y, outputs, self.work(), |first, y| {
            if let Some(bias) = bias {
                y.chunks_mut(outputs).for_each(|y| y.copy_from_slice(bias));
            }
            let count = y.len() / outputs;
            if let (true, Some(x), Some(w)) =
                (Dots::suits(count, inputs), T::singles(x), T::singles(w))
            {
                let a = &x[first * inputs..(first + count) * inputs];
                let c = T::singles_mut(y).expect("as the inputs");
                return Dots { k: inputs, a, b: w, c, keep: bias.is_some() }.run();
            }
            multiply(
                (count, inputs, outputs),
                (x, Place::rows(first * inputs, inputs)),
                (w, Place::rows(0, inputs).t()),
                (y, Place::rows(0, outputs)),
                bias.is_some(),
            );
        });
        y
    }
}

impl Op<2> for Affine {
    const NAME: &'static str = "linear";

    fn shape(&self, _: [&Shape; 2]) -> Shape {
        (self.rows, self.outputs).into()
    }

    fn map<T: Float>(&self, [x, w]: [&[T]; 2]) -> Vec<T> {
        self.forward(x, w, None)
    }

    fn gradients(
        &self,
        [x, w]: [&Tensor; 2],
        _: &Tensor,
        dy: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        Ok([
            wanted(x, || compute2(Rows(*self), dy, w))?,
            wanted(w, || compute2(Weights(*self), dy, x))?,
        ])
    }
}

impl Op<3> for Affine {
    const NAME: &'static str = "linear";

    fn shape(&self, _: [&Shape; 3]) -> Shape {
        (self.rows, self.outputs).into()
    }

    fn map<T: Float>(&self, [x, w, bias]: [&[T]; 3]) -> Vec<T> {
        self.forward(x, w, Some(bias))
    }

    fn gradients(
        &self,
        [x, w, bias]: [&Tensor; 3],
        y: &Tensor,
        dy: &Tensor,
    ) -> Result<[Option<Tensor>; 3]> {
        let [dx, dw] = Op::<2>::gradients(self, [x, w], y, dy)?;
        Ok([dx, dw, wanted(bias, || compute1(SumRows(self.outputs), dy))?])
    }
}

impl Op<2> for Rows {
    const NAME: &'static str = "the gradient of linear";

    fn shape(&self, _: [&Shape; 2]) -> Shape {
        (self.0.rows, self.0.inputs).into()
    }

    fn map<T: Float>(&self, [dy, w]: [&[T]; 2]) -> Vec<T> {
        let Affine { inputs, outputs, .. } = self.0;
        let mut dx = vec![T::ZERO; self.0.rows * inputs];
        rows(&mut dx, inputs, self.0.work(), |first, dx| {
            let count = dx.len() / inputs;
            multiply(
                (count, outputs, inputs),
                (dy, Place::rows(first * outputs, outputs)),
                (w, Place::rows(0, inputs)),
                (dx, Place::rows(0, inputs)),
                false,
            );
        });
        dx
    }
}

impl Op<2> for Weights {
    const NAME: &'static str = "the gradient of linear";

    fn shape(&self, _: [&Shape; 2]) -> Shape {
        (self.0.outputs, self.0.inputs).into()
    }

    fn map<T: Float>(&self, [dy, x]: [&[T]; 2]) -> Vec<T> {
        let Affine { inputs, outputs, .. } = self.0;
        let mut dw = vec![T::ZERO; outputs * inputs];
        rows(&mut dw, inputs, self.0.work(), |first, dw| {
            let count = dw.len() / inputs;
            multiply(
                (count, self.0.rows, inputs),
                (dy, Place::rows(first, outputs).t()),
                (x, Place::rows(0, inputs)),
                (dw, Place::rows(0, inputs)),
                false,
            );
        });
        dw
    }
}

impl Op<1> for SumRows {
    const NAME: &'static str = "the gradient of biases";

    fn shape(&self, _: [&Shape; 1]) -> Shape {
        self.0.into()
    }

    fn map<T: Float>(&self, [x]: [&[T]; 1]) -> Vec<T> {
        sum(x.len() / self.0.max(1), self.0, x.len(), |range, sums| {
            for row in x[range.start * self.0..range.end * self.0].chunks(self.0) {
                sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += *value);
            }
        })
    }
}

/// The affine map of rows: `y = x · wᵀ + b`.
///
/// On other devices than the CPU, and for other types than f32 and f64, it is Candle's own matrix
/// product.
///
/// # Shapes
/// - `x`: `(…, in)`; `w`: `(out, in)`; `bias`: `(out)`
/// - output: `(…, out)`
///
/// # Errors
/// If the shapes do not fit.
///
/// ```
/// # use candlelab_nn::{linear, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[1f32, 2.0]], &Device::Cpu)?;
/// let w = Tensor::new(&[[3f32, 4.0]], &Device::Cpu)?;
/// let b = Tensor::new(&[5f32], &Device::Cpu)?;
/// assert_eq!(linear(&x, &w, Some(&b))?.to_vec2::<f32>()?, [[16.0]]); // 1 · 3 + 2 · 4 + 5
/// # Ok(())
/// # }
/// ```
pub fn linear(x: &Tensor, w: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let (outputs, inputs) = w.dims2()?;
    let Some((&last, rest)) = x.dims().split_last().filter(|(last, _)| **last == inputs) else {
        bail!("shape mismatch in linear, input: {:?}, weight: {:?}", x.dims(), w.dims());
    };
    if let Some(bias) = bias.filter(|bias| bias.dims() != [outputs]) {
        bail!("shape mismatch in linear, weight: {:?}, bias: {:?}", w.dims(), bias.dims());
    }
    let sizes = Affine { rows: rest.iter().product(), inputs, outputs };
    let shape = [rest, &[outputs]].concat();
    let x = x.reshape((sizes.rows, last))?; // (rows, in)
    let y = match bias {
        _ if !ours(&x) || sizes.work() == 0 => {
            let y = x.matmul(&w.t()?)?; // (rows, out)
            bias.map_or(Ok(y.clone()), |bias| y.broadcast_add(bias))?
        }
        Some(bias) => apply3(sizes, &x, w, bias)?,
        None => apply2(sizes, &x, w)?,
    };
    y.reshape(shape)
}
