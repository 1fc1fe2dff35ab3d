//! Losses in nats, as means over the batch, and accuracy.

mod classes;
mod distance;
mod overlap;
mod pairs;

pub use classes::{accuracy, bce_with_logits, cross_entropy, hinge, kl_divergence, nll};
pub use distance::{l1, mse, smooth_l1};
pub use overlap::dice;
pub use pairs::{bradley_terry, nt_xent, triplet};

use candle_core::{Result, Tensor, bail};

fn same_shape(name: &str, outputs: &Tensor, targets: &Tensor) -> Result<()> {
    if outputs.elem_count() == 0 {
        bail!("{name}: there are no numbers, lhs: {:?}", outputs.dims());
    }
    if outputs.dims() == targets.dims() {
        return Ok(());
    }
    bail!("shape mismatch in {name}, lhs: {:?}, rhs: {:?}", outputs.dims(), targets.dims())
}
