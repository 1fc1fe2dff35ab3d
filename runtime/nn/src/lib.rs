//! Layers, losses and optimisers whose gradients are right.
//!
//! Candle's tensors and its autograd do the work; where its own operations give a wrong gradient
//! or none (`max_pool2d`, `relu` at 0, some fused layers) or are slow to train with on a CPU
//! (`conv2d`), this crate has operations of its own, tested against finite differences.
//!
//! - [`seed`] and [`device`] come first in a notebook;
//! - [`Sequential`] chains layers: [`Linear`], [`Conv2d`], [`MaxPool2d`], [`Activation`], [`Flatten`];
//! - [`cross_entropy`], [`mse`], [`hinge`], [`bce_with_logits`] are the losses;
//! - [`Sgd`] and [`Adam`] are the optimisers.
//!
//! ```
//! use candlelab_nn::{Adam, Device, Linear, Module, Optimizer, Result, Tensor, mse};
//! # fn main() -> Result<()> {
//! let device = Device::Cpu;
//! let x = Tensor::new(&[[0f32], [1.0], [2.0]], &device)?;
//! let y = ((&x * 2.0)? + 1.0)?; // the line to find
//! let model = Linear::new(1, 1, &device)?;
//! let mut optimizer = Adam::new(model.vars(), 0.1);
//! for _ in 0..300 {
//!     optimizer.backward_step(&mse(&model.forward(&x)?, &y)?)?;
//! }
//! assert!(mse(&model.forward(&x)?, &y)?.to_scalar::<f32>()? < 1e-3);
//! # Ok(())
//! # }
//! # use candlelab_nn::Layer;
//! ```

mod device;
mod layer;
mod loss;
mod mode;
mod ops;
mod optim;
mod random;
mod sequential;

pub use candle_core::{DType, Device, Module, Result, Tensor, Var};
pub use device::{device, devices};
pub use layer::{
    Activation, AvgPool2d, Conv1d, Conv2d, ConvTranspose2d, Dropout, Flatten, GlobalAvgPool2d,
    Layer, Linear, MaxPool2d, Upsample,
};
pub use loss::{accuracy, bce_with_logits, cross_entropy, hinge, mse};
pub use mode::{evaluating, is_training};
pub use ops::{
    ConvOptions, avg_pool2d, conv_transpose2d, conv1d, conv2d, conv2d_with, global_avg_pool2d,
    linear, log_softmax, max_pool2d, relu, softmax, upsample_nearest2d,
};
pub use optim::{Adam, Optimizer, Sgd};
pub use random::{next_seed, rand, randn, seed};
pub use sequential::{Sequential, Summary, parameter_count};
