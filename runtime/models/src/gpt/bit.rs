//! A GPT small enough to be drawn.

use candle_core::{Device, Result};
use candlelab_nn::{
    Activation, Embedding, FeedForward, LayerNorm, Linear, MultiHeadAttention, Positions, Residual,
    Sequential,
};

/// A GPT for bits with one block of width 32: four heads, ReLU between maps of twice the width, no
/// biases in the attention, and a last map of its own instead of the tokens' vectors.
///
/// For a context of 2 it has 8,610 parameters.
///
/// # Shapes
/// - input: tokens `(batch, length)`, u32, 0 or 1; output: logits `(batch, length, 2)`
///
/// # Errors
/// If the device has no room.
///
/// ```
/// # use candlelab_models::{MarkovChain, bit_gpt};
/// # use candlelab_nn::{Device, Result, parameter_count};
/// # fn main() -> Result<()> {
/// let model = bit_gpt(2, &Device::Cpu)?;
/// assert_eq!(parameter_count(&model.vars()), 8_610);
/// assert_eq!(MarkovChain::new(&model, 2, 2)?.matrix()?.dims(), [4, 4]);
/// # Ok(())
/// # }
/// ```
pub fn bit_gpt(context: usize, device: &Device) -> Result<Sequential> {
    let (vocab, width, heads) = (2, 32, 4);
    let attention = Sequential::new()
        .add(LayerNorm::new(width, device)?)
        .add(MultiHeadAttention::new(width, heads, device)?.causal().without_bias());
    let mlp = Sequential::new().add(LayerNorm::new(width, device)?).add(FeedForward::new(
        width,
        2 * width,
        Activation::Relu,
        device,
    )?);
    Ok(Sequential::new()
        .add(Embedding::new(vocab, width, device)?)
        .add(Positions::learned(context, width, device)?)
        .add(Residual::new(attention))
        .add(Residual::new(mlp))
        .add(Linear::new(width, vocab, device)?))
}
