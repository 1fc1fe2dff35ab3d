//! The autoencoder, which squeezes examples through a few numbers.

use crate::draws::noise_like;
use crate::mlp::mlp;
use candle_core::{DType, Device, Module, Result, Tensor, Var};
use candlelab_nn::{Activation, Layer, Parameters, Sequential, is_training};

/// What an [`Autoencoder`] is; see [`AutoencoderConfig::mnist`].
#[derive(Clone, Debug, PartialEq)]
pub struct AutoencoderConfig {
    /// Numbers in an example, as the pixels of an image.
    pub inputs: usize,
    /// Widths between the example and its code; the decoder has the same, backwards.
    pub hidden: Vec<usize>,
    /// Numbers in a code.
    pub code: usize,
    /// Standard deviation of the noise on the input while training, 0 for none. With it the model
    /// learns to take noise away (Vincent et al. 2008).
    pub noise: f64,
}

impl AutoencoderConfig {
    /// For digits of 28 × 28 pixels, with codes that a plane can show: 2,823,286 parameters.
    pub fn mnist() -> Self {
        Self { inputs: 784, hidden: vec![1000, 500, 250], code: 2, noise: 0.0 }
    }
}

/// An encoder to a short code and a decoder back (Hinton and Salakhutdinov 2006):
/// `c = f(x − m)` and `x̂ = g(c) + m` with the mean example `m`; `f` and `g` are MLPs with
/// rectifiers and affine last maps.
///
/// It learns by [`mse`](candlelab_nn::mse) of `x̂` from `x`. In training mode the encoder sees the
/// noise of [`AutoencoderConfig::noise`] on `x`.
///
/// # Shapes
/// - input: `(batch, …)` of `inputs` numbers each; output the same
#[derive(Clone, Debug)]
pub struct Autoencoder {
    mean: Var,
    encoder: Sequential,
    decoder: Sequential,
    noise: f64,
}

impl Autoencoder {
    /// Random weights, as [`Linear`](candlelab_nn::Linear) draws them, and a mean of 0.
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_models::{Autoencoder, AutoencoderConfig};
    /// # use candlelab_nn::{Device, Layer, Module, Result, parameter_count, randn};
    /// # fn main() -> Result<()> {
    /// let config = AutoencoderConfig { inputs: 6, hidden: vec![4], code: 2, noise: 0.0 };
    /// let model = Autoencoder::new(&config, &Device::Cpu)?;
    /// assert_eq!(parameter_count(&model.vars()), 6 * 4 + 4 + 4 * 2 + 2 + 2 * 4 + 4 + 4 * 6 + 6);
    /// let x = randn(0.0, 1.0, (5, 1, 2, 3), &Device::Cpu)?;
    /// model.centre(&x)?; // the examples to learn from
    /// assert_eq!(model.encode(&x)?.dims(), [5, 2]);
    /// assert_eq!(model.forward(&x)?.dims(), x.dims());
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(config: &AutoencoderConfig, device: &Device) -> Result<Self> {
        let widths = [&[config.inputs], config.hidden.as_slice(), &[config.code]].concat();
        let backwards: Vec<usize> = widths.iter().rev().copied().collect();
        Ok(Self {
            mean: Var::zeros(config.inputs, DType::F32, device)?,
            encoder: mlp(&widths, Activation::Relu, device)?,
            decoder: mlp(&backwards, Activation::Relu, device)?,
            noise: config.noise,
        })
    }

    /// Takes the mean of the examples to learn from, `(n, …)`, as `m`.
    ///
    /// # Errors
    /// If the examples have another size, or there is none.
    pub fn centre(&self, x: &Tensor) -> Result<()> {
        self.mean.set(&x.flatten_from(1)?.mean(0)?)
    }

    /// Examples `(batch, …)` to codes `(batch, code)`.
    ///
    /// # Errors
    /// If the examples have another size.
    pub fn encode(&self, x: &Tensor) -> Result<Tensor> {
        let x = x.flatten_from(1)?; // (batch, inputs)
        self.encoder.forward(&x.broadcast_sub(self.mean.as_detached_tensor().as_ref())?)
    }

    /// Codes `(batch, code)` to examples `(batch, inputs)`.
    ///
    /// # Errors
    /// If the codes have another size.
    pub fn decode(&self, code: &Tensor) -> Result<Tensor> {
        self.decoder.forward(code)?.broadcast_add(self.mean.as_detached_tensor().as_ref())
    }
}

impl Module for Autoencoder {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let noisy = is_training() && self.noise > 0.0;
        let seen = if noisy { (x + (noise_like(x)? * self.noise)?)? } else { x.clone() };
        self.decode(&self.encode(&seen)?)?.reshape(x.shape())
    }
}

impl Layer for Autoencoder {
    fn parameters(&self) -> Parameters {
        (Parameters::new().with_kept("mean", &self.mean))
            .with_layer("encoder", &self.encoder)
            .with_layer("decoder", &self.decoder)
    }
}
