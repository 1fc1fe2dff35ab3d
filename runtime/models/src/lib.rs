//! The models of the course, each with its configuration, its parts and the whole.
//!
//! They are made of the layers of `candlelab_nn`, and a checkpoint of one is
//! `model.parameters().save(path)`.
//!
//! - [`mlp`] is the multi-layer perceptron.

mod mlp;

pub use mlp::mlp;
