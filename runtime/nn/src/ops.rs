//! Operations with gradients of their own.

mod channels;
mod conv;
mod custom;
mod float;
mod linear;
mod matrix;
mod parallel;
mod pool;
mod rectify;
mod softmax;
mod upsample;

pub use conv::{ConvOptions, conv_transpose2d, conv1d, conv2d, conv2d_with};
pub use linear::linear;
pub use pool::{avg_pool2d, global_avg_pool2d, max_pool2d};
pub use rectify::relu;
pub use softmax::{log_softmax, softmax};
pub use upsample::upsample_nearest2d;
