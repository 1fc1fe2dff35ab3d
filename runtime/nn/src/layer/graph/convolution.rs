//! Convolutions of graphs.

use super::{Aggregation, GraphLayer, message_passing, with_self_loops};
use crate::init::xavier_uniform;
use crate::layer::Linear;
use crate::ops::{arrivals, ends, gather, linear, neighbour_sum};
use crate::parameters::Parameters;
use crate::precision::parameter_dtype;
use candle_core::{Device, Module, Result, Tensor, Var};

/// Graph convolution (Kipf and Welling 2017): `Y = D^-½ (A + I) D^-½ X W + b`, where `A[i, j]` is 1
/// for an edge from `j` to `i` and `D` has the row sums of `A + I`, each node's degree.
///
/// Edges of a node to itself that the graph has already are counted as the `I`.
#[derive(Clone, Debug)]
pub struct Gcn {
    w: Var,
    b: Var,
}

impl Gcn {
    /// A layer with weights from [`xavier_uniform`] and biases of 0.
    ///
    /// # Shapes
    /// - input: `(nodes, inputs)`; output: `(nodes, outputs)`
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::{Device, Gcn, GraphLayer, Result, Tensor};
    /// # fn main() -> Result<()> {
    /// let layer = Gcn::new(1, 1, &Device::Cpu)?;
    /// layer.vars()[0].set(&Tensor::new(&[[1f32]], &Device::Cpu)?)?; // W = 1
    /// let x = Tensor::new(&[[3f32], [5.0]], &Device::Cpu)?;
    /// let edges = Tensor::new(&[[0u32, 1], [1, 0]], &Device::Cpu)?; // all degrees are 2
    /// let y = layer.forward(&x, &edges)?.to_vec2::<f32>()?; // (3 + 5) / (√2 · √2)
    /// assert!((y[0][0] - 4.0).abs() < 1e-6 && (y[1][0] - 4.0).abs() < 1e-6);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(inputs: usize, outputs: usize, device: &Device) -> Result<Self> {
        let w = Var::zeros((outputs, inputs), parameter_dtype(), device)?;
        xavier_uniform(&w)?;
        Ok(Self { w, b: Var::zeros(outputs, parameter_dtype(), device)? })
    }
}

impl GraphLayer for Gcn {
    fn forward(&self, x: &Tensor, edge_index: &Tensor) -> Result<Tensor> {
        let nodes = x.dim(0)?;
        let edges = with_self_loops(edge_index, nodes)?; // A + I
        let (from, to) = ends(&edges)?;
        let degrees = arrivals(&to, nodes)?; // at least 1
        let scale = degrees.sqrt()?.recip()?.to_dtype(x.dtype())?; // D^-½, (nodes)
        let weights = (gather(&scale, &from)? * gather(&scale, &to)?)?; // (edges)
        let h = neighbour_sum(&linear(x, &self.w, None)?, &edges, Some(&weights))?;
        h.broadcast_add(&self.b) // (nodes, out)
    }

    fn parameters(&self) -> Parameters {
        Parameters::new().with("lin.weight", &self.w).with("bias", &self.b)
    }
}

/// GraphSAGE with means (Hamilton et al. 2017): `yᵢ = W mean(xⱼ) + b + U xᵢ`, the mean over all `j`
/// with an edge from `j` to `i`, and 0 if there is none.
#[derive(Clone, Debug)]
pub struct GraphSage {
    neighbours: Linear,
    own: Linear,
}

impl GraphSage {
    /// A layer with weights and biases uniform in `±1/√inputs`.
    ///
    /// # Shapes
    /// - input: `(nodes, inputs)`; output: `(nodes, outputs)`
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::{Device, GraphLayer, GraphSage, Result, parameter_count};
    /// # fn main() -> Result<()> {
    /// let layer = GraphSage::new(3, 2, &Device::Cpu)?;
    /// assert_eq!(parameter_count(&layer.vars()), 3 * 2 + 2 + 3 * 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(inputs: usize, outputs: usize, device: &Device) -> Result<Self> {
        let neighbours = Linear::new(inputs, outputs, device)?;
        Ok(Self { neighbours, own: Linear::new(inputs, outputs, device)?.without_bias() })
    }
}

impl GraphLayer for GraphSage {
    fn forward(&self, x: &Tensor, edge_index: &Tensor) -> Result<Tensor> {
        let means = message_passing(x, edge_index, Aggregation::Mean, |_, x_j| Ok(x_j.clone()))?;
        self.neighbours.forward(&means)? + self.own.forward(x)?
    }

    fn parameters(&self) -> Parameters {
        Parameters::new().with_layer("lin_l", &self.neighbours).with_layer("lin_r", &self.own)
    }
}
