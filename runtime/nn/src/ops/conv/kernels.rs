//! The three products of a convolution, an image at a time: forward and the two gradients.
//!
//! With the windows of an image as columns (`im2col`), `Y = W X`, so that `dX = Wᵀ dY`, added back
//! to the pixels that the columns came from, and `dW = dY Xᵀ`. The columns of a few rows of
//! windows at a time stay in the cache. Batches of f32 images take the [direct](super::direct) way.

use super::geometry::Geometry;
use crate::ops::channels::SumChannels;
use crate::ops::custom::{Op, compute1, compute2, wanted};
use crate::ops::float::Float;
use crate::ops::linear;
use crate::ops::matrix::{Place, multiply};
use crate::ops::parallel::{room, rows, sum};
use crate::ops::rectify::Bend;
use candle_core::{Result, Shape, Tensor};

/// `Y = bend(W X)`, from image and weights, with the biases if there is a third input.
pub struct Forward {
    pub sizes: Geometry,
    pub bend: Bend,
}

/// `dX = Wᵀ dY`, from `dY` and weights: also the forward pass of a transposed convolution.
pub struct Spread(pub Geometry);

/// `dW = dY Xᵀ`, from image and `dY`.
pub struct Weights(pub Geometry);

impl Geometry {
    fn image_shape(&self) -> Shape {
        (self.batch, self.groups * self.inputs, self.image.0, self.image.1).into()
    }

    fn result_shape(&self) -> Shape {
        (self.batch, self.groups * self.outputs, self.windows.0, self.windows.1).into()
    }

    fn forward<T: Float>(&self, x: &[T], w: &[T], bias: Option<&[T]>, bend: Bend) -> Vec<T> {
        if let Some(affine) = self.as_affine() {
            return affine.forward(x, w, bias, bend);
        }
        if let (true, Some(x), Some(w)) = (self.is_direct(), T::singles(x), T::singles(w)) {
            return T::from_singles(self.direct_forward(x, w, bias.and_then(T::singles), bend));
        }
        let (size, depth, places) = (self.outputs * self.places(), self.rows(), self.places());
        let mut y = room(self.batch * self.groups * size);
        rows(&mut y, size, self.work(), |first, y| {
            let mut columns = vec![T::ZERO; self.tile_size()];
            for (task, y) in (first..).zip(y.chunks_mut(size)) {
                let group = task % self.groups;
                if let Some(bias) = bias {
                    let bias = &bias[group * self.outputs..];
                    let channels = y.chunks_mut(places.max(1));
                    channels.zip(bias).for_each(|(channel, bias)| channel.fill(*bias));
                }
                let x = &x[task * self.image_size()..(task + 1) * self.image_size()];
                let w = (w, Place::rows(group * self.outputs * depth, depth));
                for tile in self.tiles() {
                    let (n, start) = (tile.len() * self.windows.1, tile.start * self.windows.1);
                    let columns = if self.is_pointwise() {
                        (x, Place::rows(start, places))
                    } else {
                        self.gather(x, &tile, &mut columns);
                        (&columns[..], Place::rows(0, n))
                    };
                    let y = (&mut *y, Place::rows(start, places));
                    multiply((self.outputs, depth, n), w, columns, y, bias.is_some());
                }
                bend.apply(y);
            }
        });
        y
    }
}

impl Geometry {
    /// Of `x` and `w`, from that of the result.
    fn gradients(&self, [x, w]: [&Tensor; 2], dy: &Tensor) -> Result<[Option<Tensor>; 2]> {
        Ok([
            wanted(x, || compute2(Spread(*self), dy, w))?,
            wanted(w, || compute2(Weights(*self), x, dy)?.reshape(w.shape()))?,
        ])
    }
}

impl Op<2> for Forward {
    const NAME: &'static str = "conv2d";

    fn shape(&self, _: [&Shape; 2]) -> Shape {
        self.sizes.result_shape()
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
    const NAME: &'static str = "conv2d";

    fn shape(&self, _: [&Shape; 3]) -> Shape {
        self.sizes.result_shape()
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
        Ok([dx, dw, wanted(bias, || compute1(SumChannels::of(&dy)?, &dy))?])
    }
}

impl Op<2> for Spread {
    const NAME: &'static str = "conv_transpose2d";

