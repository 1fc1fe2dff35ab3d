//! The VQ-VAE, whose codes are words of a learnt book.

use crate::mlp::mlp;
use candle_core::{Device, Module, Result, Tensor, Var, bail};
use candlelab_nn::{Activation, Layer, Parameters, Sequential, mse, rand};

/// What a [`VqVae`] is; see [`VqVaeConfig::clusters`].
#[derive(Clone, Debug, PartialEq)]
pub struct VqVaeConfig {
    /// Numbers in an example.
    pub inputs: usize,
    /// Widths between the example and its code; the decoder has the same, backwards.
    pub hidden: Vec<usize>,
    /// Numbers in a vector of the codebook.
    pub latent: usize,
    /// Vectors in the codebook.
    pub codes: usize,
    /// How much the encoder is held to the codebook: the paper's β, .25.
    pub commitment: f64,
}

impl VqVaeConfig {
    /// For points in the plane that form a few clusters: 12 codes for far fewer clusters, so that
    /// some stay unused; 348 parameters.
    pub fn clusters() -> Self {
        Self { inputs: 2, hidden: vec![32], latent: 2, codes: 12, commitment: 0.25 }
    }
}

/// What the codebook makes of vectors; see [`VqVae::quantise`].
#[derive(Clone, Debug)]
pub struct Quantised {
    /// The nearest vectors of the codebook, `(batch, latent)`; gradients pass straight through.
    pub vectors: Tensor,
    /// Their numbers, u32, `(batch)`.
    pub codes: Tensor,
    /// `‖sg(z) − e‖²`, which moves the codebook to the encoder; `sg` stops gradients.
    pub codebook_loss: Tensor,
    /// `‖z − sg(e)‖²`, which moves the encoder to the codebook.
    pub commitment_loss: Tensor,
    /// How many codes are in use: `exp(−Σ p ln p)` with the share `p` of each code, from 1 to
    /// `codes`.
    pub perplexity: f64,
}

/// The loss of a [`VqVae`] and its parts.
#[derive(Clone, Debug)]
pub struct VqVaeLoss {
    /// What an optimiser lowers: `reconstruction + codebook + β · commitment`.
    pub total: Tensor,
    /// The mean squared error of the decoded examples.
    pub reconstruction: Tensor,
    /// What the codebook made of the batch.
    pub quantised: Quantised,
}

/// An autoencoder with a codebook in its middle (van den Oord et al. 2017): the decoder sees the
/// vector `e` that is nearest to the encoder's `z`.
///
/// The nearest has no gradient, so that of `e` is taken for that of `z` (straight through); squared
/// distances are means over all numbers.
#[derive(Clone, Debug)]
pub struct VqVae {
    encoder: Sequential,
    codebook: Var,
    decoder: Sequential,
    commitment: f64,
}

impl VqVae {
    /// Random weights, as [`Linear`](candlelab_nn::Linear) draws them, and a codebook uniform in
    /// `±1/codes`.
    ///
    /// # Errors
    /// If there is no code, or the device has no room.
    ///
    /// ```
    /// # use candlelab_models::{VqVae, VqVaeConfig};
    /// # use candlelab_nn::{Device, Layer, Result, parameter_count, randn};
    /// # fn main() -> Result<()> {
    /// let model = VqVae::new(&VqVaeConfig::clusters(), &Device::Cpu)?;
    /// assert_eq!(parameter_count(&model.vars()), 348);
    /// let loss = model.loss(&randn(0.0, 1.0, (100, 2), &Device::Cpu)?)?;
    /// assert_eq!(loss.quantised.codes.dims(), [100]);
    /// assert!((1.0..=12.0).contains(&loss.quantised.perplexity));
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(config: &VqVaeConfig, device: &Device) -> Result<Self> {
        if config.codes == 0 {
            bail!("a codebook needs at least one code, got {config:?}");
        }
        let widths = [&[config.inputs], config.hidden.as_slice(), &[config.latent]].concat();
        let backwards: Vec<usize> = widths.iter().rev().copied().collect();
        let bound = 1.0 / config.codes as f64;
        let codebook = rand(-bound, bound, (config.codes, config.latent), device)?;
        Ok(Self {
            encoder: mlp(&widths, Activation::Relu, device)?,
            codebook: Var::from_tensor(&codebook)?,
            decoder: mlp(&backwards, Activation::Relu, device)?,
            commitment: config.commitment,
        })
    }

