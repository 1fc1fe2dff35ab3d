//! The affine map of rows.

use super::custom::{Op, apply2, apply3, compute1, compute2, ours, wanted};
use super::dots::Dots;
use super::float::Float;
use super::matrix::{Place, multiply, transposed};
use super::parallel::{MOVE, room, rows, sum};
use super::rectify::Bend;
use super::tape::reshape;
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

/// `Y = bend(X Wᵀ + b)`.
struct Forward {
    sizes: Affine,
    bend: Bend,
}

impl Affine {
    fn work(&self) -> usize {
        self.rows * self.inputs * self.outputs
    }

    /// `b` is added to each row if there is one.
    pub fn forward<T: Float>(&self, x: &[T], w: &[T], bias: Option<&[T]>, bend: Bend) -> Vec<T> {
        /// Numbers in a vector of the matrix product; it reads rows of so many as they lie.
        const LANES: usize = 16;
        /// With fewer rows the product would not turn the weights either.
        const ROWS: usize = 8;
        let Self { inputs, outputs, .. } = *self;
        let mut y = room(self.rows * outputs);
        let dots = Dots::suits(self.rows, inputs);
        // Once here, and not anew by each thread in its product.
        let turns = !dots && self.rows >= ROWS && outputs.is_multiple_of(LANES);
        let turned = turns.then(|| transposed(w, inputs));
        let (w, w_place) = match &turned {
            Some(turned) => (&turned[..], Place::rows(0, outputs)),
            None => (w, Place::rows(0, inputs).t()),
        };
        rows(&mut y, outputs, self.work(), |first, y| {
            if let Some(bias) = bias {
                y.chunks_mut(outputs).for_each(|y| y.copy_from_slice(bias));
            }
            let count = y.len() / outputs;
            let x = &x[first * inputs..(first + count) * inputs];
            match (T::singles(x), T::singles(w)) {
                (Some(a), Some(b)) if dots => {
                    let c = T::singles_mut(y).expect("as the inputs");
                    Dots { k: inputs, a, b, c, keep: bias.is_some() }.run();
                }
                _ => multiply(
                    (count, inputs, outputs),
                    (x, Place::rows(0, inputs)),
                    (w, w_place),
                    (y, Place::rows(0, outputs)),
                    bias.is_some(),
                ),
            }
            bend.apply(y);
        });
        y
    }
}

impl Affine {
    /// Of `x` and `w`, from that of the product.
    fn gradients(&self, [x, w]: [&Tensor; 2], dy: &Tensor) -> Result<[Option<Tensor>; 2]> {
        Ok([
            wanted(x, || compute2(Rows(*self), dy, w))?,
            wanted(w, || compute2(Weights(*self), dy, x))?,
        ])
    }
}

impl Op<2> for Forward {
    const NAME: &'static str = "linear";

    fn shape(&self, _: [&Shape; 2]) -> Shape {
        (self.sizes.rows, self.sizes.outputs).into()
    }

    fn map<T: Float>(&self, [x, w]: [&[T]; 2]) -> Vec<T> {
        self.sizes.forward(x, w, None, self.bend)
    }

    fn gradients(
        &self,
        [x, w]: [&Tensor; 2],
        y: &Tensor,
        dy: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        self.sizes.gradients([x, w], &self.bend.gradient(y, dy)?)
    }
}

impl Op<3> for Forward {
    const NAME: &'static str = "linear";

    fn shape(&self, _: [&Shape; 3]) -> Shape {
        (self.sizes.rows, self.sizes.outputs).into()
    }

    fn map<T: Float>(&self, [x, w, bias]: [&[T]; 3]) -> Vec<T> {
        self.sizes.forward(x, w, Some(bias), self.bend)
    }

    fn gradients(
        &self,
        [x, w, bias]: [&Tensor; 3],
        y: &Tensor,
        dy: &Tensor,
    ) -> Result<[Option<Tensor>; 3]> {
        let dy = self.bend.gradient(y, dy)?;
        let [dx, dw] = self.sizes.gradients([x, w], &dy)?;
        Ok([dx, dw, wanted(bias, || compute1(SumRows(self.sizes.outputs), &dy))?])
    }
}

impl Op<2> for Rows {
    const NAME: &'static str = "the gradient of linear";

    fn shape(&self, _: [&Shape; 2]) -> Shape {
        (self.0.rows, self.0.inputs).into()
    }

    fn map<T: Float>(&self, [dy, w]: [&[T]; 2]) -> Vec<T> {
        let Affine { inputs, outputs, .. } = self.0;
        let mut dx = room(self.0.rows * inputs);
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
        let mut dw = room(outputs * inputs);
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
        sum(x.len() / self.0.max(1), self.0, x.len() * MOVE, |range, sums| {
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
    bent_linear(x, w, bias, Bend(None))
}

/// `bend(x · wᵀ + b)` in one go.
pub fn bent_linear(x: &Tensor, w: &Tensor, bias: Option<&Tensor>, bend: Bend) -> Result<Tensor> {
    let (outputs, inputs) = w.dims2()?;
    let Some((&last, rest)) = x.dims().split_last().filter(|(last, _)| **last == inputs) else {
        bail!("shape mismatch in linear, input: {:?}, weight: {:?}", x.dims(), w.dims());
    };
    if let Some(bias) = bias.filter(|bias| bias.dims() != [outputs]) {
        bail!("shape mismatch in linear, weight: {:?}, bias: {:?}", w.dims(), bias.dims());
    }
    let sizes = Affine { rows: rest.iter().product(), inputs, outputs };
    let shape = [rest, &[outputs]].concat();
    let x = reshape(x, (sizes.rows, last))?; // (rows, in)
    let y = match bias {
        _ if !ours(&x) || sizes.work() == 0 => {
            let y = x.matmul(&w.t()?)?; // (rows, out)
            bend.alone(bias.map_or(Ok(y.clone()), |bias| y.broadcast_add(bias))?)?
        }
        Some(bias) => apply3(Forward { sizes, bend }, &x, w, bias)?,
        None => apply2(Forward { sizes, bend }, &x, w)?,
    };
    reshape(&y, shape)
}
