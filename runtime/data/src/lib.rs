//! Data sets for the labs: what they hold, how they are split, scaled and cut into batches.
//!
//! A real set is a [`Dataset`] ([`iris()`], [`digits()`], …) or two of them, [`Parts`], of which one
//! is for training; a made set ([`moons()`], [`xor()`], …) is a pair of tensors, out of which
//! [`Dataset::new`] makes one. [`Csv`] reads tables of one's own. Nothing here trains or draws.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use candlelab_data::{Dataset, moons, wine};
//! let parts = wine()?.split_stratified(0.8, 42)?.standardised()?; // scaled as `train` demands
//! assert!(parts.overlap()?.is_empty()); // no test example was seen in training
//! for batch in parts.train.batches(32, 0)? {
//!     let (x, y) = batch?; // x: (32, 13), y: (32); the last ones (14, 13) and (14)
//!     assert_eq!(x.dim(0)?, y.dim(0)?);
//! }
//! let (x, y) = moons(100, 0.1, 42)?; // x: (100, 2), y: (100)
//! let test = Dataset::new("moons", &x, &y)?.split(0.8, 42)?.test;
//! assert_eq!((test.len(), test.classes.len()), (20, 2));
//! # Ok(())
//! # }
//! ```

mod augment;
mod batches;
mod bpe;
mod cifar;
mod csv;
mod dataset;
mod download;
mod error;
mod folds;
mod graph;
mod groups;
mod idx;
mod leaks;
mod mixup;
mod mnist;
mod molecule;
mod parts;
mod photo;
mod places;
mod prefetch;
mod remote;
mod reports;
mod samples;
mod scaler;
mod select;
mod signs;
mod slides;
mod source;
mod tables;
mod text;
mod tokenizer;
mod toys;

pub use augment::{Augment, augment};
pub use batches::{Batches, batches};
pub use bpe::Bpe;
pub use cifar::{cifar10, emoji32};
pub use csv::Csv;
pub use dataset::Dataset;
pub use error::{Error, Result};
pub use graph::{Graph, karate_club};
pub use leaks::Leaks;
pub use mixup::mixup;
pub use mnist::{Mnist, fashion_mnist, mnist};
pub use molecule::{Molecule, solubility};
pub use parts::Parts;
pub use photo::{PHOTOS, colour_photo, photo};
pub use prefetch::Prefetched;
pub use reports::{REPORT_STYLES, Report, reports};
pub use samples::{blobs, coin, coin_signal, square_wave};
pub use scaler::Scaler;
pub use signs::{Planted, Signs, planted, signs};
pub use slides::{Slide, slides};
pub use source::Source;
pub use tables::{breast_cancer, digits, iris, penguins, solar_system, storms, wine};
pub use text::{Windows, contexts, shakespeare, windows};
pub use tokenizer::{CharTokenizer, Tokenizer, WordTokenizer};
pub use toys::{and, circles, four_points, moons, spiral, xor};