    /// The vectors of all codes, `(codes, latent)`.
    pub fn codebook(&self) -> &Tensor {
        &self.codebook
    }

    /// Examples `(batch, …)` to vectors `(batch, latent)`, not yet of the codebook.
    ///
    /// # Errors
    /// If the examples have another size.
    pub fn encode(&self, x: &Tensor) -> Result<Tensor> {
        self.encoder.forward(&x.flatten_from(1)?)
    }

    /// Vectors `(batch, latent)` to examples `(batch, inputs)`.
    ///
    /// # Errors
    /// If the vectors have another size.
    pub fn decode(&self, vectors: &Tensor) -> Result<Tensor> {
        self.decoder.forward(vectors)
    }

    /// The nearest vector of the codebook for each of `z`, `(batch, latent)`.
    ///
    /// # Errors
    /// If the vectors have another size.
    pub fn quantise(&self, z: &Tensor) -> Result<Quantised> {
        let codes = nearest(&z.detach(), &self.codebook.as_detached_tensor())?; // (batch)
        let e = self.codebook.index_select(&codes, 0)?; // (batch, latent)
        Ok(Quantised {
            vectors: (z + (&e - z)?.detach())?, // e, with the gradient of z
            codebook_loss: mse(&e, &z.detach())?,
            commitment_loss: mse(z, &e.detach())?,
            perplexity: perplexity(&codes, self.codebook.dim(0)?)?,
            codes,
        })
    }

    /// `‖x̂ − x‖² + ‖sg(z) − e‖² + β ‖z − sg(e)‖²`.
    ///
    /// # Errors
    /// If the examples have another size.
    pub fn loss(&self, x: &Tensor) -> Result<VqVaeLoss> {
        let quantised = self.quantise(&self.encode(x)?)?;
        let reconstruction = mse(&self.decode(&quantised.vectors)?, &x.flatten_from(1)?)?;
        let commitment = (&quantised.commitment_loss * self.commitment)?;
        let total = ((&reconstruction + &quantised.codebook_loss)? + commitment)?;
        Ok(VqVaeLoss { total, reconstruction, quantised })
    }
}

impl Module for VqVae {
    /// Examples as the decoder makes them of the codebook's vectors, `(batch, inputs)`.
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.decode(&self.quantise(&self.encode(x)?)?.vectors)
    }
}

impl Layer for VqVae {
    fn parameters(&self) -> Parameters {
        (Parameters::new().with_layer("encoder", &self.encoder))
            .with("codebook", &self.codebook)
            .with_layer("decoder", &self.decoder)
    }
}

/// The place of the nearest of `(codes, latent)` to each of `(batch, latent)`, by
/// `‖z − e‖² = ‖z‖² − 2 z·e + ‖e‖²`, whose first term does not matter.
fn nearest(z: &Tensor, e: &Tensor) -> Result<Tensor> {
    let products = z.matmul(&e.t()?)?; // (batch, codes)
    let lengths = e.sqr()?.sum(1)?; // (codes)
    (products * -2.0)?.broadcast_add(&lengths)?.argmin(1)
}

fn perplexity(codes: &Tensor, count: usize) -> Result<f64> {
    let mut shares = vec![0.0; count];
    let n = codes.elem_count() as f64;
    codes.to_vec1::<u32>()?.into_iter().for_each(|code| shares[code as usize] += 1.0 / n);
    let entropy: f64 = shares.into_iter().filter(|p| *p > 0.0).map(|p: f64| -p * p.ln()).sum();
    Ok(entropy.exp())
}
