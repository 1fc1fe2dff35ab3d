//! The perceptron and its learning rule.

use candle_core::{DType, Device, Module, Result, Tensor, Var, bail};
use candlelab_nn::{Layer, Parameters, linear, randn};

/// The perceptron (Rosenblatt 1958): the score `w · x + b`, whose sign is the class.
///
/// Its rule needs no gradient: see [`learn`](Self::learn).
///
/// # Shapes
/// - input: `(batch, inputs)`; output: `(batch, 1)`
#[derive(Clone, Debug)]
pub struct Perceptron {
    w: Var,
    b: Var,
}

/// What [`Perceptron::learn`] did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PerceptronHistory {
    /// How many examples of each epoch changed the weights.
    pub mistakes: Vec<usize>,
    /// The weights after each change.
    pub updates: Vec<PerceptronUpdate>,
    /// Whether the last epoch changed nothing: every example is on its side.
    pub converged: bool,
}

/// A change of the weights.
#[derive(Clone, Debug, PartialEq)]
pub struct PerceptronUpdate {
    /// The epoch, from 0.
    pub epoch: usize,
    /// The row of the example that caused it.
    pub example: usize,
    /// The weights after it.
    pub weights: Vec<f32>,
    /// The bias after it.
    pub bias: f32,
}

impl Perceptron {
    /// Weights drawn from `N(0, 1)`, and a bias of 0.
    ///
    /// # Errors
    /// If the device has no room.
    pub fn new(inputs: usize, device: &Device) -> Result<Self> {
        let w = Var::from_tensor(&randn(0.0, 1.0, (1, inputs), device)?)?;
        Ok(Self { w, b: Var::zeros(1, DType::F32, device)? })
    }

    /// The weights, `(1, inputs)`.
    pub fn weight(&self) -> &Tensor {
        &self.w
    }

    /// The bias, `(1)`.
    pub fn bias(&self) -> &Tensor {
        &self.b
    }

    /// Goes through the examples, in order, until none is on the wrong side, at most `epochs`
    /// times: an example `x` of label `y` = ±1 with `y · sign(w · x + b) < 1` moves the line by
    /// `w ← w + α y x` and `b ← b + α y`.
    ///
    /// If a line separates the classes, it is found (Novikoff 1962); else the rule never ends.
    ///
    /// # Shapes
    /// - `x`: `(n, inputs)`; `y`: `(n)` or `(n, 1)`, 1 for the upper class and 0 or −1 for the
    ///   lower
    ///
    /// # Errors
    /// If the shapes do not fit or a label is another number.
    ///
    /// ```
    /// # use candlelab_models::Perceptron;
    /// # use candlelab_nn::{Device, Layer, Result, Tensor};
    /// # fn main() -> Result<()> {
    /// let model = Perceptron::new(1, &Device::Cpu)?;
    /// model.vars()[0].set(&Tensor::new(&[[0f32]], &Device::Cpu)?)?; // starts from w = 0, b = 0
    /// let x = Tensor::new(&[[-1f32], [3.0]], &Device::Cpu)?;
    /// let y = Tensor::new(&[0u32, 1], &Device::Cpu)?;
    /// let history = model.learn(&x, &y, 0.5, 10)?; // w = .5, b = −.5 fits both
    /// assert_eq!((history.mistakes, history.converged), (vec![1, 0], true));
    /// # Ok(())
    /// # }
    /// ```
    pub fn learn(
        &self,
        x: &Tensor,
        y: &Tensor,
        alpha: f64,
        epochs: usize,
    ) -> Result<PerceptronHistory> {
        let (examples, labels) = self.examples(x, y)?;
        let (mut w, mut b) = (self.w.get(0)?.to_vec1::<f32>()?, self.b.get(0)?.to_scalar::<f32>()?);
        let alpha = alpha as f32;
        let mut history = PerceptronHistory::default();
        for epoch in 0..epochs {
            let before = history.updates.len();
            for (example, (x, y)) in examples.iter().zip(&labels).enumerate() {
                let score = w.iter().zip(x).map(|(w, x)| w * x).sum::<f32>() + b;
                if y * score <= 0.0 {
                    w.iter_mut().zip(x).for_each(|(w, x)| *w += alpha * y * x);
                    b += alpha * y;
                    let weights = w.clone();
                    history.updates.push(PerceptronUpdate { epoch, example, weights, bias: b });
                }
            }
            history.mistakes.push(history.updates.len() - before);
            history.converged = history.updates.len() == before;
            if history.converged {
                break;
            }
        }
        self.w.set(&Tensor::from_slice(&w, self.w.shape(), self.w.device())?)?;
        self.b.set(&Tensor::new(&[b], self.b.device())?)?;
        Ok(history)
    }

    /// The rows of `x`, and labels −1 and 1.
    fn examples(&self, x: &Tensor, y: &Tensor) -> Result<(Vec<Vec<f32>>, Vec<f32>)> {
        let (n, inputs) = x.dims2()?;
        if inputs != self.w.dim(1)? || y.elem_count() != n || n == 0 {
            let (x, y, w) = (x.dims(), y.dims(), self.w.dims());
            bail!("shape mismatch in Perceptron, x: {x:?}, y: {y:?}, weights: {w:?}");
        }
        let labels = y.flatten_all()?.to_dtype(DType::F32)?.to_vec1::<f32>()?;
        if let Some(other) = labels.iter().find(|label| ![-1.0, 0.0, 1.0].contains(*label)) {
            bail!("a perceptron's labels are 1 and either 0 or -1, got {other}");
        }
        let sign = |label: f32| if label > 0.0 { 1.0 } else { -1.0 };
        Ok((x.to_dtype(DType::F32)?.to_vec2()?, labels.into_iter().map(sign).collect()))
    }
}

impl Module for Perceptron {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        linear(x, &self.w, Some(&self.b))
    }
}

impl Layer for Perceptron {
    fn parameters(&self) -> Parameters {
        Parameters::new().with("weight", &self.w).with("bias", &self.b)
    }
}
