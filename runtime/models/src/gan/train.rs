//! The game of the two nets.

use super::Gan;
use candle_core::{DType, Result, Tensor, bail};
use candlelab_data::batches;
use candlelab_host::{check_interrupt, progress};
use candlelab_nn::{Adam, Optimizer, bce_with_logits, evaluating, next_seed};

/// How a [`Gan`] is trained; `GanOptions::default()` fills in what is not named.
#[derive(Clone, Debug, PartialEq)]
pub struct GanOptions {
    /// How often each real example is seen; 500.
    pub epochs: usize,
    /// Real examples, and as many made up, in a step; 32.
    pub batch_size: usize,
    /// The learning rate of both nets; 1e-3.
    pub lr: f64,
    /// Adam's β₁; .9. The DCGAN needs .5, since the gradients turn round so often.
    pub beta1: f64,
    /// Epochs between two snapshots; 50, and none if 0.
    pub snapshot_every: usize,
    /// Examples in a snapshot; 1000.
    pub samples: usize,
}

impl Default for GanOptions {
    fn default() -> Self {
        let (epochs, batch_size, lr, beta1) = (500, 32, 1e-3, 0.9);
        Self { epochs, batch_size, lr, beta1, snapshot_every: 50, samples: 1000 }
    }
}

impl GanOptions {
    /// As the paper trains it: batches of 64, a learning rate of 2e-4 and β₁ = .5.
    pub fn dcgan() -> Self {
        let (epochs, batch_size, lr, beta1) = (10, 64, 2e-4, 0.5);
        Self { epochs, batch_size, lr, beta1, snapshot_every: 1, samples: 100 }
    }
}

/// What the training of a [`Gan`] leaves behind.
#[derive(Clone, Debug, Default)]
pub struct GanHistory {
    /// The discriminator's loss of each step, see [`discriminator_loss`].
    pub discriminator: Vec<f64>,
    /// The generator's loss of each step, see [`generator_loss`].
    pub generator: Vec<f64>,
    /// What the generator made after so many epochs, always of the same noise; the classes, if
    /// there are any, take turns.
    pub snapshots: Vec<(usize, Tensor)>,
}

/// What the discriminator lowers, the mean of `−½ ln D(x) − ½ ln(1 − D(G(z)))`: ln 2 when it
/// cannot tell them apart.
///
/// # Errors
/// If the number of logits differs.
///
/// ```
/// # use candlelab_models::{discriminator_loss, generator_loss};
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let unsure = Tensor::new(&[0f32, 0.0], &Device::Cpu)?;
/// let loss = discriminator_loss(&unsure, &unsure)?.to_scalar::<f32>()?;
/// assert!((loss - 2f32.ln()).abs() < 1e-6);
/// assert!((generator_loss(&unsure)?.to_scalar::<f32>()? - 2f32.ln()).abs() < 1e-6);
/// # Ok(())
/// # }
/// ```
pub fn discriminator_loss(real: &Tensor, fake: &Tensor) -> Result<Tensor> {
    let of_real = bce_with_logits(real, &real.ones_like()?)?;
    let of_fake = bce_with_logits(fake, &fake.zeros_like()?)?;
    (of_real + of_fake)? * 0.5
}

/// What the generator lowers, the mean of `−ln D(G(z))`, as if its examples were real ones.
///
/// It pulls where `ln(1 − D(G(z)))`, what the discriminator's game would have it lower, is flat.
///
/// # Errors
/// None for numbers.
pub fn generator_loss(fake: &Tensor) -> Result<Tensor> {
    bce_with_logits(fake, &fake.ones_like()?)
}

/// Trains both nets in turn, with an Adam each, on examples `x`, `(n, …)`, and their labels, u32,
/// `(n)`, if the GAN has classes.
///
/// A progress bar grows below the cell; [`seed`](candlelab_nn::seed()) decides noise and order.
///
/// # Errors
/// If there is no example, the shapes do not fit, or a loss stops being a number.
pub fn train_gan(
    gan: &Gan,
    x: &Tensor,
    labels: Option<&Tensor>,
    options: &GanOptions,
) -> Result<GanHistory> {
    let mut history = GanHistory::default();
    let adam = |vars| Adam::new(vars, options.lr).with_betas(options.beta1, 0.999);
    let mut of_discriminator = adam(gan.discriminator.vars());
    let mut of_generator = adam(gan.generator.vars());
    let none = Tensor::zeros(x.dim(0)?, DType::U32, x.device())?;
    let watched = Watched::new(gan, options)?;

    for epoch in progress(1..=options.epochs) {
        for batch in batches(x, labels.unwrap_or(&none), options.batch_size, next_seed())? {
            check_interrupt();
            let (real, y) = batch?;
            let y = labels.and(Some(&y));
            let fake = gan.generate(&gan.noise(real.dim(0)?)?, y)?;

            // Detached, so that the generator does not learn to help the discriminator.
            let loss = discriminator_loss(&gan.judge(&real, y)?, &gan.judge(&fake.detach(), y)?)?;
            history.discriminator.push(number(&loss)?);
            of_discriminator.backward_step(&loss)?;

            let loss = generator_loss(&gan.judge(&fake, y)?)?;
            history.generator.push(number(&loss)?);
            of_generator.backward_step(&loss)?;
        }
        if options.snapshot_every > 0 && epoch % options.snapshot_every == 0 {
            history.snapshots.push((epoch, watched.samples(gan)?));
        }
    }
    Ok(history)
}

/// The noise of the snapshots and its labels.
struct Watched {
    noise: Tensor,
    labels: Option<Tensor>,
}

impl Watched {
    fn new(gan: &Gan, options: &GanOptions) -> Result<Self> {
        let noise = gan.noise(options.samples)?;
        let turns = (0..options.samples).map(|at| (at % gan.classes.max(1)) as u32);
        let labels = Tensor::from_iter(turns, noise.device())?;
        Ok(Self { noise, labels: (gan.classes > 0).then_some(labels) })
    }

    fn samples(&self, gan: &Gan) -> Result<Tensor> {
        Ok(evaluating(|| gan.generate(&self.noise, self.labels.as_ref()))?.detach())
    }
}

fn number(loss: &Tensor) -> Result<f64> {
    let loss: f64 = loss.to_dtype(DType::F64)?.to_scalar()?;
    if !loss.is_finite() {
        bail!("a loss of the GAN is {loss}\nhint: a smaller learning rate often helps");
    }
    Ok(loss)
}
