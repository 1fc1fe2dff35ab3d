//! Evaluates Rust cells: evcxr behind [`Engine`], and a toy engine for protocol tests.
//!
//! The trait, its events, the toy engine ([`Echo`]), engines in processes of their own ([`Remote`])
//! and [`lines`], which tells magics from Rust, are always built; the Rust evaluator stands behind the feature `rust`, since it brings rust-analyzer with it.

mod api;
pub mod echo;
pub mod lines;
#[cfg(unix)]
pub mod namespaces;
#[cfg(unix)]
pub mod processes;
#[cfg(unix)]
pub mod remote;

pub use api::*;
pub use echo::Echo;
#[cfg(unix)]
pub use remote::Remote;

/// Names the cells' temporary folder, where it is not the engine's own.
pub const CELL_TMPDIR: &str = "CANDLELAB_CELL_TMPDIR";

/// Names the folder of compiled cells, where it is not the runtime's own.
pub const CELLS: &str = "CANDLELAB_CELLS";
/// Names the folder in which such cells are kept then; without it none are.
pub const CELLS_KEPT: &str = "CANDLELAB_CELLS_KEPT";

#[cfg(feature = "rust")]
pub mod rust;
