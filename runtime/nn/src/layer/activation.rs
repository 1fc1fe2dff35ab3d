//! Functions of each number.

use super::Layer;
use crate::ops::relu;
use candle_core::{Module, Result, Tensor};

/// A function applied to each number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `max(x, 0)`
    Relu,
    /// `(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)`
    Tanh,
    /// `1 / (1 + e⁻ˣ)`
    Sigmoid,
    /// `x · Φ(x)` with the normal distribution's `Φ`
    Gelu,
}

impl Module for Activation {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Relu => relu(x),
            Self::Tanh => x.tanh(),
            // ½ (1 + tanh x/2): no overflow at either end.
            Self::Sigmoid => ((x * 0.5)?.tanh()? + 1.0)? * 0.5,
            Self::Gelu => x.gelu_erf(),
        }
    }
}

impl Layer for Activation {}
