//! Values and gradients against PyTorch's, which the scripts of `tests/reference` wrote.

mod common;

#[path = "torch/convolution.rs"]
mod convolution;

#[path = "torch/activation.rs"]
mod activation;

#[path = "torch/normalisation.rs"]
mod normalisation;

#[path = "torch/sequence.rs"]
mod sequence;

#[path = "torch/optimisation.rs"]
mod optimisation;

#[path = "torch/loss.rs"]
mod loss;

#[path = "torch/graph.rs"]
mod graph;

#[path = "torch/blocks.rs"]
mod blocks;

#[path = "torch/frozen.rs"]
mod frozen;

#[path = "torch/curves.rs"]
mod curves;
