//! Values and gradients against PyTorch's, which the scripts of `tests/reference` wrote.

mod common;

#[path = "torch/convolution.rs"]
mod convolution;
