//! Deep learning in Rust notebooks: everything a lab uses, from one crate.
//!
//! A notebook has `use candlelab::prelude::*;` in effect from its start. The crates behind it are
//! modules here: [`nn`], [`data`], [`train`], [`plot`], [`host`], and Candle itself.

pub use candle_core;
pub use candle_nn;
pub use candlelab_data as data;
pub use candlelab_host as host;
pub use candlelab_host::{display, progress};
pub use candlelab_nn as nn;
pub use candlelab_plot as plot;
pub use candlelab_train as train;

/// The names that every notebook starts with, among them every type that a variable kept from
/// cell to cell can contain.
pub mod prelude {
    pub use crate::data::{Batches, Mnist, Source, and, batches, circles, mnist, moons, spiral, xor};
    pub use crate::host::{Bundle, Handle, Progress, Rich};
    pub use crate::host::{check_interrupt, display, input, password, progress};
    pub use crate::nn::{
        Activation, Adam, Conv2d, Dropout, Flatten, Layer, Linear, MaxPool2d, Optimizer, Sequential,
        Sgd, Summary, accuracy, bce_with_logits, conv2d, cross_entropy, device, hinge, log_softmax,
        max_pool2d, mse, next_seed, parameter_count, rand, randn, relu, seed, softmax,
    };
    pub use crate::plot::{
        Chart, confusion_matrix, decision_map, descent, heat_map, image_grid, line_chart, lines,
        scatter,
    };
    pub use crate::train::{History, evaluate, fit, fit_with};
    pub use candle_core::backprop::GradStore;
    pub use candle_core::{
        D, DType, Device, Error, IndexOp, Module, ModuleT, Shape, Tensor, TensorId, Var,
    };
    pub use candle_nn::var_builder::{SimpleBackend, VarBuilderArgs};
    pub use candle_nn::{VarBuilder, VarMap};

    /// A value or an [`Error`]; with two parameters it is the standard library's.
    pub type Result<T, E = Error> = std::result::Result<T, E>;
}
