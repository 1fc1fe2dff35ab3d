//! A denoiser of rows of numbers.

use super::{Denoiser, time_embedding, without_classes};
use candle_core::{D, DType, Device, Module, Result, Tensor, Var, bail};
use candlelab_nn::{Activation, Embedding, Layer, Linear, Parameters, gelu_tanh};

/// What a [`DiffusionMlp`] is; see [`DiffusionMlpConfig::plane`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffusionMlpConfig {
    /// Numbers in an example.
    pub inputs: usize,
    /// Width of the hidden layers.
    pub hidden: usize,
    /// Hidden layers after the first one.
    pub layers: usize,
    /// Numbers that each input, and the time, are spread over.
    pub embedding: usize,
    /// Classes of examples, 0 for none.
    pub classes: usize,
}

impl DiffusionMlpConfig {
    /// For points in the plane: 99,074 parameters.
    pub fn plane() -> Self {
        Self { inputs: 2, hidden: 128, layers: 3, embedding: 128, classes: 0 }
    }
}

/// The largest frequency that tells inputs apart; they are mostly within ±3.
const FREQUENCY: f64 = 25.0;

/// An MLP with shortcuts, `h ← h + GELU(W h + b)`, on the [`time_embedding`] of the time and of each
/// of the inputs, which makes small differences large.
#[derive(Clone, Debug)]
pub struct DiffusionMlp {
    input: Linear,
    layers: Vec<Linear>,
    output: Linear,
    classes: Option<Embedding>,
    embedding: usize,
}

impl DiffusionMlp {
    /// Random weights, as [`Linear`] draws them.
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_models::{Denoiser, DiffusionMlp, DiffusionMlpConfig};
    /// # use candlelab_nn::{Device, Result, Tensor, parameter_count, randn};
    /// # fn main() -> Result<()> {
    /// let model = DiffusionMlp::new(&DiffusionMlpConfig::plane(), &Device::Cpu)?;
    /// assert_eq!(parameter_count(&model.vars()), 99_074);
    /// let (x, t) = (randn(0.0, 1.0, (5, 2), &Device::Cpu)?, Tensor::new(&[7u32; 5], &Device::Cpu)?);
    /// assert_eq!(model.predict_noise(&x, &t, None)?.dims(), [5, 2]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(config: &DiffusionMlpConfig, device: &Device) -> Result<Self> {
        let &DiffusionMlpConfig { inputs, hidden, layers, embedding, classes } = config;
        let layers = (0..layers).map(|_| Linear::new(hidden, hidden, device));
        let classes = (classes > 0).then(|| Embedding::new(classes, hidden, device));
        Ok(Self {
            input: Linear::new((inputs + 1) * embedding, hidden, device)?,
            layers: layers.collect::<Result<_>>()?,
            output: Linear::new(hidden, inputs, device)?,
            classes: classes.transpose()?,
            embedding,
        })
    }

    /// Its parameters, by name.
    pub fn parameters(&self) -> Parameters {
        (Parameters::new().with_layer("input", &self.input))
            .with_layers("layers", &self.layers)
            .with_layer("output", &self.output)
            .with_layers("classes", &self.classes)
    }

    /// The parameters that an optimiser trains.
    pub fn vars(&self) -> Vec<Var> {
        self.parameters().vars()
    }
}

impl Denoiser for DiffusionMlp {
    fn predict_noise(&self, x: &Tensor, t: &Tensor, labels: Option<&Tensor>) -> Result<Tensor> {
        let inputs = self.output.weight().dim(0)?;
        let [n, found] = *x.dims() else { bail!("rows are (batch, inputs), got {:?}", x.dims()) };
        if found != inputs || t.dims() != [n] {
            let (x, t) = (x.dims(), t.dims());
            bail!("shape mismatch in DiffusionMlp, x: {x:?}, t: {t:?}, made for (batch, {inputs})");
        }
        let waves = time_embedding(&(x * FREQUENCY)?, self.embedding)?; // (batch, inputs, embedding)
        let parts = [waves.flatten_from(1)?, time_embedding(t, self.embedding)?];
        let h = self.input.forward(&Tensor::cat(&parts, D::Minus1)?)?; // (batch, hidden)
        let mut h = gelu_tanh(&with_class(h, self.classes.as_ref(), labels)?)?;
        for layer in &self.layers {
            h = (&h + layer.forward_into(&h, Activation::GeluTanh)?)?;
        }
        self.output.forward(&h)
    }
}

/// Adds the vector of each example's class to its row.
pub(super) fn with_class(
    x: Tensor,
    classes: Option<&Embedding>,
    labels: Option<&Tensor>,
) -> Result<Tensor> {
    match (classes, labels) {
        (Some(classes), Some(labels)) => {
            if labels.dims() != [x.dim(0)?] || labels.dtype() != DType::U32 {
                bail!("labels are (batch) of u32, x: {:?}, labels: {labels:?}", x.dims());
            }
            x + classes.forward(labels)?
        }
        (None, labels) => without_classes(labels).map(|()| x),
        (Some(_), None) => Ok(x),
    }
}
