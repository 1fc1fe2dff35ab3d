//! Graphs: nodes, and the edges between them.

use crate::{Csv, Error, Result};
use candle_core::{Device, Tensor};

/// An undirected graph whose nodes may have a class.
///
/// ```
/// use candlelab_data::Graph;
/// let path = Graph::new("path", 3, vec![[0, 1], [1, 2]])?; // 0 – 1 – 2
/// assert_eq!(path.edge_index()?.to_vec2::<u32>()?, [[0, 1, 1, 2], [1, 0, 2, 1]]);
/// assert_eq!(path.adjacency()?.to_vec2::<f32>()?[1], [1., 0., 1.]);
/// # Ok::<(), candlelab_data::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    /// What the graph is called.
    pub name: String,
    /// The number of nodes, n.
    pub nodes: usize,
    /// The nodes that each edge joins, from 0; each edge once.
    pub edges: Vec<[u32; 2]>,
    /// The weight of each edge, 1 unless the data say otherwise.
    pub weights: Vec<f32>,
    /// The class of each node; empty if they have none.
    pub labels: Vec<u32>,
    /// The name of each class.
    pub classes: Vec<String>,
}

impl Graph {
    /// A graph of `nodes` nodes with these edges, all of weight 1.
    ///
    /// # Errors
    /// If there is no node, or an edge joins a node that is not there.
    pub fn new(name: impl Into<String>, nodes: usize, edges: Vec<[u32; 2]>) -> Result<Self> {
        let name = name.into();
        let found = match edges.iter().find(|edge| edge.iter().any(|end| *end as usize >= nodes)) {
            Some([a, b]) => format!("the edge {a} – {b}"),
            None if nodes == 0 => "no node".to_owned(),
            None => {
                let (weights, labels, classes) = (vec![1.; edges.len()], Vec::new(), Vec::new());
                return Ok(Self { name, nodes, edges, weights, labels, classes });
            }
        };
        let expected = format!("edges between nodes from 0 to {}", nodes.saturating_sub(1));
        let hint = "nodes are counted from 0, and a graph has at least one";
        Err(Error::invalid(name, expected, found, hint))
    }

    /// The edges as a graph layer takes them, from the first row to the second.
    ///
    /// # Shapes
    /// - result: `(2, 2 · edges)`, u32: each edge there and, right after it, back
    ///
    /// # Errors
    /// None in practice; the tensor is made here.
    pub fn edge_index(&self) -> Result<Tensor> {
        let (from, to): (Vec<u32>, Vec<u32>) =
            self.edges.iter().flat_map(|[a, b]| [(*a, *b), (*b, *a)]).unzip();
        let both = [from, to].concat();
        Ok(Tensor::from_vec(both, (2, 2 * self.edges.len()), &Device::Cpu)?)
    }

    /// The weights in the order of [`edge_index`](Self::edge_index).
    ///
    /// # Shapes
    /// - result: `(2 · edges)`, f32
    ///
    /// # Errors
    /// None in practice; the tensor is made here.
    pub fn edge_weights(&self) -> Result<Tensor> {
        let weights: Vec<f32> = self.weights.iter().flat_map(|weight| [*weight; 2]).collect();
        Ok(Tensor::from_vec(weights, 2 * self.edges.len(), &Device::Cpu)?)
    }

    /// The adjacency matrix without weights: 1 where an edge joins row and column.
    ///
    /// # Shapes
    /// - result: `(n, n)`, f32, symmetric
    ///
    /// # Errors
    /// None in practice; the tensor is made here.
    pub fn adjacency(&self) -> Result<Tensor> {
        let mut matrix = vec![0f32; self.nodes * self.nodes];
        for [a, b] in &self.edges {
            let (a, b) = (*a as usize, *b as usize);
            matrix[a * self.nodes + b] = 1.;
            matrix[b * self.nodes + a] = 1.;
        }
        Ok(Tensor::from_vec(matrix, (self.nodes, self.nodes), &Device::Cpu)?)
    }

