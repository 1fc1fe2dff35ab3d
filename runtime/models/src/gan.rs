//! Generative adversarial networks: one net makes things up, another judges them.

mod train;

pub use train::{GanHistory, GanOptions, discriminator_loss, generator_loss, train_gan};

use crate::mlp::mlp;
use candle_core::{DType, Device, Module, Result, Tensor, bail};
use candlelab_nn::{
    Activation, BatchNorm, Conv2d, ConvOptions, ConvTranspose2d, Parameters, Sequential,
    evaluating, init, randn,
};

/// A generator `G(z)`, which makes examples of noise `z` drawn from `N(0, 1)`, and a discriminator
/// `D(x)`, which gives the logit that `x` is real (Goodfellow et al. 2014).
///
/// With classes both see the label too (Mirza and Osindero 2014): a 1 in one of so many places,
/// appended to a row, or a plane of ones among so many, appended to the channels of an image.
#[derive(Clone, Debug)]
pub struct Gan {
    /// Noise, and a label if there are classes, to examples.
    pub generator: Sequential,
    /// Examples, and a label if there are classes, to logits.
    pub discriminator: Sequential,
    latent: Vec<usize>,
    classes: usize,
    device: Device,
}

impl Gan {
    /// Networks of one's own: `latent` is the shape of the noise for one example, and `classes`
    /// their number, 0 for none.
    ///
    /// # Shapes
    /// - `generator`: `(batch, latent[0] + classes, …)` to examples `(batch, features, …)`
    /// - `discriminator`: `(batch, features + classes, …)` to `batch` logits
    pub fn new(
        generator: Sequential,
        discriminator: Sequential,
        latent: &[usize],
        classes: usize,
        device: &Device,
    ) -> Self {
        let (latent, device) = (latent.to_vec(), device.clone());
        Self { generator, discriminator, latent, classes, device }
    }

