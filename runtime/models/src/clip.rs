//! Images and texts in one space.

use crate::{Cnn, CnnConfig, Gpt, GptConfig};
use candle_core::{DType, Device, Module, Result, Tensor, Var, bail};
use candlelab_nn::{Linear, Parameters, cross_entropy};

/// What a [`Clip`] is; see [`ClipConfig::digits`].
#[derive(Clone, Debug, PartialEq)]
pub struct ClipConfig {
    /// The image encoder; its classes are the numbers of an image's vector.
    pub vision: CnnConfig,
    /// The text encoder; its last token ends every text.
    pub text: GptConfig,
}

impl ClipConfig {
    /// For images of 28 × 28 pixels and short texts of `vocab` tokens, in vectors of 32 numbers.
    pub fn digits(vocab: usize) -> Self {
        let text = GptConfig { context: 16, layers: 2, width: 32, ..GptConfig::nano(vocab) };
        Self { vision: CnnConfig { classes: 32, ..CnnConfig::mnist() }, text }
    }
}

/// Contrastive language-image pretraining (Radford et al. 2021), small: a CNN and a GPT turn
/// images and texts into vectors of length 1, and training brings those of a pair together.
///
/// The logits of image `i` and text `j` are `e^s · vᵢ · tⱼ` with a learnt `s`; as in the paper
/// `e^s` starts at 1/.07 and never exceeds 100.
#[derive(Clone, Debug)]
pub struct Clip {
    visual: Cnn,
    text: Gpt,
    text_projection: Linear,
    logit_scale: Var,
}

impl Clip {
    /// Random weights, as [`Cnn`], [`Gpt`] and [`Linear`] draw them.
    ///
    /// # Errors
    /// If the sizes of either half make no sense, or the device has no room.
    ///
    /// ```
    /// # use candlelab_models::{Clip, ClipConfig};
    /// # use candlelab_nn::{DType, Device, Result, Tensor};
    /// # fn main() -> Result<()> {
    /// let model = Clip::new(&ClipConfig::digits(5), &Device::Cpu)?;
    /// let images = Tensor::zeros((3, 1, 28, 28), DType::F32, &Device::Cpu)?;
    /// let texts = Tensor::new(&[[1u32, 4, 0], [2, 1, 4]], &Device::Cpu)?; // 4 ends them
    /// assert_eq!(model.logits(&images, &texts)?.dims(), [3, 2]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(config: &ClipConfig, device: &Device) -> Result<Self> {
        let projection = Linear::new(config.text.width, config.vision.classes, device)?;
        Ok(Self {
            visual: Cnn::new(&config.vision, device)?,
            text: Gpt::new(&config.text, device)?,
            text_projection: projection.without_bias(),
            logit_scale: Var::new((1f32 / 0.07).ln(), device)?,
        })
    }

    /// The vectors of images: `(n, channels, image, image)` to `(n, width)`, each of length 1.
    ///
    /// # Errors
    /// If the shape does not fit.
    pub fn encode_images(&self, images: &Tensor) -> Result<Tensor> {
        unit(&self.visual.forward(images)?)
    }

    /// The vectors of texts: tokens `(m, length)`, u32, to `(m, width)`, each of length 1.
    ///
    /// A text ends with the last token of the vocabulary; whatever follows is not seen.
    ///
    /// # Errors
    /// If a text has no end, is longer than the context, or has a token that is none of the
    /// vocabulary.
    pub fn encode_texts(&self, texts: &Tensor) -> Result<Tensor> {
        let (_, length) = texts.dims2()?;
        let end = self.text.config().vocab - 1;
        let ends = texts.argmax_keepdim(1)?; // (m, 1): the first of the largest
        if texts.max(1)?.to_vec1::<u32>()?.iter().any(|token| *token as usize != end) {
            bail!("each text needs the last token of the vocabulary, {end}, at its end");
        }
        let places = Tensor::arange(0, length as u32, texts.device())?.unsqueeze(0)?;
        let chosen = places.broadcast_eq(&ends)?.to_dtype(DType::F32)?.unsqueeze(1)?; // (m, 1, length)
        let last = chosen.matmul(&self.text.hidden(texts)?)?.squeeze(1)?; // (m, text width)
        unit(&self.text_projection.forward(&last)?)
    }

    /// How well each image fits each text: `(n, channels, image, image)` and `(m, length)` to
    /// `(n, m)`, logits of the texts for an image in each row.
    ///
    /// # Errors
    /// If a shape does not fit.
    pub fn logits(&self, images: &Tensor, texts: &Tensor) -> Result<Tensor> {
        let (v, t) = (self.encode_images(images)?, self.encode_texts(texts)?);
        let scale = self.logit_scale.minimum(100f64.ln())?.exp()?;
        v.matmul(&t.t()?)?.broadcast_mul(&scale)
    }

    /// How badly images and texts find each other, the mean of both ways' [`cross_entropy`], in
    /// nats; image `i` belongs to text `i`.
    ///
    /// # Errors
    /// If there are not as many images as texts, or a shape does not fit.
    pub fn loss(&self, images: &Tensor, texts: &Tensor) -> Result<Tensor> {
        let logits = self.logits(images, texts)?;
        let (n, m) = logits.dims2()?;
        if n != m {
            bail!("a pair is an image and a text, got {n} images and {m} texts");
        }
        let own = Tensor::arange(0, n as u32, logits.device())?;
        let both = (cross_entropy(&logits, &own)? + cross_entropy(&logits.t()?, &own)?)?;
        both / 2.0
    }

    /// The parameters of both encoders, the text's last map and the scale.
    pub fn parameters(&self) -> Parameters {
        (Parameters::new().with_layer("visual", &self.visual).with_layer("text", &self.text))
            .with_layer("text_projection", &self.text_projection)
            .with("logit_scale", &self.logit_scale)
    }

    /// What an optimiser trains.
    pub fn vars(&self) -> Vec<Var> {
        self.parameters().vars()
    }
}

/// Rows divided by their lengths; a row of zeros stays one.
fn unit(x: &Tensor) -> Result<Tensor> {
    x.broadcast_div(&(x.sqr()?.sum_keepdim(1)? + 1e-24)?.sqrt()?)
}
