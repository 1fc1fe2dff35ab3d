//! The graphs of the labs, for a network to read.

use candle_core::{Device, Result, Tensor, bail};
use candlelab_data::{Molecule, Slide};
use candlelab_nn::GraphBatch;

/// Exclusive or as graphs: two nodes, with the features 0 and 1, and one edge, whose ends are the
/// two bits: 0 → 0, 0 → 1, 1 → 0, 1 → 1.
///
/// # Shapes
/// - 4 graphs of 2 nodes with 1 feature; labels: u32, `(4)`: `0, 1, 1, 0`
///
/// # Errors
/// If the device has no room.
///
/// ```
/// # use candlelab_models::xor_graphs;
/// # use candlelab_nn::{Device, Result};
/// # fn main() -> Result<()> {
/// let (graphs, labels) = xor_graphs(&Device::Cpu)?;
/// assert_eq!((graphs.x.dims(), graphs.edge_index.dims()), (&[8, 1][..], &[2, 4][..]));
/// assert_eq!(labels.to_vec1::<u32>()?, [0, 1, 1, 0]);
/// # Ok(())
/// # }
/// ```
pub fn xor_graphs(device: &Device) -> Result<(GraphBatch, Tensor)> {
    let x = Tensor::new(&[[0f32], [1.0]], device)?;
    let edge = |from: u32, to: u32| Tensor::new(&[[from], [to]], device);
    let edges = [edge(0, 0)?, edge(0, 1)?, edge(1, 0)?, edge(1, 1)?];
    let graphs = edges.map(|edge| (x.clone(), edge));
    Ok((GraphBatch::new(&graphs)?, Tensor::new(&[0u32, 1, 1, 0], device)?))
}

/// The elements of [`solubility`](candlelab_data::solubility()), from the most frequent on.
pub const MOLECULE_ELEMENTS: [&str; 11] =
    ["C", "O", "N", "Cl", "S", "F", "Br", "I", "P", "H", "Sn"];

/// Molecules as graphs of atoms, each a row with a 1 for its element among [`MOLECULE_ELEMENTS`],
/// and their values.
///
/// # Shapes
/// - `x`: `(atoms, 11)`; values: f32, `(molecules, 1)`
///
/// # Errors
/// If there is no molecule, one has no value, or an atom is of another element.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (train, _) = candlelab_data::solubility()?;
/// let (graphs, y) = candlelab_models::molecule_batch(&train[..64])?;
/// assert_eq!((graphs.graphs, graphs.x.dim(1)?, y.dims()), (64, 11, &[64, 1][..]));
/// # Ok(())
/// # }
/// ```
pub fn molecule_batch(molecules: &[Molecule]) -> Result<(GraphBatch, Tensor)> {
    let (mut graphs, mut values) = (Vec::new(), Vec::new());
    for molecule in molecules {
        let Some(value) = molecule.value else {
            bail!("the molecule {} has no measured value", molecule.graph.name);
        };
        graphs.push((molecule.x(&MOLECULE_ELEMENTS)?, molecule.graph.edge_index()?));
        values.push(value);
    }
    Ok((GraphBatch::new(&graphs)?, Tensor::new(values, &Device::Cpu)?.unsqueeze(1)?))
}

/// Slides as graphs of cells, and their classes.
///
/// # Shapes
/// - `x`: `(cells, 1)`; labels: u32, `(slides)`
///
/// # Errors
/// If there is no slide.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let slides = candlelab_data::slides(4, 50, 1)?;
/// let (graphs, labels) = candlelab_models::slide_batch(&slides)?;
/// assert_eq!((graphs.x.dims(), labels.dims()), (&[200, 1][..], &[4][..]));
/// # Ok(())
/// # }
/// ```
pub fn slide_batch(slides: &[Slide]) -> Result<(GraphBatch, Tensor)> {
    let graph = |slide: &Slide| Ok((slide.x.clone(), slide.graph.edge_index()?));
    let graphs = slides.iter().map(graph).collect::<Result<Vec<_>>>()?;
    let labels: Vec<u32> = slides.iter().map(|slide| slide.label).collect();
    Ok((GraphBatch::new(&graphs)?, Tensor::new(labels, &Device::Cpu)?))
}
