//! The gradebook of nbgrader 0.9: marks go there and come from there.

mod export;
mod import;

pub use export::to_nbgrader;
pub use import::from_nbgrader;
