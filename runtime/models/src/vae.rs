//! The variational autoencoder, whose codes can be drawn.

use crate::draws::noise_like;
use crate::mlp::mlp;
use candle_core::{D, Device, Module, Result, Tensor, bail};
use candlelab_nn::{
    Activation, Layer, Linear, Parameters, Sequential, bce_with_logits, is_training, randn, sigmoid,
};

/// What a [`Vae`] is; see [`VaeConfig::mnist`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaeConfig {
    /// Numbers in an example, as the pixels of an image.
    pub inputs: usize,
    /// Widths between the example and its code; the decoder has the same, backwards.
    pub hidden: Vec<usize>,
    /// Numbers in a code.
    pub latent: usize,
}

impl VaeConfig {
    /// For digits of 28 × 28 pixels: 652,824 parameters.
    pub fn mnist() -> Self {
        Self { inputs: 784, hidden: vec![400], latent: 20 }
    }
}

/// The loss of a [`Vae`] and its two parts, in nats an example.
#[derive(Clone, Debug)]
pub struct VaeLoss {
    /// What an optimiser lowers: the sum of the two, a bound of `−ln p(x)` from above.
    pub total: Tensor,
    /// `−ln p(x|z)`.
    pub reconstruction: Tensor,
    /// How far the codes of an example are from `N(0, 1)`, see [`gaussian_kl`].
    pub kl: Tensor,
}

/// The variational autoencoder (Kingma and Welling 2014): the encoder gives mean and variance of
/// normal codes, `q(z|x) = N(μ(x), σ²(x))`, the decoder the probability that each pixel is white,
/// and codes drawn from `N(0, 1)` become new examples.
#[derive(Clone, Debug)]
pub struct Vae {
    encoder: Sequential,
    mean: Linear,
    log_variance: Linear,
    decoder: Sequential,
    latent: usize,
}

impl Vae {
    /// Random weights, as [`Linear`] draws them.
    ///
    /// # Errors
    /// If there is no hidden width, or the device has no room.
    ///
    /// ```
    /// # use candlelab_models::{Vae, VaeConfig};
    /// # use candlelab_nn::{Device, Layer, Result, rand};
    /// # fn main() -> Result<()> {
    /// let config = VaeConfig { inputs: 6, hidden: vec![4], latent: 2 };
    /// let model = Vae::new(&config, &Device::Cpu)?;
    /// let x = rand(0.0, 1.0, (5, 1, 2, 3), &Device::Cpu)?;
    /// let loss = model.loss(&x)?;
    /// let parts = (&loss.reconstruction + &loss.kl)?.to_scalar::<f32>()?;
    /// assert_eq!(loss.total.to_scalar::<f32>()?, parts);
    /// assert_eq!(model.predict(&x)?.dims(), [5, 6]);
    /// assert_eq!(model.sample(7)?.dims(), [7, 6]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(config: &VaeConfig, device: &Device) -> Result<Self> {
        let Some(&last) = config.hidden.last() else {
            bail!("a VAE needs a hidden layer, got {config:?}");
        };
        let widths = [&[config.inputs], config.hidden.as_slice()].concat();
        let mut backwards = vec![config.latent];
        backwards.extend(widths.iter().rev());
        Ok(Self {
            encoder: mlp(&widths, Activation::Relu, device)?.add(Activation::Relu),
            mean: Linear::new(last, config.latent, device)?,
            log_variance: Linear::new(last, config.latent, device)?,
            decoder: mlp(&backwards, Activation::Relu, device)?,
            latent: config.latent,
        })
    }

    /// Mean `μ` and logarithm of the variance, `ln σ²`, of each example's codes, `(batch, latent)`.
    ///
    /// # Errors
    /// If the examples have another size.
    pub fn encode(&self, x: &Tensor) -> Result<(Tensor, Tensor)> {
        let h = self.encoder.forward(&x.flatten_from(1)?)?; // (batch, last hidden)
        Ok((self.mean.forward(&h)?, self.log_variance.forward(&h)?))
    }

    /// Logits of each pixel, `(batch, inputs)`, from codes `(batch, latent)`.
    ///
    /// # Errors
    /// If the codes have another size.
    pub fn decode(&self, z: &Tensor) -> Result<Tensor> {
        self.decoder.forward(z)
    }

    /// `−ln p(x|z) + KL(q(z|x) ‖ N(0, 1))` with one `z` drawn for each example.
    ///
    /// # Shapes
    /// - `x`: `(batch, …)`, each number from 0 to 1
    ///
    /// # Errors
    /// If the examples have another size.
    pub fn loss(&self, x: &Tensor) -> Result<VaeLoss> {
        let x = x.flatten_from(1)?; // (batch, inputs)
        let (mean, log_variance) = self.encode(&x)?;
        let logits = self.decode(&reparameterise(&mean, &log_variance)?)?;
        let reconstruction = (bce_with_logits(&logits, &x)? * x.dim(1)? as f64)?;
        let kl = gaussian_kl(&mean, &log_variance)?;
        Ok(VaeLoss { total: (&reconstruction + &kl)?, reconstruction, kl })
    }

    /// New examples, `(n, inputs)`, from 0 to 1, of codes drawn from `N(0, 1)`.
    ///
    /// # Errors
    /// If the device has no room.
    pub fn sample(&self, n: usize) -> Result<Tensor> {
        let z = randn(0.0, 1.0, (n, self.latent), self.mean.weight().device())?;
        sigmoid(&self.decode(&z)?)
    }
}

impl Module for Vae {
    /// Examples as the decoder makes them of codes, `(batch, inputs)`, from 0 to 1: of a code that
    /// is drawn in training mode, and of its mean in evaluation.
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (mean, log_variance) = self.encode(x)?;
        let z = if is_training() { reparameterise(&mean, &log_variance)? } else { mean };
        sigmoid(&self.decode(&z)?)
    }
}

impl Layer for Vae {
    fn parameters(&self) -> Parameters {
        (Parameters::new().with_layer("encoder", &self.encoder))
            .with_layer("mean", &self.mean)
            .with_layer("log_variance", &self.log_variance)
            .with_layer("decoder", &self.decoder)
    }
}

/// Draws from `N(μ, σ²)` so that gradients reach `μ` and `ln σ²`: `z = μ + σ ε` with `ε` from
/// `N(0, 1)`.
///
/// # Errors
/// If the shapes differ.
pub fn reparameterise(mean: &Tensor, log_variance: &Tensor) -> Result<Tensor> {
    mean + ((log_variance * 0.5)?.exp()? * noise_like(mean)?)?
}

/// The Kullback–Leibler divergence of `N(μ, σ²)` from `N(0, 1)`, in closed form:
/// `½ Σ (μ² + σ² − ln σ² − 1)`, the mean of the rows, in nats.
///
/// # Shapes
/// - `mean` and `log_variance`: `(batch, latent)`; output: a scalar
///
/// # Errors
/// If the shapes differ.
///
/// ```
/// # use candlelab_models::gaussian_kl;
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let mean = Tensor::new(&[[3f32, 4.0]], &Device::Cpu)?;
/// let kl = gaussian_kl(&mean, &mean.zeros_like()?)?; // ½ (9 + 16)
/// assert_eq!(kl.to_scalar::<f32>()?, 12.5);
/// # Ok(())
/// # }
/// ```
pub fn gaussian_kl(mean: &Tensor, log_variance: &Tensor) -> Result<Tensor> {
    let each = (((mean.sqr()? + log_variance.exp()?)? - log_variance)? - 1.0)?; // (batch, latent)
    (each.sum(D::Minus1)? * 0.5)?.mean_all()
}
