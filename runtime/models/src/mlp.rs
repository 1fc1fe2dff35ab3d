//! The multi-layer perceptron.

use candle_core::{Device, Result, bail};
use candlelab_nn::{Activation, Linear, Sequential};

/// A multi-layer perceptron: affine maps from each width to the next, with `activation` between
/// them and none after the last.
///
/// # Shapes
/// - input: `(batch, first width)`; output: `(batch, last width)`
///
/// # Errors
/// If there are fewer than two widths, or the device has no room.
///
/// ```
/// # use candlelab_models::mlp;
/// # use candlelab_nn::{Activation, Device, Result, parameter_count};
/// # fn main() -> Result<()> {
/// let model = mlp(&[784, 500, 10], Activation::Relu, &Device::Cpu)?;
/// assert_eq!(parameter_count(&model.vars()), 784 * 500 + 500 + 500 * 10 + 10);
/// # Ok(())
/// # }
/// ```
pub fn mlp(widths: &[usize], activation: Activation, device: &Device) -> Result<Sequential> {
    if widths.len() < 2 {
        bail!("an MLP needs the width of its input and that of its output, got {widths:?}");
    }
    let mut model = Sequential::new().add(Linear::new(widths[0], widths[1], device)?);
    for pair in widths[1..].windows(2) {
        model = model.add(activation).add(Linear::new(pair[0], pair[1], device)?);
    }
    Ok(model)
}
