//! Graph layers around a layer of one's own.

use super::{Aggregation, GraphLayer, message_passing};
use crate::layer::Layer;
use crate::ops::neighbour_sum;
use crate::parameters::Parameters;
use candle_core::{Result, Tensor};
use std::sync::Arc;

/// Edge convolution (Wang et al. 2019): `yᵢ = maxⱼ f(xᵢ, xⱼ − xᵢ)` over all `j` with an edge from
/// `j` to `i`, in each column; 0 if there is none.
#[derive(Clone, Debug)]
pub struct EdgeConv {
    f: Arc<dyn Layer>,
}

impl EdgeConv {
    /// A layer around `f`, mostly a small MLP, which gets `xᵢ` and `xⱼ − xᵢ` side by side.
    ///
    /// # Shapes
    /// - input: `(nodes, inputs)`; output: `(nodes, outputs)`
    /// - `f`: `(edges, 2 · inputs)` to `(edges, outputs)`
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let f = Linear::new(2, 1, &Device::Cpu)?.without_bias();
    /// f.vars()[0].set(&Tensor::new(&[[1f32, 10.0]], &Device::Cpu)?)?;
    /// let x = Tensor::new(&[[1f32], [2.0]], &Device::Cpu)?;
    /// let edges = Tensor::new(&[[0u32, 1], [1, 1]], &Device::Cpu)?; // 0 → 1 and 1 → 1
    /// let y = EdgeConv::new(f).forward(&x, &edges)?; // max(2 + 10·(1 − 2), 2 + 10·0)
    /// assert_eq!(y.to_vec2::<f32>()?, [[0.0], [2.0]]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(f: impl Layer + 'static) -> Self {
        Self { f: Arc::new(f) }
    }
}

impl GraphLayer for EdgeConv {
    fn forward(&self, x: &Tensor, edge_index: &Tensor) -> Result<Tensor> {
        message_passing(x, edge_index, Aggregation::Max, |x_i, x_j| {
            self.f.forward(&Tensor::cat(&[x_i, &(x_j - x_i)?], 1)?)
        })
    }

    fn parameters(&self) -> Parameters {
        Parameters::new().with_layer("nn", &*self.f)
    }
}

/// The graph isomorphism network's layer (Xu et al. 2019) with its `ε` at 0: `yᵢ = f(xᵢ + Σⱼ xⱼ)`
/// over all `j` with an edge from `j` to `i`.
///
/// A sum tells apart neighbourhoods that a mean or a maximum confuses.
#[derive(Clone, Debug)]
pub struct Gin {
    f: Arc<dyn Layer>,
}

impl Gin {
    /// A layer around `f`, mostly a small MLP.
    ///
    /// # Shapes
    /// - input: `(nodes, inputs)`; output: `(nodes, outputs)`
    /// - `f`: `(nodes, inputs)` to `(nodes, outputs)`
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let x = Tensor::new(&[[1f32], [2.0], [4.0]], &Device::Cpu)?;
    /// let edges = Tensor::new(&[[0u32, 1], [2, 2]], &Device::Cpu)?; // 0 → 2 and 1 → 2
    /// let y = Gin::new(Activation::Relu).forward(&x, &edges)?;
    /// assert_eq!(y.to_vec2::<f32>()?, [[1.0], [2.0], [7.0]]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(f: impl Layer + 'static) -> Self {
        Self { f: Arc::new(f) }
    }
}

impl GraphLayer for Gin {
    fn forward(&self, x: &Tensor, edge_index: &Tensor) -> Result<Tensor> {
        self.f.forward(&(x + neighbour_sum(x, edge_index, None)?)?)
    }

    fn parameters(&self) -> Parameters {
        Parameters::new().with_layer("nn", &*self.f)
    }
}
