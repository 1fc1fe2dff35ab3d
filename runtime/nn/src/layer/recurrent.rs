//! Layers that read a sequence step by step.

use super::{Layer, parameter};
use crate::ops::{linear, sigmoid, tanh};
use crate::parameters::Parameters;
use candle_core::{Device, IndexOp, Module, Result, Tensor, Var, bail};
use std::fmt;

/// What a recurrent layer repeats at each step.
///
/// Its first map, of the input alone, is taken out of [`step`](Self::step), so that it can be
/// computed for all steps at once.
pub trait Cell: Clone + fmt::Debug + Send + Sync + Sized {
    /// What is handed from step to step.
    type State: Clone;

    /// A cell with random parameters, uniform in `±1/√hidden`.
    ///
    /// # Errors
    /// If the device has no room.
    fn new(inputs: usize, hidden: usize, device: &Device) -> Result<Self>;

    /// The map of the input alone: `(…, inputs)` to `(…, gates · hidden)`.
    ///
    /// # Errors
    /// If the shapes do not fit.
    fn read(&self, x: &Tensor) -> Result<Tensor>;

    /// The state after the next input, of which [`read`](Self::read) was made.
    ///
    /// # Errors
    /// If the shapes do not fit.
    fn step(&self, read: &Tensor, state: &Self::State) -> Result<Self::State>;

    /// A state of zeros for sequences like `x`.
    ///
    /// # Errors
    /// If the device has no room.
    fn start(&self, x: &Tensor) -> Result<Self::State>;

    /// What the layer gives out of a state, `(batch, hidden)`.
    fn output(state: &Self::State) -> &Tensor;

    /// Weights of the input's map and of the state's, then the biases of both.
    fn parameters(&self) -> Parameters;
}

/// Affine maps of input and state, to all gates at once.
#[derive(Clone, Debug)]
struct Maps {
    w_input: Var,
    w_state: Var,
    b_input: Var,
    b_state: Var,
}

impl Maps {
    fn new(inputs: usize, hidden: usize, gates: usize, device: &Device) -> Result<Self> {
        let outputs = gates * hidden;
        Ok(Self {
            w_input: parameter((outputs, inputs), hidden, device)?,
            w_state: parameter((outputs, hidden), hidden, device)?,
            b_input: parameter(outputs, hidden, device)?,
            b_state: parameter(outputs, hidden, device)?,
        })
    }

    fn input(&self, x: &Tensor) -> Result<Tensor> {
        linear(x, &self.w_input, Some(&self.b_input))
    }

    fn state(&self, h: &Tensor) -> Result<Tensor> {
        linear(h, &self.w_state, Some(&self.b_state))
    }

    fn zeros(&self, x: &Tensor) -> Result<Tensor> {
        Tensor::zeros((x.dim(0)?, self.w_state.dim(1)?), x.dtype(), x.device())
    }

    fn parameters(&self) -> Parameters {
        (Parameters::new().with("weight_ih_l0", &self.w_input))
            .with("weight_hh_l0", &self.w_state)
            .with("bias_ih_l0", &self.b_input)
            .with("bias_hh_l0", &self.b_state)
    }
}

/// Gate number `at`: `(batch, gates · hidden)` to `(batch, hidden)`.
fn gate(all: &Tensor, at: usize, gates: usize) -> Result<Tensor> {
    let hidden = all.dim(1)? / gates;
    all.narrow(1, at * hidden, hidden)
}

/// The simplest recurrent cell (Elman 1990): `h' = tanh(W x + b + U h + c)`.
#[derive(Clone, Debug)]
pub struct RnnCell(Maps);

/// The gated recurrent unit (Cho et al. 2014), in PyTorch's form: with the gates
/// `r = σ(W_r x + b_r + U_r h + c_r)` and `z` likewise, and the candidate
/// `n = tanh(W_n x + b_n + r (U_n h + c_n))`, it is `h' = (1 − z) n + z h`.
#[derive(Clone, Debug)]
pub struct GruCell(Maps);

/// Long short-term memory (Hochreiter and Schmidhuber 1997): with the gates `i`, `f`, `o`, each
/// `σ(W x + b + U h + c)` with weights of its own, and `g = tanh(…)` likewise, it is
/// `c' = f c + i g` and `h' = o tanh c'`.
#[derive(Clone, Debug)]
pub struct LstmCell(Maps);

impl Cell for RnnCell {
    type State = Tensor;

    fn new(inputs: usize, hidden: usize, device: &Device) -> Result<Self> {
        Maps::new(inputs, hidden, 1, device).map(Self)
    }

    fn read(&self, x: &Tensor) -> Result<Tensor> {
        self.0.input(x)
    }

    fn step(&self, read: &Tensor, h: &Tensor) -> Result<Tensor> {
        tanh(&(read + self.0.state(h)?)?)
    }

    fn start(&self, x: &Tensor) -> Result<Tensor> {
        self.0.zeros(x)
    }

    fn output(h: &Tensor) -> &Tensor {
        h
    }

    fn parameters(&self) -> Parameters {
        self.0.parameters()
    }
}

impl Cell for GruCell {
    type State = Tensor;

    fn new(inputs: usize, hidden: usize, device: &Device) -> Result<Self> {
        Maps::new(inputs, hidden, 3, device).map(Self)
    }

    fn read(&self, x: &Tensor) -> Result<Tensor> {
        self.0.input(x)
    }

