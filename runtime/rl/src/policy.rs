//! Actions from the outputs of a network.

use crate::numbers::numbers;
use candle_core::{D, Device, Module, Result, Tensor, bail};
use candlelab_nn::{evaluating, softmax};
use rand::Rng;
use rand::rngs::StdRng;

/// The action with the largest output, for one observation.
///
/// # Shapes
/// - `network`: `(1, width)` to `(1, actions)`
///
/// # Errors
/// If the observation does not fit the network.
///
/// ```
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let network = |x: &Tensor| x.neg(); // the smallest number wins
/// assert_eq!(candlelab_rl::greedy(&network, &[3.0, -1.0, 0.0], &Device::Cpu)?, 1);
/// # Ok(())
/// # }
/// ```
pub fn greedy(network: &dyn Module, observation: &[f64], device: &Device) -> Result<usize> {
    let outputs = outputs(network, observation, device)?;
    Ok(outputs.argmax(D::Minus1)?.squeeze(0)?.to_scalar::<u32>()? as usize)
}

/// An action drawn with the chances that the network's logits give.
pub(crate) fn draw(
    network: &dyn Module,
    observation: &[f64],
    device: &Device,
    rng: &mut StdRng,
) -> Result<usize> {
    draw_from(&softmax(&outputs(network, observation, device)?.squeeze(0)?, D::Minus1)?, rng)
}

/// A number drawn with these chances, `(k)`.
pub(crate) fn draw_from(chances: &Tensor, rng: &mut StdRng) -> Result<usize> {
    let chances = numbers(chances)?;
    if chances.is_empty() || chances.iter().any(|chance| chance.is_nan()) {
        bail!(
            "these are no chances to draw with: {chances:?}\nhint: a smaller learning rate often helps"
        );
    }
    let mut left: f64 = rng.random();
    let drawn = chances.iter().position(|chance| {
        left -= chance;
        left < 0.0
    });
    Ok(drawn.unwrap_or(chances.len() - 1)) // the chances may add up to a little less than 1
}

fn outputs(network: &dyn Module, observation: &[f64], device: &Device) -> Result<Tensor> {
    let row = observation.iter().map(|number| *number as f32);
    let row = Tensor::from_iter(row, device)?.unsqueeze(0)?; // (1, width)
    evaluating(|| network.forward(&row))
}
