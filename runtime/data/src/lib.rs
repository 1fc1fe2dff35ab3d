//! Data sets for the labs: MNIST and small point sets, and mini-batches over any of them.
//!
//! A lab calls [`mnist()`] or one of the point sets, moves the tensors to its device and walks over
//! them with [`batches()`]; nothing here trains or draws.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use candlelab_data::{batches, moons};
//! let (x, y) = moons(100, 0.1, 42)?; // x: (100, 2), y: (100)
//! for batch in batches(&x, &y, 32, 0)? {
//!     let (x, y) = batch?; // x: (32, 2), y: (32); the last ones (4, 2) and (4)
//!     assert_eq!(x.dim(0)?, y.dim(0)?);
//! }
//! # Ok(())
//! # }
//! ```

mod batches;
mod download;
mod error;
mod idx;
mod mnist;
mod source;
mod toys;

pub use batches::{Batches, batches};
pub use error::{Error, Result};
pub use mnist::{Mnist, mnist};
pub use source::Source;
pub use toys::{and, circles, moons, spiral, xor};
