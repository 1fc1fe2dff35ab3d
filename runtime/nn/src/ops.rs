//! Operations with gradients of their own.

mod attention;
mod batch_norm;
mod channels;
mod conv;
mod conv3d;
mod custom;
mod dots;
mod float;
mod gather;
mod global_pool;
mod kernel;
mod linear;
mod matrix;
mod neighbours;
mod norm;
mod parallel;
mod performer;
mod pointwise;
mod pool;
mod pool1d;
mod rectify;
mod resize;
mod scale_rows;
mod scatter;
mod share;
mod sigmoid;
mod size;
mod softmax;
mod tape;
mod upsample;

pub use attention::{
    attention, attention_weights, causal_mask, joined_attention, masked_attention,
};
pub use batch_norm::{batch_norm, bent_batch_norm};
pub use conv::{ConvOptions, bent_conv2d, conv_transpose2d, conv1d, conv2d, conv2d_with};
pub use conv3d::conv3d;
pub use custom::ours;
pub use float::Float;
pub use gather::{gather, read_at, scatter_sum};
pub use global_pool::global_avg_pool2d;
pub use kernel::{
    exponential_kernel, kernel_attention, linear_kernel, polynomial_kernel, rbf_kernel,
};
pub use linear::{bent_linear, linear};
pub use neighbours::{ends, neighbour_sum};
pub use norm::{group_norm, layer_norm, rms_norm};
pub use parallel::{MOVE, Parts, ranges, wide};
pub use performer::{RandomFeatures, performer_attention};
pub use pool::{avg_pool2d, max_pool2d};
pub use pool1d::{adaptive_avg_pool2d, avg_pool1d, max_pool1d};
pub use rectify::{Bend, bent_sum, elu, leaky_relu, relu, softplus};
pub use resize::resize;
pub use scale_rows::scale_rows;
pub use scatter::{arrivals, scatter_max, scatter_mean, scatter_softmax};
pub use sigmoid::{gelu, gelu_tanh, sigmoid, silu, tanh};
pub use size::{size, smooth_size};
pub use softmax::{log_softmax, softmax};
pub use tape::{join, one_node, reshape};
pub use upsample::upsample_nearest2d;