    fn step(&self, read: &Tensor, h: &Tensor) -> Result<Tensor> {
        let own = self.0.state(h)?; // (batch, 3 · hidden)
        let r = sigmoid(&(gate(read, 0, 3)? + gate(&own, 0, 3)?)?)?;
        let z = sigmoid(&(gate(read, 1, 3)? + gate(&own, 1, 3)?)?)?;
        let n = tanh(&(gate(read, 2, 3)? + (r * gate(&own, 2, 3)?)?)?)?;
        &n + (z * (h - &n)?)? // (1 − z) n + z h
    }

    fn start(&self, x: &Tensor) -> Result<Tensor> {
        self.0.zeros(x)
    }

    fn output(h: &Tensor) -> &Tensor {
        h
    }

    fn parameters(&self) -> Parameters {
        self.0.parameters()
    }
}

impl Cell for LstmCell {
    /// Output `h` and memory `c`.
    type State = (Tensor, Tensor);

    fn new(inputs: usize, hidden: usize, device: &Device) -> Result<Self> {
        Maps::new(inputs, hidden, 4, device).map(Self)
    }

    fn read(&self, x: &Tensor) -> Result<Tensor> {
        self.0.input(x)
    }

    fn step(&self, read: &Tensor, (h, c): &Self::State) -> Result<Self::State> {
        let all = (read + self.0.state(h)?)?; // (batch, 4 · hidden)
        let (i, f) = (sigmoid(&gate(&all, 0, 4)?)?, sigmoid(&gate(&all, 1, 4)?)?);
        let (g, o) = (tanh(&gate(&all, 2, 4)?)?, sigmoid(&gate(&all, 3, 4)?)?);
        let c = ((f * c)? + (i * g)?)?;
        Ok(((o * tanh(&c)?)?, c))
    }

    fn start(&self, x: &Tensor) -> Result<Self::State> {
        Ok((self.0.zeros(x)?, self.0.zeros(x)?))
    }

    fn output((h, _): &Self::State) -> &Tensor {
        h
    }

    fn parameters(&self) -> Parameters {
        self.0.parameters()
    }
}

/// A cell applied to each step of a sequence; it gives its output after every step.
///
/// Several of them one after the other in a [`Sequential`](crate::Sequential) are what PyTorch
/// calls layers of one.
#[derive(Clone, Debug)]
pub struct Recurrent<C> {
    cell: C,
}

/// A layer of [`RnnCell`]s.
pub type Rnn = Recurrent<RnnCell>;

/// A layer of [`GruCell`]s.
pub type Gru = Recurrent<GruCell>;

/// A layer of [`LstmCell`]s.
pub type Lstm = Recurrent<LstmCell>;

impl<C: Cell> Recurrent<C> {
    /// A layer from vectors of `inputs` numbers to vectors of `hidden`, with random parameters,
    /// uniform in `±1/√hidden`.
    ///
    /// # Shapes
    /// - input: `(batch, length, inputs)`; output: `(batch, length, hidden)`
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let layer = Lstm::new(3, 5, &Device::Cpu)?;
    /// let x = randn(0.0, 1.0, (2, 7, 3), &Device::Cpu)?;
    /// assert_eq!(layer.forward(&x)?.dims(), [2, 7, 5]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(inputs: usize, hidden: usize, device: &Device) -> Result<Self> {
        Ok(Self { cell: C::new(inputs, hidden, device)? })
    }

    /// What is repeated.
    pub fn cell(&self) -> &C {
        &self.cell
    }

    /// Reads a sequence, from zeros or from where another ended; gives all outputs and the last
    /// state.
    ///
    /// # Shapes
    /// - `x`: `(batch, length, inputs)`
    /// - output: `(batch, length, hidden)`
    ///
    /// # Errors
    /// If the sequence is empty or the shapes do not fit.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let layer = Gru::new(3, 5, &Device::Cpu)?;
    /// let x = randn(0.0, 1.0, (2, 7, 3), &Device::Cpu)?;
    /// let (_, state) = layer.run(&x.narrow(1, 0, 4)?, None)?;
    /// let (y, _) = layer.run(&x.narrow(1, 4, 3)?, Some(&state))?; // goes on
    /// let difference = (layer.forward(&x)?.narrow(1, 4, 3)? - y)?.abs()?.max_all()?;
    /// assert!(difference.to_scalar::<f32>()? < 1e-6);
    /// # Ok(())
    /// # }
    /// ```
    pub fn run(&self, x: &Tensor, state: Option<&C::State>) -> Result<(Tensor, C::State)> {
        let (batch, length, _) = x.dims3()?;
        if batch * length == 0 {
            bail!("a recurrent layer needs a sequence, x: {:?}", x.dims());
        }
        let read = self.cell.read(x)?.transpose(0, 1)?.contiguous()?; // (length, batch, …)
        let mut state = state.cloned().map_or_else(|| self.cell.start(x), Ok)?;
        let mut outputs = Vec::with_capacity(length);
        for step in 0..length {
            state = self.cell.step(&read.i(step)?, &state)?;
            outputs.push(C::output(&state).clone());
        }
        Ok((Tensor::stack(&outputs, 1)?, state))
    }
}

impl<C: Cell> Module for Recurrent<C> {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        Ok(self.run(x, None)?.0)
    }
}

impl<C: Cell> Layer for Recurrent<C> {
    fn parameters(&self) -> Parameters {
        self.cell.parameters()
    }
}
