//! A graph network.

use super::{labels, noise};
use crate::library::Library;
use crate::measure::{Measured, measure};
use candle_core::{Device, Module, Result, Tensor};

const GRAPHS: usize = 64;
const NODES: usize = 20;
const EDGES: usize = 80;
const WIDTH: usize = 64;

/// Three GCN layers and a mean over each of 64 graphs with 20 nodes and 80 edges.
pub fn gcn(library: Library, seconds: f64) -> Result<Measured> {
    let nodes = (GRAPHS * NODES) as u32;
    let ends = || -> Result<Tensor> {
        let within = labels(GRAPHS * EDGES, NODES)?.to_vec1::<u32>()?;
        let of_graph =
            within.iter().enumerate().map(|(at, node)| (at / EDGES * NODES) as u32 + node);
        Tensor::from_iter(of_graph.chain(0..nodes), &Device::Cpu)
    };
    let edges = Tensor::stack(&[ends()?, ends()?], 0)?;
    let graphs = Tensor::from_iter((0..nodes).map(|node| node / NODES as u32), &Device::Cpu)?;
    let weights = Tensor::rand(0f32, 1.0, edges.dim(1)?, &Device::Cpu)?;
    let x = noise(&[GRAPHS * NODES, 16])?;
    let y = labels(GRAPHS, 2)?;
    let layers = [16, WIDTH, WIDTH].map(|inputs| library.net().linear(inputs, WIDTH));
    let layers = layers.into_iter().collect::<Result<Vec<_>>>()?;
    let head = library.net().linear(WIDTH, 2)?;
    let mut vars = head.vars.clone();
    vars.extend(layers.iter().flat_map(|layer| layer.vars.clone()));
    let mut rule = library.adam(vars, 1e-3, 0.9, 0.0)?;
    measure(seconds, |_| {
        let mut h = x.clone();
        for layer in &layers {
            h = library.relu(&library.neighbour_sum(&layer.forward(&h)?, &edges, &weights)?)?;
        }
        let means = (library.scatter_sum(&h, &graphs, GRAPHS)? / NODES as f64)?;
        rule.step(&library.cross_entropy(&head.forward(&means)?, &y)?)
    })
}
