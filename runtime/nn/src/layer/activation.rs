//! Functions of each number.

use super::Layer;
use crate::ops::{Bend, elu, gelu, gelu_tanh, leaky_relu, relu, sigmoid, silu, softplus, tanh};
use candle_core::{Module, Result, Tensor};

/// A function applied to each number.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Activation {
    /// `max(x, 0)`, see [`relu`]
    Relu,
    /// `x` above 0, else `slope · x`, see [`leaky_relu`]
    LeakyRelu(f64),
    /// `x` above 0, else `alpha · (eˣ − 1)`, see [`elu`]
    Elu(f64),
    /// `ln(1 + eˣ)`, see [`softplus`]
    Softplus,
    /// `(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)`, see [`tanh`]
    Tanh,
    /// `1 / (1 + e⁻ˣ)`, see [`sigmoid`]
    Sigmoid,
    /// `x / (1 + e⁻ˣ)`, see [`silu`]
    Silu,
    /// `x · Φ(x)` with the normal distribution's `Φ`, see [`gelu`]
    Gelu,
    /// Nearly the same with `tanh`, see [`gelu_tanh`]
    GeluTanh,
}

impl Module for Activation {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match *self {
            Self::Relu => relu(x),
            Self::LeakyRelu(slope) => leaky_relu(x, slope),
            Self::Elu(alpha) => elu(x, alpha),
            Self::Softplus => softplus(x),
            Self::Tanh => tanh(x),
            Self::Sigmoid => sigmoid(x),
            Self::Silu => silu(x),
            Self::Gelu => gelu(x),
            Self::GeluTanh => gelu_tanh(x),
        }
    }
}

impl Layer for Activation {
    fn as_activation(&self) -> Option<Activation> {
        Some(*self)
    }
}

impl Activation {
    /// A rectifier that the operation before it can do by the way.
    pub(super) fn bend(self) -> Option<Bend> {
        match self {
            Self::Relu => Some(Bend(Some(0.0))),
            Self::LeakyRelu(slope) if slope > 0.0 => Some(Bend(Some(slope))),
            _ => None,
        }
    }
}
