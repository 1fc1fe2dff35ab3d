//! Deep learning in Rust notebooks: everything a lab uses, from one crate.

pub use candle_core;
pub use candle_nn;
pub use candlelab_host as host;
pub use candlelab_host::{display, progress};

/// The names that every notebook starts with.
pub mod prelude {
    pub use candle_core::{D, DType, Device, Error, IndexOp, Module, ModuleT, Result, Shape, Tensor, Var};
    pub use candle_nn::{VarBuilder, VarMap};
    pub use crate::host::{Bundle, Rich, check_interrupt, display, progress};
}
