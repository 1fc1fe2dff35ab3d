//! Attention over neighbours.

use super::{GraphLayer, ends, with_self_loops};
use crate::init::xavier_uniform;
use crate::ops::{gather, leaky_relu, linear, scatter_softmax, scatter_sum};
use crate::parameters::Parameters;
use crate::precision::parameter_dtype;
use candle_core::{Device, Result, Shape, Tensor, Var};

/// Graph attention (Veličković et al. 2018): with `hᵢ = W xᵢ`, each node adds up its neighbours,
/// `yᵢ = Σⱼ aᵢⱼ hⱼ + b`, with weights `aᵢⱼ = softmaxⱼ(LeakyReLU(s · hⱼ + t · hᵢ))` that sum to 1
/// over all `j` with an edge from `j` to `i`, and `i` itself. The slope of the LeakyReLU is .2.
///
/// Each head has a `W`, `s` and `t` of its own; their results stand side by side. There is no
/// dropout inside.
#[derive(Clone, Debug)]
pub struct Gat {
    w: Var,
    source: Var,
    target: Var,
    b: Var,
}

impl Gat {
    /// A layer with weights from [`xavier_uniform`] and biases of 0.
    ///
    /// # Shapes
    /// - input: `(nodes, inputs)`; output: `(nodes, heads · outputs)`
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::{Device, Gat, GraphLayer, Result, Tensor, randn};
    /// # fn main() -> Result<()> {
    /// let layer = Gat::new(1, 4, 2, &Device::Cpu)?;
    /// let edges = Tensor::new(&[[0u32], [1]], &Device::Cpu)?;
    /// let y = layer.forward(&randn(0.0, 1.0, (2, 1), &Device::Cpu)?, &edges)?;
    /// assert_eq!(y.dims(), [2, 8]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(inputs: usize, outputs: usize, heads: usize, device: &Device) -> Result<Self> {
        let weight = |shape: Shape| {
            let w = Var::zeros(shape, parameter_dtype(), device)?;
            xavier_uniform(&w)?;
            Result::Ok(w)
        };
        Ok(Self {
            w: weight((heads * outputs, inputs).into())?,
            source: weight((heads, outputs).into())?,
            target: weight((heads, outputs).into())?,
            b: Var::zeros(heads * outputs, parameter_dtype(), device)?,
        })
    }
}

impl GraphLayer for Gat {
    fn forward(&self, x: &Tensor, edge_index: &Tensor) -> Result<Tensor> {
        let (nodes, (heads, outputs)) = (x.dim(0)?, self.source.dims2()?);
        let (from, to) = ends(&with_self_loops(edge_index, nodes)?)?;
        let h = linear(x, &self.w, None)?.reshape((nodes, heads, outputs))?;
        let score = |by: &Var| h.broadcast_mul(by)?.sum(2); // (nodes, heads)
        let scores = (gather(&score(&self.source)?, &from)? + gather(&score(&self.target)?, &to)?)?; // (edges, heads)
        let weights = scatter_softmax(&leaky_relu(&scores, 0.2)?, &to, nodes)?; // (edges, heads)
        let messages = gather(&h, &from)?.broadcast_mul(&weights.unsqueeze(2)?)?; // (edges, heads, out)
        let y = scatter_sum(&messages, &to, nodes)?; // (nodes, heads, out)
        y.flatten_from(1)?.broadcast_add(&self.b)
    }

    fn parameters(&self) -> Parameters {
        (Parameters::new().with("lin.weight", &self.w).with("att_src", &self.source))
            .with("att_dst", &self.target)
            .with("bias", &self.b)
    }
}