    fn shape(&self, _: [&Shape; 2]) -> Shape {
        self.0.image_shape()
    }

    fn map<T: Float>(&self, [dy, w]: [&[T]; 2]) -> Vec<T> {
        let sizes = self.0;
        if let Some(affine) = sizes.as_affine() {
            return linear::Rows(affine).map([dy, w]);
        }
        if let (true, Some(dy), Some(w)) = (sizes.is_direct(), T::singles(dy), T::singles(w)) {
            return T::from_singles(sizes.direct_spread(dy, w));
        }
        let (size, depth, places) = (sizes.image_size(), sizes.rows(), sizes.places());
        let mut dx = vec![T::ZERO; sizes.batch * sizes.groups * size];
        rows(&mut dx, size, sizes.work(), |first, dx| {
            let mut columns = vec![T::ZERO; sizes.tile_size()];
            for (task, dx) in (first..).zip(dx.chunks_mut(size)) {
                let w = (w, Place::rows(task % sizes.groups * sizes.outputs * depth, depth).t());
                for tile in sizes.tiles() {
                    let (n, start) = (tile.len() * sizes.windows.1, tile.start * sizes.windows.1);
                    let start = task * sizes.outputs * places + start;
                    let dy = (dy, Place::rows(start, places));
                    if sizes.is_pointwise() {
                        let dx = (&mut *dx, Place::rows(tile.start * sizes.windows.1, places));
                        multiply((depth, sizes.outputs, n), w, dy, dx, false);
                    } else {
                        let to = (&mut columns[..], Place::rows(0, n));
                        multiply((depth, sizes.outputs, n), w, dy, to, false);
                        sizes.scatter(&columns, &tile, dx);
                    }
                }
            }
        });
        dx
    }

    fn gradients(
        &self,
        [y, w]: [&Tensor; 2],
        _: &Tensor,
        dx: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        Ok([
            wanted(y, || compute2(Forward { sizes: self.0, bend: Bend(None) }, dx, w))?,
            wanted(w, || compute2(Weights(self.0), dx, y)?.reshape(w.shape()))?,
        ])
    }
}

impl Op<2> for Weights {
    const NAME: &'static str = "the gradient of conv2d";

    fn shape(&self, _: [&Shape; 2]) -> Shape {
        (self.0.groups * self.0.outputs, self.0.rows()).into()
    }

    fn map<T: Float>(&self, [x, dy]: [&[T]; 2]) -> Vec<T> {
        let sizes = self.0;
        if let Some(affine) = sizes.as_affine() {
            return linear::Weights(affine).map([dy, x]);
        }
        if let (true, Some(x), Some(dy)) = (sizes.is_direct(), T::singles(x), T::singles(dy)) {
            return T::from_singles(sizes.direct_weights(x, dy));
        }
        let (depth, places) = (sizes.rows(), sizes.places());
        let tasks = sizes.batch * sizes.groups;
        sum(tasks, sizes.groups * sizes.outputs * depth, sizes.work(), |range, dw| {
            let mut columns = vec![T::ZERO; sizes.tile_size()];
            for task in range {
                let x = &x[task * sizes.image_size()..(task + 1) * sizes.image_size()];
                for tile in sizes.tiles() {
                    let (n, start) = (tile.len() * sizes.windows.1, tile.start * sizes.windows.1);
                    let columns = if sizes.is_pointwise() {
                        (x, Place::rows(start, places).t())
                    } else {
                        sizes.gather(x, &tile, &mut columns);
                        (&columns[..], Place::rows(0, n).t())
                    };
                    let dy = (dy, Place::rows(task * sizes.outputs * places + start, places));
                    let group = task % sizes.groups * sizes.outputs * depth;
                    let dw = (&mut *dw, Place::rows(group, depth));
                    multiply((sizes.outputs, n, depth), dy, columns, dw, true);
                }
            }
        })
    }
}
