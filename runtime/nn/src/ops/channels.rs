//! Numbers that belong to whole channels, such as biases.

use super::custom::{Op, compute1, wanted};
use super::float::Float;
use super::parallel::{MOVE, rows, sum, wide};
use candle_core::{Result, Shape, Tensor};

/// Adds a number to all of a channel: `y[b, c, …] = x[b, c, …] + bias[c]`.
pub struct AddChannels {
    /// Numbers of a channel of one image.
    places: usize,
}

impl AddChannels {
    /// For `x` of `(batch, channels, …)`.
    pub fn of(x: &Tensor) -> Self {
        Self { places: x.dims()[2..].iter().product() }
    }
}

impl Op<2> for AddChannels {
    const NAME: &'static str = "adding biases";

    fn shape(&self, [x, _]: [&Shape; 2]) -> Shape {
        x.clone()
    }

    fn map<T: Float>(&self, [x, bias]: [&[T]; 2]) -> Vec<T> {
        let mut y = x.to_vec();
        rows(&mut y, self.places, x.len() * MOVE, |first, y| {
            for (at, channel) in (first..).zip(y.chunks_mut(self.places)) {
                let bias = bias[at % bias.len()];
                channel.iter_mut().for_each(|value| *value += bias);
            }
        });
        y
    }

    fn gradients(
        &self,
        [x, bias]: [&Tensor; 2],
        _y: &Tensor,
        dy: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        Ok([wanted(x, || Ok(dy.clone()))?, wanted(bias, || compute1(SumChannels::of(dy)?, dy))?])
    }
}

/// The sum of each channel: `(batch, channels, …)` to `(channels)`.
pub struct SumChannels {
    channels: usize,
    places: usize,
}

impl SumChannels {
    /// For `x` of `(batch, channels, …)`.
    pub fn of(x: &Tensor) -> Result<Self> {
        Ok(Self { channels: x.dim(1)?, places: x.dims()[2..].iter().product() })
    }
}

impl Op<1> for SumChannels {
    const NAME: &'static str = "the gradient of biases";

    fn shape(&self, _: [&Shape; 1]) -> Shape {
        self.channels.into()
    }

    fn map<T: Float>(&self, [x]: [&[T]; 1]) -> Vec<T> {
        let batch = x.len() / (self.channels * self.places).max(1);
        sum(batch * self.channels, self.channels, x.len() * MOVE, |range, sums| {
            for at in range {
                let channel = &x[at * self.places..(at + 1) * self.places];
                sums[at % self.channels] += wide(|| total(channel));
            }
        })
    }
}

/// The sum of numbers, sixteen sums at a time.
#[inline(always)]
pub fn total<T: Float>(values: &[T]) -> T {
    let (chunks, rest) = values.as_chunks::<16>();
    let mut sums = [T::ZERO; 16];
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, value)| *sum += *value);
    }
    sums.iter().chain(rest).fold(T::ZERO, |sum, value| sum + *value)
}

/// The sum of products, sixteen sums at a time.
#[inline(always)]
pub fn dot<T: Float>(a: &[T], b: &[T]) -> T {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
    let mut sums = [T::ZERO; 16];
    for (a, b) in a.iter().zip(b) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += *a * *b);
    }
    let rest = a_rest.iter().zip(b_rest);
    rest.fold(total(&sums), |sum, (a, b)| sum + *a * *b)
}
