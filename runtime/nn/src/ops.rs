//! Operations with gradients of their own.

mod float;
mod im2col;
mod pool;
mod rectify;
mod softmax;

pub use im2col::conv2d;
pub use pool::max_pool2d;
pub use rectify::relu;
pub use softmax::{log_softmax, softmax};
