//! Layers of graphs: nodes send messages along the edges.

mod attention;
mod convolution;
mod edges;

pub use attention::Gat;
pub use convolution::{Gcn, GraphSage};
pub use edges::{EdgeConv, Gin};

use crate::ops::{ends, gather, scatter_max, scatter_mean, scatter_sum};
use crate::parameters::Parameters;
use candle_core::{Result, Tensor, Var, bail};
use std::fmt;

/// A function of the nodes of a graph that an optimiser can train.
///
/// It takes two tensors, so it is no [`Layer`](crate::Layer); within one, its parameters are
/// appended by [`Parameters::with_part`].
pub trait GraphLayer: fmt::Debug + Send + Sync {
    /// The new features of each node.
    ///
    /// # Shapes
    /// - `x`: `(nodes, in)`
    /// - `edge_index`: u32, `(2, edges)`, each column an edge from its first node to its second
    /// - output: `(nodes, out)`
    ///
    /// # Errors
    /// If the shapes do not fit or an edge joins a node that is not there.
    fn forward(&self, x: &Tensor, edge_index: &Tensor) -> Result<Tensor>;

    /// Its parameters, by name.
    fn parameters(&self) -> Parameters;

    /// The parameters that an optimiser trains; they share their memory with the layer's.
    fn vars(&self) -> Vec<Var> {
        self.parameters().vars()
    }
}

/// How the messages that reach a node, or the nodes of a graph, become one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregation {
    /// See [`scatter_sum`].
    Sum,
    /// See [`scatter_mean`].
    Mean,
    /// See [`scatter_max`].
    Max,
}

impl Aggregation {
    /// Aggregates the rows of `x` that are sent to each of `rows` places.
    ///
    /// # Shapes
    /// - `x`: `(n, …)`; `index`: u32, `(n)`
    /// - output: `(rows, …)`, 0 where nothing is sent
    ///
    /// # Errors
    /// As for [`scatter_sum`].
    pub fn scatter(self, x: &Tensor, index: &Tensor, rows: usize) -> Result<Tensor> {
        match self {
            Self::Sum => scatter_sum(x, index, rows),
            Self::Mean => scatter_mean(x, index, rows),
            Self::Max => scatter_max(x, index, rows),
        }
    }
}