    /// The class of each node.
    ///
    /// # Shapes
    /// - result: `(n)`, u32
    ///
    /// # Errors
    /// If the nodes have none.
    pub fn y(&self) -> Result<Tensor> {
        if self.labels.len() != self.nodes {
            return Err(Error::invalid(
                self.name.clone(),
                format!("a class for each of the {} nodes", self.nodes),
                format!("{} classes", self.labels.len()),
                "fill `labels` first",
            ));
        }
        Ok(Tensor::new(&self.labels[..], &Device::Cpu)?)
    }
}

/// The members of a karate club, their friendships, and the club each joined after a quarrel.
///
/// 34 nodes, 78 edges; the weight counts the occasions on which two friends met; 17 members follow
/// Mr. Hi (node 0), 17 the officer (node 33).
///
/// # Errors
/// None in practice; the graph is part of the library.
///
/// # Source
/// Zachary 1977, as in networkx (BSD 3-Clause).
///
/// ```
/// let club = candlelab_data::karate_club()?;
/// assert_eq!((club.nodes, club.edges.len()), (34, 78));
/// assert_eq!(club.classes, ["Mr. Hi", "Officer"]);
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn karate_club() -> Result<Graph> {
    let nodes = Csv::parse("karate nodes", include_str!("../data/graphs/karate_nodes.csv"))?;
    let edges = Csv::parse("karate edges", include_str!("../data/graphs/karate_edges.csv"))?;
    let (labels, classes) = nodes.classes("club")?;
    let numbers = edges.numbers(&["source", "target", "weight"])?.to_vec2::<f32>()?;
    let ends = numbers.iter().map(|row| [row[0] as u32, row[1] as u32]).collect();
    let weights = numbers.iter().map(|row| row[2]).collect();
    let graph = Graph::new("karate club", nodes.rows.len(), ends)?;
    Ok(Graph { weights, labels: labels.to_vec1()?, classes, ..graph })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From tests/reference/graphs.py.
    #[test]
    fn the_karate_club_is_that_of_networkx() {
        let club = karate_club().unwrap();
        let degrees = club.adjacency().unwrap().sum(1).unwrap().to_vec1::<f32>().unwrap();
        assert_eq!(degrees[..6], [16., 9., 10., 6., 3., 4.]);
        assert_eq!((degrees[33], degrees.iter().sum::<f32>()), (17., 156.));
        assert_eq!(club.weights.iter().sum::<f32>(), 231.);
        let labels = club.y().unwrap().to_vec1::<u32>().unwrap();
        assert_eq!(labels.iter().sum::<u32>(), 17);
        assert_eq!((labels[0], labels[8], labels[33]), (0, 0, 1));
    }

    #[test]
    fn each_edge_goes_there_and_back_with_its_weight() {
        let graph = Graph::new("g", 3, vec![[0, 2]]).unwrap();
        let graph = Graph { weights: vec![4.], ..graph };
        assert_eq!(graph.edge_index().unwrap().to_vec2::<u32>().unwrap(), [[0, 2], [2, 0]]);
        assert_eq!(graph.edge_weights().unwrap().to_vec1::<f32>().unwrap(), [4., 4.]);
        let alone = Graph::new("g", 1, vec![]).unwrap();
        assert_eq!(alone.edge_index().unwrap().dims(), [2, 0]);
    }

    #[test]
    fn edges_to_nowhere_are_errors() {
        let text = Graph::new("g", 2, vec![[0, 1], [1, 2]]).unwrap_err().to_string();
        assert!(text.contains("nodes from 0 to 1, found the edge 1 – 2"), "{text}");
        assert!(Graph::new("g", 0, vec![]).is_err());
        let text = Graph::new("g", 2, vec![]).unwrap().y().unwrap_err().to_string();
        assert!(text.contains("each of the 2 nodes, found 0 classes"), "{text}");
    }
}
