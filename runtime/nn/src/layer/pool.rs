//! Layers without parameters that change the shape.

use super::Layer;
use crate::ops::{
    adaptive_avg_pool2d, avg_pool1d, avg_pool2d, global_avg_pool2d, max_pool1d, max_pool2d,
    reshape, upsample_nearest2d,
};
use candle_core::{D, Module, Result, Tensor, bail};

/// `x` with `padding` times `value` around all dimensions after the channels.
fn pad(x: &Tensor, padding: usize, value: f64) -> Result<Tensor> {
    (2..x.rank()).try_fold(x.clone(), |x, dim| {
        let mut shape = x.dims().to_vec();
        shape[dim] = padding;
        let edge = Tensor::full(value, shape, x.device())?.to_dtype(x.dtype())?;
        Tensor::cat(&[&edge, &x, &edge], dim)
    })
}

macro_rules! windows {
    ($layer:ident, $function:ident, $what:literal, $size:literal, $outside:expr) => {
        #[doc = concat!($what, " of each window; windows touch unless they have a stride. See")]
        #[doc = concat!("[`", stringify!($function), "`](crate::", stringify!($function), "()).")]
        #[derive(Clone, Copy, Debug)]
        pub struct $layer {
            kernel: usize,
            stride: usize,
            padding: usize,
        }

        impl $layer {
            #[doc = concat!("Windows of ", $size, ".")]
            pub fn new(kernel: usize) -> Self {
                Self { kernel, stride: kernel, padding: 0 }
            }

            /// Puts the windows `stride` apart.
            pub fn with_stride(self, stride: usize) -> Self {
                Self { stride, ..self }
            }

            /// Lets the windows begin `padding` outside and end as far outside, at most half a
            /// window: the largest value is that of what is inside, a mean counts zeros outside.
            pub fn with_padding(self, padding: usize) -> Self {
                Self { padding, ..self }
            }
        }

        impl Module for $layer {
            fn forward(&self, x: &Tensor) -> Result<Tensor> {
                let Self { kernel, stride, padding } = *self;
                if 2 * padding > kernel {
                    let name = stringify!($layer);
                    bail!("{name}: a padding of {padding} is more than half the kernel, {kernel}");
                }
                if padding == 0 {
                    return $function(x, kernel, stride);
                }
                $function(&pad(x, padding, $outside)?, kernel, stride)
            }
        }

        impl Layer for $layer {}
    };
}

windows!(MaxPool2d, max_pool2d, "The largest value", "`kernel × kernel` pixels", f64::NEG_INFINITY);
windows!(AvgPool2d, avg_pool2d, "The mean", "`kernel × kernel` pixels", 0.0);
windows!(MaxPool1d, max_pool1d, "The largest value", "`kernel` numbers", f64::NEG_INFINITY);
windows!(AvgPool1d, avg_pool1d, "The mean", "`kernel` numbers", 0.0);

/// The means of as many windows as give an image of this size. See [`adaptive_avg_pool2d`].
#[derive(Clone, Copy, Debug)]
pub struct AdaptiveAvgPool2d {
    /// Rows of the output.
    pub height: usize,
    /// Columns of the output.
    pub width: usize,
}

impl Module for AdaptiveAvgPool2d {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        adaptive_avg_pool2d(x, self.height, self.width)
    }
}

impl Layer for AdaptiveAvgPool2d {}

/// The mean of each channel: `(batch, channels, height, width)` to `(batch, channels, 1, 1)`. See
/// [`global_avg_pool2d`].
#[derive(Clone, Copy, Debug)]
pub struct GlobalAvgPool2d;

impl Module for GlobalAvgPool2d {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        global_avg_pool2d(x)
    }
}

impl Layer for GlobalAvgPool2d {}

/// Each pixel `scale` times in both directions. See [`upsample_nearest2d`].
#[derive(Clone, Copy, Debug)]
pub struct Upsample {
    /// How many times higher and wider the image becomes.
    pub scale: usize,
}

impl Module for Upsample {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        upsample_nearest2d(x, self.scale)
    }
}

impl Layer for Upsample {}

/// Keeps the batch and joins all other dimensions: `(batch, …)` to `(batch, features)`.
#[derive(Clone, Copy, Debug)]
pub struct Flatten;

impl Module for Flatten {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match x.dims() {
            [batch, first, rest @ ..] => {
                reshape(x, (*batch, first * rest.iter().product::<usize>()))
            }
            _ => x.flatten(1, D::Minus1),
        }
    }
}

impl Layer for Flatten {}