/// What most graph layers do (Gilmer et al. 2017): each edge from `j` to `i` carries
/// `message(xᵢ, xⱼ)`, and each node aggregates what reaches it, `yᵢ = ⊕ⱼ message(xᵢ, xⱼ)`.
///
/// # Shapes
/// - `x`: `(nodes, …)`; `edge_index`: u32, `(2, edges)`, from the first row to the second
/// - `message`: two times `(edges, …)` to `(edges, out…)`
/// - output: `(nodes, out…)`, 0 where no edge arrives
///
/// # Errors
/// If the shapes do not fit or an edge joins a node that is not there.
///
/// ```
/// # use candlelab_nn::{Aggregation, Device, Result, Tensor, message_passing};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[-1f32], [0.0], [1.0]], &Device::Cpu)?;
/// let edge_index = Tensor::new(&[[0u32, 1, 1, 2], [1, 0, 2, 1]], &Device::Cpu)?; // 0 – 1 – 2
/// let y = message_passing(&x, &edge_index, Aggregation::Max, |x_i, x_j| x_j - x_i)?;
/// assert_eq!(y.to_vec2::<f32>()?, [[1.0], [1.0], [-1.0]]); // how much larger a neighbour is
/// # Ok(())
/// # }
/// ```
pub fn message_passing(
    x: &Tensor,
    edge_index: &Tensor,
    aggregation: Aggregation,
    message: impl Fn(&Tensor, &Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    let (from, to) = ends(edge_index)?;
    let (x_i, x_j) = (gather(x, &to)?, gather(x, &from)?); // (edges, …) each
    aggregation.scatter(&message(&x_i, &x_j)?, &to, x.dim(0)?) // (nodes, out…)
}

/// Gives each node exactly one edge to itself: those that there are go, one for each node is
/// appended.
///
/// # Shapes
/// - `edge_index`: u32, `(2, edges)`; output: u32, `(2, other edges + nodes)`
///
/// # Errors
/// If `edge_index` is none.
///
/// ```
/// # use candlelab_nn::{Device, Result, Tensor, with_self_loops};
/// # fn main() -> Result<()> {
/// let edge_index = Tensor::new(&[[0u32, 1], [1, 1]], &Device::Cpu)?;
/// let y = with_self_loops(&edge_index, 2)?.to_vec2::<u32>()?;
/// assert_eq!(y, [[0, 0, 1], [1, 0, 1]]);
/// # Ok(())
/// # }
/// ```
pub fn with_self_loops(edge_index: &Tensor, nodes: usize) -> Result<Tensor> {
    let (from, to) = ends(edge_index)?;
    let edges = from.to_vec1::<u32>()?.into_iter().zip(to.to_vec1::<u32>()?);
    let loops = (0..nodes as u32).map(|node| (node, node));
    let (mut from, to): (Vec<u32>, Vec<u32>) = edges.filter(|(a, b)| a != b).chain(loops).unzip();
    let count = to.len();
    from.extend(to);
    Tensor::from_vec(from, (2, count), edge_index.device())
}

/// Several graphs as one, without edges between them, so that a layer computes all at once.
#[derive(Clone, Debug)]
pub struct GraphBatch {
    /// The features of all nodes, `(nodes, features)`.
    pub x: Tensor,
    /// All edges, u32, `(2, edges)`, with nodes counted through all graphs.
    pub edge_index: Tensor,
    /// The number of the graph that each node belongs to, u32, `(nodes)`.
    pub batch: Tensor,
    /// How many graphs there are.
    pub graphs: usize,
}

impl GraphBatch {
    /// Joins graphs, each given by its `x`, `(nodes, features)`, and its `edge_index`, u32,
    /// `(2, edges)`.
    ///
    /// # Errors
    /// If there is no graph, the graphs differ in their features, or an edge joins a node that is
    /// not in its graph.
    ///
    /// ```
    /// # use candlelab_nn::{Aggregation, Device, GraphBatch, Result, Tensor};
    /// # fn main() -> Result<()> {
    /// let pair = Tensor::new(&[[1f32], [3.0]], &Device::Cpu)?;
    /// let edges = Tensor::new(&[[0u32], [1]], &Device::Cpu)?; // 0 → 1
    /// let batch = GraphBatch::new(&[(pair.clone(), edges.clone()), (pair, edges)])?;
    /// assert_eq!(batch.edge_index.to_vec2::<u32>()?, [[0, 2], [1, 3]]);
    /// assert_eq!(batch.batch.to_vec1::<u32>()?, [0, 0, 1, 1]);
    /// let means = batch.pool(&batch.x, Aggregation::Mean)?;
    /// assert_eq!(means.to_vec2::<f32>()?, [[2.0], [2.0]]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(graphs: &[(Tensor, Tensor)]) -> Result<Self> {
        let (mut nodes, mut edges, mut batch) = (0, Vec::new(), Vec::new());
        for (at, (x, edge_index)) in graphs.iter().enumerate() {
            let (own, (from, to)) = (x.dim(0)?, ends(edge_index)?);
            for node in [&from, &to] {
                gather(x, node)?; // names an edge to nowhere before it points into another graph
            }
            edges.push(edge_index.broadcast_add(&Tensor::new(nodes, x.device())?)?);
            batch.extend(vec![at as u32; own]);
            nodes += own as u32;
        }
        let Some((first, _)) = graphs.first() else { bail!("a batch needs at least one graph") };
        let features: Vec<&Tensor> = graphs.iter().map(|(x, _)| x).collect();
        Ok(Self {
            x: Tensor::cat(&features, 0)?,
            edge_index: Tensor::cat(&edges, 1)?,
            batch: Tensor::from_vec(batch, nodes as usize, first.device())?,
            graphs: graphs.len(),
        })
    }

    /// One row for each graph out of its nodes' rows.
    ///
    /// # Shapes
    /// - `x`: `(nodes, …)`; output: `(graphs, …)`
    ///
    /// # Errors
    /// If `x` has not a row for each node.
    pub fn pool(&self, x: &Tensor, aggregation: Aggregation) -> Result<Tensor> {
        aggregation.scatter(x, &self.batch, self.graphs)
    }
}
