//! The models of the course, each with its configuration, its parts and the whole.
//!
//! They are made of the layers of `candlelab_nn`, and a checkpoint of one is
//! `model.parameters().save(path)`.
//!
//! - [`mlp`] is the multi-layer perceptron, [`Perceptron`] its ancestor with a rule of its own;
//! - [`Cnn`], [`ResNet`] and [`Vit`] classify images;
//! - [`XorAttention`] is the smallest transformer.

mod cnn;
mod heads;
mod mlp;
mod patches;
mod perceptron;
mod resnet;
mod vit;
mod xor_attention;

pub use cnn::{Cnn, CnnConfig};
pub use mlp::mlp;
pub use patches::{patchify, unpatchify};
pub use perceptron::{Perceptron, PerceptronHistory, PerceptronUpdate};
pub use resnet::{ResNet, ResNetConfig, ResidualBlock};
pub use vit::{Vit, VitConfig};
pub use xor_attention::{Mixing, XorAttention, XorAttentionConfig};
