//! Layers without parameters that change the shape.

use super::Layer;
use crate::ops::{avg_pool2d, global_avg_pool2d, max_pool2d, upsample_nearest2d};
use candle_core::{D, Module, Result, Tensor};

macro_rules! windows {
    ($layer:ident, $function:ident, $what:literal) => {
        #[doc = concat!($what, " of each window; windows touch unless they have a stride. See")]
        #[doc = concat!("[`", stringify!($function), "`](crate::", stringify!($function), "()).")]
        #[derive(Clone, Copy, Debug)]
        pub struct $layer {
            kernel: usize,
            stride: usize,
        }

        impl $layer {
            /// Windows of `kernel × kernel` pixels.
            pub fn new(kernel: usize) -> Self {
                Self { kernel, stride: kernel }
            }

            /// Puts the windows `stride` pixels apart.
            pub fn with_stride(self, stride: usize) -> Self {
                Self { stride, ..self }
            }
        }

        impl Module for $layer {
            fn forward(&self, x: &Tensor) -> Result<Tensor> {
                $function(x, self.kernel, self.stride)
            }
        }

        impl Layer for $layer {}
    };
}

windows!(MaxPool2d, max_pool2d, "The largest value");
windows!(AvgPool2d, avg_pool2d, "The mean");

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
        x.flatten(1, D::Minus1)
    }
}

impl Layer for Flatten {}
