//! Tissue as a graph of cells: made slides whose class is in how the cells lie.

use crate::{Error, Graph, Result};
use candle_core::{Device, Tensor};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

/// Each cell is joined to this many of its nearest.
const NEIGHBOURS: usize = 4;

/// A slide: cells at places in the unit square, some of them dark.
#[derive(Clone, Debug)]
pub struct Slide {
    /// The cells as nodes, each joined to its four nearest.
    pub graph: Graph,
    /// `(cells, 2)`, f32, where each cell lies, both from 0 to 1.
    pub positions: Tensor,
    /// `(cells, 1)`, f32, 1 = dark, 0 = pale.
    pub x: Tensor,
    /// 1 = the dark cells lie together, 0 = they are scattered.
    pub label: u32,
}

/// Draws `n` slides of `cells` cells, a fifth of them dark; scattered and together take turns.
///
/// Every slide has as many dark cells as the next, so that counting them tells nothing: the class is
/// in the neighbourhoods only.
///
/// # Errors
/// If `n` is 0, or there are fewer than 10 cells.
///
/// ```
/// let slides = candlelab_data::slides(2, 50, 42)?;
/// assert_eq!((slides[0].label, slides[1].label), (0, 1));
/// for slide in slides {
///     assert_eq!(slide.x.sum_all()?.to_scalar::<f32>()?, 10.0); // dark cells
/// }
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn slides(n: usize, cells: usize, seed: u64) -> Result<Vec<Slide>> {
    if n == 0 || cells < 10 {
        let found = format!("{n} slides of {cells} cells");
        let hint = "40 slides of 60 cells are quickly learnt";
        return Err(Error::invalid(
            "slides".to_owned(),
            "at least 1 slide of at least 10 cells".to_owned(),
            found,
            hint,
        ));
    }
    let rng = &mut StdRng::seed_from_u64(seed);
    (0..n).map(|place| slide(place, cells, rng)).collect()
}

fn slide(place: usize, cells: usize, rng: &mut StdRng) -> Result<Slide> {
    let positions: Vec<[f32; 2]> = (0..cells).map(|_| [rng.random(), rng.random()]).collect();
    let label = (place % 2) as u32;
    let mut order: Vec<usize> = (0..cells).collect();
    if label == 1 {
        let middle = positions[rng.random_range(0..cells)];
        order.sort_by(|a, b| {
            distance(positions[*a], middle).total_cmp(&distance(positions[*b], middle))
        });
    } else {
        order.shuffle(rng);
    }
    let mut dark = vec![0f32; cells];
    for cell in &order[..cells / 5] {
        dark[*cell] = 1.;
    }
    Ok(Slide {
        graph: Graph::new(format!("slide {place}"), cells, nearest(&positions))?,
        positions: Tensor::from_vec(positions.concat(), (cells, 2), &Device::Cpu)?,
        x: Tensor::from_vec(dark, (cells, 1), &Device::Cpu)?,
        label,
    })
}

/// The edges from each point to its nearest, each once.
fn nearest(points: &[[f32; 2]]) -> Vec<[u32; 2]> {
    let mut edges = Vec::new();
    for (from, point) in points.iter().enumerate() {
        let mut others: Vec<usize> = (0..points.len()).filter(|to| *to != from).collect();
        others
            .sort_by(|a, b| distance(points[*a], *point).total_cmp(&distance(points[*b], *point)));
        let near = others.iter().take(NEIGHBOURS);
        edges.extend(near.map(|to| [from.min(*to) as u32, from.max(*to) as u32]));
    }
    edges.sort_unstable();
    edges.dedup();
    edges
}

fn distance(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The share of a dark cell's neighbours that are dark, too.
    fn dark_neighbours(slide: &Slide) -> f32 {
        let dark = slide.x.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let ends = slide.graph.edge_index().unwrap().to_vec2::<u32>().unwrap();
        let pairs = ends[0].iter().zip(&ends[1]).filter(|(from, _)| dark[**from as usize] == 1.);
        let darks: Vec<f32> = pairs.map(|(_, to)| dark[*to as usize]).collect();
        darks.iter().sum::<f32>() / darks.len() as f32
    }

    #[test]
    fn the_class_is_in_the_neighbourhoods() {
        for slide in slides(40, 60, 1).unwrap() {
            assert_eq!(dark_neighbours(&slide) > 0.5, slide.label == 1);
        }
    }

    #[test]
    fn each_cell_has_its_four_nearest() {
        let slide = slides(1, 10, 1).unwrap().remove(0);
        let degrees = slide.graph.adjacency().unwrap().sum(1).unwrap().to_vec1::<f32>().unwrap();
        assert!(degrees.iter().all(|degree| *degree >= 4.));
        assert_eq!(nearest(&[[0., 0.], [1., 0.]]), [[0, 1]]);
    }

    #[test]
    fn the_seed_decides_and_too_few_cells_are_an_error() {
        let graph = |seed| slides(1, 20, seed).unwrap().remove(0).graph;
        assert_eq!(graph(1), graph(1));
        assert_ne!(graph(1), graph(2));
        assert!(slides(0, 20, 0).is_err() && slides(1, 9, 0).is_err());
    }
}
