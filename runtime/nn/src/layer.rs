//! Layers: functions of a tensor with parameters of their own.

mod activation;
mod attention;
mod conv;
mod dropout;
mod embedding;
mod frozen;
mod graph;
mod linear;
mod mixer;
mod norm;
mod patch;
mod pool;
mod recurrent;
mod residual;
mod resnet;
mod transformer;
mod unet;

pub use activation::Activation;
pub use attention::{KvCache, MultiHeadAttention};
pub use conv::{Conv1d, Conv2d, Conv3d, ConvTranspose2d};
pub use dropout::Dropout;
pub use embedding::{Embedding, Positions, rotary, sinusoidal};
pub use frozen::Frozen;
pub use graph::{
    Aggregation, EdgeConv, Gat, Gcn, Gin, GraphBatch, GraphLayer, GraphSage, message_passing,
    with_self_loops,
};
pub use linear::Linear;
pub use mixer::{AttentionFree, GmlpBlock, MixerBlock};
pub use norm::{BatchNorm, GroupNorm, LayerNorm, RmsNorm};
pub use patch::{ClassToken, PatchEmbedding, patchify, unpatchify};
pub use pool::{
    AdaptiveAvgPool2d, AvgPool1d, AvgPool2d, Flatten, GlobalAvgPool2d, MaxPool1d, MaxPool2d,
    Upsample,
};
pub use recurrent::{Cell, Gru, GruCell, Lstm, LstmCell, Recurrent, Rnn, RnnCell};
pub use residual::Residual;
pub use resnet::{Adapter, ResidualBlock};
pub use transformer::{BlockConfig, FeedForward, TransformerBlock};
pub use unet::{DoubleConv, UNetDown, UNetUp};

use crate::mode::evaluating;
use crate::parameters::Parameters;
use crate::precision::parameter_from;
use crate::random::rand;
use crate::summary::{Summary, parameter_count};
use candle_core::{Device, Module, Result, Shape, Tensor, Var};
use std::fmt;

/// A function of a tensor that an optimiser can train.
///
/// `forward` is for training; [`predict`](Self::predict) is the same in evaluation mode. Clones of
/// a layer share its parameters.
pub trait Layer: Module + fmt::Debug + Send + Sync {
    /// Its parameters and running statistics, by name.
    fn parameters(&self) -> Parameters {
        Parameters::new()
    }

    /// The parameters that an optimiser trains; they share their memory with the layer's.
    fn vars(&self) -> Vec<Var> {
        self.parameters().vars()
    }

    /// `activation(forward(x))`; layers that can do both in one go do so.
    ///
    /// # Errors
    /// As for `forward`.
    fn forward_into(&self, x: &Tensor, activation: Activation) -> Result<Tensor> {
        activation.forward(&self.forward(x)?)
    }

    /// Which activation this is, if it is one.
    fn as_activation(&self) -> Option<Activation> {
        None
    }

    /// `forward` in evaluation mode, without dropout and with running statistics; see
    /// [`evaluating`].
    ///
    /// # Errors
    /// As for `forward`.
    fn predict(&self, x: &Tensor) -> Result<Tensor> {
        evaluating(|| self.forward(x))
    }

    /// [`predict`](Self::predict) that notes the layers on the way, see [`summary`](crate::summary()): a row for this
    /// one, or one for each of its parts where it calls their `trace` in turn.
    ///
    /// # Errors
    /// As for `forward`.
    fn trace(&self, x: &Tensor, summary: &mut Summary) -> Result<Tensor> {
        let y = self.predict(x)?;
        let name = format!("{self:?}");
        let name = name.split([' ', '(', '{']).next().unwrap_or_default().to_owned();
        summary.rows.push((name, y.dims().to_vec(), parameter_count(&self.vars())));
        Ok(y)
    }
}

/// Parameters as PyTorch starts them: uniform in `±1/√fan_in`.
fn parameter(shape: impl Into<Shape>, fan_in: usize, device: &Device) -> Result<Var> {
    let bound = 1.0 / (fan_in.max(1) as f64).sqrt();
    parameter_from(&rand(-bound, bound, shape, device)?)
}
