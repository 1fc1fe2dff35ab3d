//! Layers, losses and optimisers whose gradients are right.
//!
//! Candle's tensors and its autograd do the work; where its own operations give a wrong gradient
//! or none (`max_pool2d`, `relu` at 0, fused layers) or are slow to train with on a CPU
//! (convolution, normalisation, attention), this crate has operations of its own, for f32 and f64,
//! tested against finite differences and PyTorch.
//!
//! Elsewhere, on CUDA, on Metal and for f16 and bf16, Candle's simple operations do the same, a few
//! of them by a detour:
//!
//! | operation | elsewhere |
//! |---|---|
//! | affine maps, attention, softmax, functions of one number, losses | chains of Candle's own |
//! | normalisation by layer, group, batch, root mean square | chains of Candle's own |
//! | convolutions and their transposes | Candle's; in groups, of sequences, and where a stride leaves something over with a detour |
//! | pooling, `scatter_max` | on the CPU, to and fro |
//! | `gather`, `scatter_sum`, `scatter_mean`, `scale_rows`, `neighbour_sum` | Candle's `index_select`, `index_add` and `broadcast_mul` |
//! | the fused step of [`Adam`] | a chain of Candle's own |
//!
//! - [`seed`] and [`device`] come first in a notebook;
//! - [`Sequential`] chains layers: [`Linear`], [`Activation`], [`Flatten`], [`Dropout`],
//!   [`Residual`];
//! - for images [`Conv2d`], [`ConvTranspose2d`], [`MaxPool2d`], [`AvgPool2d`], [`Upsample`];
//! - for sequences [`Embedding`], [`Positions`], [`MultiHeadAttention`], [`Rnn`], [`Gru`],
//!   [`Lstm`], [`Conv1d`]; for volumes [`Conv3d`];
//! - for graphs [`GraphBatch`], [`message_passing`], [`Gcn`], [`GraphSage`], [`Gat`], [`Gin`],
//!   [`EdgeConv`];
//! - whole blocks are [`TransformerBlock`] with [`PatchEmbedding`] and [`ClassToken`],
//!   [`MixerBlock`], [`ResidualBlock`], [`DoubleConv`] with [`UNetDown`] and [`UNetUp`], [`Adapter`];
//! - [`LayerNorm`], [`RmsNorm`], [`GroupNorm`], [`BatchNorm`] keep numbers in their range;
//! - [`init`] has other random weights to start from;
//! - [`cross_entropy`], [`mse`], [`bce_with_logits`] and others are the losses;
//! - [`Sgd`], [`Adam`] and others are the optimisers, [`Schedule`] changes their learning rate;
//!   [`Frozen`] keeps a layer from learning; [`save_tensors`] keeps a model and its optimiser;
//! - [`gradient_check`] compares a gradient with differences, [`summary`] shows a model's shapes;
//! - [`evaluating`] and [`Layer::predict`] are for evaluation, without dropout.
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

mod backward;
mod device;
mod gradient;
pub mod init;
mod layer;
mod loss;
mod mode;
mod ops;
mod optim;
mod parameters;
mod precision;
mod random;
mod sequential;
mod summary;

pub use backward::backward;
pub use candle_core::{DType, Device, Module, Result, Tensor, Var};
pub use device::{device, devices};
pub use gradient::{gradient_check, parameter_check};
pub use layer::{
    Activation, Adapter, AdaptiveAvgPool2d, Aggregation, AttentionFree, AvgPool1d, AvgPool2d,
    BatchNorm, BlockConfig, Cell, ClassToken, Conv1d, Conv2d, Conv3d, ConvTranspose2d, DoubleConv,
    Dropout, EdgeConv, Embedding, FeedForward, Flatten, Frozen, Gat, Gcn, Gin, GlobalAvgPool2d,
    GmlpBlock, GraphBatch, GraphLayer, GraphSage, GroupNorm, Gru, GruCell, KvCache, Layer,
    LayerNorm, Linear, Lstm, LstmCell, MaxPool1d, MaxPool2d, MixerBlock, MultiHeadAttention,
    PatchEmbedding, Positions, Recurrent, Residual, ResidualBlock, RmsNorm, Rnn, RnnCell,
    TransformerBlock, UNetDown, UNetUp, Upsample, message_passing, patchify, rotary, sinusoidal,
    unpatchify, with_self_loops,
};
pub use loss::{
    accuracy, bce_with_logits, bradley_terry, cross_entropy, dice, hinge, kl_divergence, l1, mse,
    nll, nt_xent, smooth_l1, triplet,
};
pub use mode::{evaluating, is_training};
pub use ops::{
    ConvOptions, RandomFeatures, adaptive_avg_pool2d, attention, attention_weights, avg_pool1d,
    avg_pool2d, batch_norm, causal_mask, conv_transpose2d, conv1d, conv2d, conv2d_with, conv3d,
    elu, exponential_kernel, gather, gelu, gelu_tanh, global_avg_pool2d, group_norm,
    kernel_attention, layer_norm, leaky_relu, linear, linear_kernel, log_softmax, masked_attention,
    max_pool1d, max_pool2d, neighbour_sum, performer_attention, polynomial_kernel, rbf_kernel,
    relu, resize, rms_norm, scale_rows, scatter_max, scatter_mean, scatter_softmax, scatter_sum,
    sigmoid, silu, softmax, softplus, tanh, upsample_nearest2d,
};
pub use optim::{AdaDelta, Adagrad, Adam, Optimizer, RmsProp, Schedule, Sgd, clip_gradients};
pub use parameters::{Parameters, load_tensors, save_tensors};
pub use precision::{parameter_dtype, with_dtype};
pub use random::{next_seed, rand, randn, random_state, seed, set_random_state};
pub use sequential::Sequential;
pub use summary::{Summary, parameter_count, summary};