    /// For tosses of a coin, `(n, 1)`, heads 1 and tails 0, or other single numbers: a generator
    /// 1-64-1 with 193 parameters and a discriminator 1-32-1 with 97.
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_models::Gan;
    /// # use candlelab_nn::{Device, Result, parameter_count};
    /// # fn main() -> Result<()> {
    /// let gan = Gan::coin(&Device::Cpu)?;
    /// assert_eq!(parameter_count(&gan.generator.vars()), 193);
    /// assert_eq!(parameter_count(&gan.discriminator.vars()), 97);
    /// assert_eq!(gan.sample(5, None)?.dims(), [5, 1]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn coin(device: &Device) -> Result<Self> {
        let generator = mlp(&[1, 64, 1], Activation::Relu, device)?;
        let discriminator = mlp(&[1, 32, 1], Activation::Relu, device)?;
        Ok(Self::new(generator, discriminator, &[1], 0, device))
    }

    /// For digits of 28 × 28 pixels as rows, `(n, 784)`, from −1 to 1, with a label each: quick to
    /// train on a CPU.
    ///
    /// # Errors
    /// If the device has no room.
    pub fn conditional(classes: usize, device: &Device) -> Result<Self> {
        let activation = Activation::LeakyRelu(0.2);
        let generator = mlp(&[64 + classes, 256, 512, 784], activation, device)?;
        let discriminator = mlp(&[784 + classes, 512, 256, 1], activation, device)?;
        let generator = generator.add(Activation::Tanh);
        Ok(Self::new(generator, discriminator, &[64], classes, device))
    }

    /// The DCGAN (Radford et al. 2016) for images `(n, 1, 28, 28)` from −1 to 1, with weights from
    /// `N(0, .02²)`; `classes` may be 0.
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_models::Gan;
    /// # use candlelab_nn::{Device, Result, parameter_count};
    /// # fn main() -> Result<()> {
    /// let gan = Gan::dcgan(0, &Device::Cpu)?;
    /// assert_eq!(parameter_count(&gan.generator.vars()), 759_680);
    /// assert_eq!(parameter_count(&gan.discriminator.vars()), 138_624);
    /// # Ok(())
    /// # }
    /// ```
    pub fn dcgan(classes: usize, device: &Device) -> Result<Self> {
        let halves = ConvOptions { stride: 2, padding: 1, ..ConvOptions::default() };
        let whole = ConvOptions::default();
        let up = |inputs, outputs, kernel, options| {
            let layer = ConvTranspose2d::new(inputs, outputs, kernel, options, device)?;
            Result::Ok(layer.without_bias())
        };
        let down = |inputs, outputs, kernel, options| {
            let layer = Conv2d::with_options(inputs, outputs, kernel, options, device)?;
            Result::Ok(layer.without_bias())
        };
        let generator = Sequential::new()
            .add(up(100 + classes, 128, 7, whole)?) // (batch, 128, 7, 7)
            .add(BatchNorm::new(128, device)?)
            .add(Activation::Relu)
            .add(up(128, 64, 4, halves)?) // (batch, 64, 14, 14)
            .add(BatchNorm::new(64, device)?)
            .add(Activation::Relu)
            .add(up(64, 1, 4, halves)?) // (batch, 1, 28, 28)
            .add(Activation::Tanh);
        let discriminator = Sequential::new()
            .add(down(1 + classes, 64, 4, halves)?) // (batch, 64, 14, 14)
            .add(Activation::LeakyRelu(0.2))
            .add(down(64, 128, 4, halves)?) // (batch, 128, 7, 7)
            .add(BatchNorm::new(128, device)?)
            .add(Activation::LeakyRelu(0.2))
            .add(down(128, 1, 7, whole)?); // (batch, 1, 1, 1)
        for var in generator.vars().iter().chain(&discriminator.vars()) {
            if var.rank() == 4 {
                init::normal(var, 0.02)?;
            }
        }
        Ok(Self::new(generator, discriminator, &[100, 1, 1], classes, device))
    }

    /// Noise for `n` examples, `(n, latent…)`, from `N(0, 1)`.
    ///
    /// # Errors
    /// If the device has no room.
    pub fn noise(&self, n: usize) -> Result<Tensor> {
        randn(0.0, 1.0, [&[n], self.latent.as_slice()].concat(), &self.device)
    }

    /// `G(z)`.
    ///
    /// # Shapes
    /// - `z`: `(batch, latent…)`; `labels`: u32, `(batch)`, if there are classes
    ///
    /// # Errors
    /// If the shapes do not fit, or labels are missing, unknown or not wanted.
    pub fn generate(&self, z: &Tensor, labels: Option<&Tensor>) -> Result<Tensor> {
        self.generator.forward(&self.with_labels(z, labels)?)
    }

    /// `D(x)`, the logit that each example is real, `(batch)`.
    ///
    /// # Errors
    /// As for [`generate`](Self::generate).
    pub fn judge(&self, x: &Tensor, labels: Option<&Tensor>) -> Result<Tensor> {
        self.discriminator.forward(&self.with_labels(x, labels)?)?.flatten_all()
    }

    /// `n` new examples, in evaluation mode.
    ///
    /// # Errors
    /// As for [`generate`](Self::generate).
    pub fn sample(&self, n: usize, labels: Option<&Tensor>) -> Result<Tensor> {
        evaluating(|| self.generate(&self.noise(n)?, labels))
    }

    /// The parameters of both nets, by name.
    pub fn parameters(&self) -> Parameters {
        (Parameters::new().with_layer("generator", &self.generator))
            .with_layer("discriminator", &self.discriminator)
    }

    /// Appends each row's label to its features or channels.
    fn with_labels(&self, x: &Tensor, labels: Option<&Tensor>) -> Result<Tensor> {
        if labels.is_none() && self.classes == 0 {
            return Ok(x.clone());
        }
        let n = x.dim(0)?;
        let fits = |labels: &&Tensor| labels.dims() == [n] && labels.dtype() == DType::U32;
        let Some(labels) = labels.filter(fits).filter(|_| self.classes > 0) else {
            let (classes, x) = (self.classes, x.dims());
            let found = labels.map(|labels| (labels.dims(), labels.dtype()));
            bail!("this GAN has {classes} classes (u32), x: {x:?}, labels: {found:?}");
        };
        let one_hot = Tensor::eye(self.classes, DType::F32, x.device())?.index_select(labels, 0)?;
        let mut shape = x.dims().to_vec();
        shape[1] = self.classes;
        let missing = vec![1; x.rank() - 2];
        let planes = one_hot.reshape([one_hot.dims(), &missing].concat())?.broadcast_as(shape)?;
        Tensor::cat(&[x, &planes.to_dtype(x.dtype())?], 1) // (batch, features + classes, …)
    }
}
