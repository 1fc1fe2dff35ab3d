//! Sums over the neighbours in a graph.

use super::channels::dot;
use super::custom::{Op, apply2, compute2, ours, wanted};
use super::float::Float;
use super::gather::{check, gather, scatter_sum};
use super::parallel::wide;
use super::scale_rows::scale_rows;
use candle_core::{DType, Result, Shape, Tensor, bail};
use std::sync::Arc;

/// The nodes at the two ends of each edge.
#[derive(Clone)]
struct Edges {
    from: Arc<[u32]>,
    to: Arc<[u32]>,
    /// How many nodes there are.
    nodes: usize,
}

/// `y[to] += w[e] x[from]` for every edge `e`, from 0.
struct Sum(Edges);

/// The gradient of `w`, from `x` and `dy`: the dot product of the rows that each edge joins.
struct Products(Edges);

impl Edges {
    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        self.from.iter().zip(&*self.to).map(|(from, to)| (*from as usize, *to as usize))
    }

    fn reversed(&self) -> Self {
        Self { from: Arc::clone(&self.to), to: Arc::clone(&self.from), nodes: self.nodes }
    }
}

impl Op<2> for Sum {
    const NAME: &'static str = "neighbour_sum";

    fn shape(&self, [x, _]: [&Shape; 2]) -> Shape {
        x.clone()
    }

    fn map<T: Float>(&self, [x, w]: [&[T]; 2]) -> Vec<T> {
        let width = x.len() / self.0.nodes;
        let mut y = vec![T::ZERO; x.len()];
        wide(|| {
            for ((from, to), w) in self.0.pairs().zip(w) {
                let y = y[to * width..][..width].iter_mut();
                y.zip(&x[from * width..][..width]).for_each(|(y, x)| *y += *w * *x);
            }
        });
        y
    }

    fn gradients(
        &self,
        [x, w]: [&Tensor; 2],
        _: &Tensor,
        dy: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        let dx = wanted(x, || compute2(Sum(self.0.reversed()), dy, w))?;
        Ok([dx, wanted(w, || compute2(Products(self.0.clone()), x, dy))?])
    }
}

impl Op<2> for Products {
    const NAME: &'static str = "the gradient of neighbour_sum";

    fn shape(&self, _: [&Shape; 2]) -> Shape {
        self.0.from.len().into()
    }

    fn map<T: Float>(&self, [x, dy]: [&[T]; 2]) -> Vec<T> {
        let width = x.len() / self.0.nodes;
        let row = |of: usize| of * width..(of + 1) * width;
        let product = |(from, to)| wide(|| dot(&x[row(from)], &dy[row(to)]));
        self.0.pairs().map(product).collect()
    }
}

/// The sum over each node's neighbours, times a number of each edge: `yᵢ = Σ w[e] xⱼ` over all
/// edges `e` from `j` to `i`; 0 where none arrives. All `w` are 1 if there are none.
///
/// It is `A X` for the graph's matrix of weights `A`, and takes no memory for the rows that the edges
/// carry.
///
/// # Shapes
/// - `x`: `(nodes, …)`
/// - `edge_index`: u32, `(2, edges)`, each column an edge from its first node to its second
/// - `weights`: `(edges)`
/// - output: as `x`
///
/// # Errors
/// If the shapes do not fit or an edge joins a node that is not there.
///
/// ```
/// # use candlelab_nn::{Device, Result, Tensor, neighbour_sum};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[1f32], [2.0], [4.0]], &Device::Cpu)?;
/// let edges = Tensor::new(&[[0u32, 1], [2, 2]], &Device::Cpu)?; // 0 → 2 and 1 → 2
/// let w = Tensor::new(&[10f32, 1.0], &Device::Cpu)?;
/// let y = neighbour_sum(&x, &edges, Some(&w))?;
/// assert_eq!(y.to_vec2::<f32>()?, [[0.0], [0.0], [12.0]]);
/// # Ok(())
/// # }
/// ```
pub fn neighbour_sum(x: &Tensor, edge_index: &Tensor, weights: Option<&Tensor>) -> Result<Tensor> {
    let nodes = x.dim(0)?;
    let (from, to) = ends(edge_index)?;
    for index in [&from, &to] {
        check("neighbour_sum", index, nodes)?;
    }
    if let Some(w) = weights.filter(|w| w.dims() != from.dims()) {
        bail!("shape mismatch in neighbour_sum, edges: {:?}, weights: {:?}", from.dims(), w.dims());
    }
    if ours(x) && x.elem_count() > 0 && weights.is_none_or(|w| w.dtype() == x.dtype()) {
        let edges = Edges { from: from.to_vec1()?.into(), to: to.to_vec1()?.into(), nodes };
        let ones = || Tensor::ones(from.dims(), x.dtype(), x.device());
        return apply2(Sum(edges), x, &weights.map_or_else(ones, |w| Ok(w.clone()))?);
    }
    let messages = gather(x, &from)?; // (edges, …)
    let messages = weights.map_or(Ok(messages.clone()), |w| scale_rows(&messages, w))?;
    scatter_sum(&messages, &to, nodes)
}

/// The first and the second node of each edge, `(edges)` each.
pub fn ends(edge_index: &Tensor) -> Result<(Tensor, Tensor)> {
    match edge_index.dims() {
        [2, _] if edge_index.dtype() == DType::U32 => {
            Ok((edge_index.get(0)?.contiguous()?, edge_index.get(1)?.contiguous()?))
        }
        dims => {
            let dtype = edge_index.dtype();
            bail!("an edge index is (2, edges) of u32, got {dims:?} of {dtype:?}")
        }
    }
}
