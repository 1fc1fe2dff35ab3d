//! Graph neural networks: what a whole graph is.

mod batches;

pub use batches::{MOLECULE_ELEMENTS, molecule_batch, slide_batch, xor_graphs};

use crate::mlp::mlp;
use candle_core::{Device, Module, Result, Tensor, Var, bail};
use candlelab_nn::{
    Activation, Aggregation, EdgeConv, Gat, Gcn, Gin, GraphBatch, GraphLayer, GraphSage, Linear,
    Parameters, relu,
};
use std::sync::Arc;

/// How nodes learn from their neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphConv {
    /// Means over neighbours, see [`Gcn`].
    Gcn,
    /// Means over neighbours beside the node itself, see [`GraphSage`].
    Sage,
    /// Attention, see [`Gat`].
    Gat {
        /// Heads, whose results stand side by side.
        heads: usize,
    },
    /// Sums, and an MLP with a hidden layer, see [`Gin`].
    Gin {
        /// Width of the hidden layer.
        hidden: usize,
    },
    /// The largest of an MLP's messages, see [`EdgeConv`].
    EdgeConv {
        /// Width of the MLP's hidden layer.
        hidden: usize,
    },
}

impl GraphConv {
    /// A layer, and how many numbers it makes of each node.
    fn layer(
        self,
        inputs: usize,
        width: usize,
        device: &Device,
    ) -> Result<(Arc<dyn GraphLayer>, usize)> {
        let mlp = |inputs, hidden| mlp(&[inputs, hidden, width], Activation::Relu, device);
        Ok(match self {
            Self::Gcn => (Arc::new(Gcn::new(inputs, width, device)?), width),
            Self::Sage => (Arc::new(GraphSage::new(inputs, width, device)?), width),
            Self::Gat { heads } => {
                (Arc::new(Gat::new(inputs, width, heads, device)?), width * heads)
            }
            Self::Gin { hidden } => (Arc::new(Gin::new(mlp(inputs, hidden)?)), width),
            Self::EdgeConv { hidden } => (Arc::new(EdgeConv::new(mlp(2 * inputs, hidden)?)), width),
        })
    }
}

/// What a [`GraphNet`] is; see its presets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphNetConfig {
    /// Features of a node.
    pub inputs: usize,
    /// How nodes learn from their neighbours.
    pub conv: GraphConv,
    /// Features of a node after each layer, of each head if there are heads.
    pub widths: Vec<usize>,
    /// How a graph's nodes become one row.
    pub readout: Aggregation,
    /// Numbers for a graph: logits of classes, or a value.
    pub outputs: usize,
}

impl GraphNetConfig {
    /// For [`xor_graphs`]: 338 parameters with `EdgeConv { hidden: 16 }`, 138 with
    /// `Gat { heads: 2 }`.
    pub fn xor(conv: GraphConv) -> Self {
        Self { inputs: 1, conv, widths: vec![4, 4], readout: Aggregation::Mean, outputs: 2 }
    }

    /// For a value of molecules, see [`molecule_batch`]: 21,633 parameters. Atoms are summed up,
    /// since large molecules differ from small ones of the same kind.
    pub fn molecules() -> Self {
        let conv = GraphConv::Gin { hidden: 64 };
        let inputs = MOLECULE_ELEMENTS.len();
        Self { inputs, conv, widths: vec![64; 3], readout: Aggregation::Sum, outputs: 1 }
    }

    /// For two classes of slides, see [`slide_batch`]: 3,298 parameters.
    pub fn slides() -> Self {
        let conv = GraphConv::Gin { hidden: 32 };
        Self { inputs: 1, conv, widths: vec![32; 2], readout: Aggregation::Mean, outputs: 2 }
    }
}

/// Graph layers with a rectifier after each, `hᵢ ← ReLU(conv(h)ᵢ)`, then one row for each graph and
/// an affine map of it, `y = W · readout(h) + b`.
#[derive(Clone, Debug)]
pub struct GraphNet {
    layers: Vec<Arc<dyn GraphLayer>>,
    readout: Aggregation,
    head: Linear,
}

impl GraphNet {
    /// Random weights, as the layers draw them.
    ///
    /// # Errors
    /// If there is no layer, or the device has no room.
    ///
    /// ```
    /// # use candlelab_models::{GraphConv, GraphNet, GraphNetConfig, xor_graphs};
    /// # use candlelab_nn::{Device, Result, parameter_count};
    /// # fn main() -> Result<()> {
    /// let config = GraphNetConfig::xor(GraphConv::EdgeConv { hidden: 16 });
    /// let model = GraphNet::new(&config, &Device::Cpu)?;
    /// assert_eq!(parameter_count(&model.vars()), 338);
    /// let (graphs, _) = xor_graphs(&Device::Cpu)?;
    /// assert_eq!(model.forward(&graphs)?.dims(), [4, 2]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(config: &GraphNetConfig, device: &Device) -> Result<Self> {
        if config.widths.is_empty() {
            bail!("a graph network needs at least one layer, got {config:?}");
        }
        let (mut layers, mut features) = (Vec::new(), config.inputs);
        for width in &config.widths {
            let (layer, outputs) = config.conv.layer(features, *width, device)?;
            layers.push(layer);
            features = outputs;
        }
        let head = Linear::new(features, config.outputs, device)?;
        Ok(Self { layers, readout: config.readout, head })
    }

    /// What each node has become, `(nodes, features)`.
    ///
    /// # Errors
    /// If the nodes have other features, or an edge joins a node that is not there.
    pub fn nodes(&self, graphs: &GraphBatch) -> Result<Tensor> {
        let start = graphs.x.clone();
        self.layers.iter().try_fold(start, |h, layer| relu(&layer.forward(&h, &graphs.edge_index)?))
    }

    /// Logits or values of each graph, `(graphs, outputs)`.
    ///
    /// # Errors
    /// As for [`nodes`](Self::nodes).
    pub fn forward(&self, graphs: &GraphBatch) -> Result<Tensor> {
        self.head.forward(&graphs.pool(&self.nodes(graphs)?, self.readout)?)
    }

    /// Its parameters, by name.
    pub fn parameters(&self) -> Parameters {
        let layers = self.layers.iter().enumerate();
        let part = |all: Parameters, (at, layer): (usize, &Arc<dyn GraphLayer>)| {
            all.with_part(&format!("layers.{at}"), layer.parameters())
        };
        layers.fold(Parameters::new(), part).with_layer("head", &self.head)
    }

    /// The parameters that an optimiser trains.
    pub fn vars(&self) -> Vec<Var> {
        self.parameters().vars()
    }
}
