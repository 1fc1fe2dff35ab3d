//! Compares what an executed notebook shows with what its file says.

mod diff;
mod number;
mod picture;
mod shown;
mod text;
mod tolerance;
mod tree;

use crate::{Cell, Kind, Notebook};
pub use tolerance::Tolerance;

/// One thing in which the outputs of a cell differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The cell's position among all cells of the notebook, from 0.
    pub position: usize,
    /// The `n` of the cell's `In[n]` in the new notebook, or in the stored one where it did not run.
    pub number: Option<usize>,
    /// What differs, with both sides, in one line.
    pub what: String,
    /// The same as a unified diff; empty where there are no lines to show.
    pub diff: String,
}

/// What differs, before it is known where.
#[derive(Debug, PartialEq)]
struct Mismatch {
    what: String,
    diff: String,
}

/// Compares the outputs of each code cell with those stored, each by its type.
///
/// Both are versions of one notebook, cell for cell.
/// - Streams and text: the numbers in them by the tolerance, all else exactly, once lines are in
///   their last state (`\r`), colours are gone and the masks are applied.
/// - JSON: numbers and strings so, structure exactly; the order of keys is none.
/// - SVG: as text, a line a tag, with the numbers of its paths by the tolerance.
/// - PNG and JPEG: by their looks, see [`Tolerance::images`].
/// - Errors: by name and message, not by traceback.
///
/// The tags `nbval-ignore-output`, `nbval-skip` and `skip-execution` leave a cell out;
/// `nbval-check-output` overrules the first of them.
///
/// ```
/// use candlelab_notebook::{Notebook, Tolerance, compare};
///
/// let notebook = |text: &str| {
///     let output = format!(r#"{{"output_type": "stream", "name": "stdout", "text": "{text}"}}"#);
///     let cell = format!(r#"{{"cell_type": "code", "source": "", "outputs": [{output}]}}"#);
///     let root = format!(r#"{{"cells": [{cell}], "nbformat": 4, "nbformat_minor": 5}}"#);
///     Notebook::parse(root.as_bytes(), "loss.ipynb")
/// };
/// let stored = notebook("loss 0.25 after 1.2 s")?;
/// let tolerance = Tolerance::default();
/// assert!(compare(&stored, &notebook("loss 0.2500001 after 980 ms")?, &tolerance).is_empty());
///
/// let differences = compare(&stored, &notebook("loss 0.31 after 1.2 s")?, &tolerance);
/// assert_eq!(
///     differences[0].what,
///     "stdout: line 1 was `loss 0.25 after <masked>`, is `loss 0.31 after <masked>`",
/// );
/// # Ok::<(), candlelab_notebook::Error>(())
/// ```
pub fn compare(stored: &Notebook, new: &Notebook, tolerance: &Tolerance) -> Vec<Difference> {
    let pairs = stored.cells().zip(new.cells()).enumerate();
    let compared = pairs.filter(|(_, (stored, _))| is_compared(*stored));
    let differences = compared.flat_map(|(position, (stored, new))| {
        let number = new.execution_count().or(stored.execution_count());
        let found = shown::compare(stored.outputs(), new.outputs(), tolerance);
        let place = move |Mismatch { what, diff }| Difference { position, number, what, diff };
        found.into_iter().map(place)
    });
    differences.collect()
}

fn is_compared(cell: Cell) -> bool {
    let skipped = cell.has_tag("nbval-skip") || cell.has_tag("skip-execution");
    let ignored = cell.has_tag("nbval-ignore-output") && !cell.has_tag("nbval-check-output");
    cell.kind() == Kind::Code && !skipped && !ignored
}

/// Whether there is anything to compare with: a code cell with outputs, or one that was run.
pub fn has_outputs(stored: &Notebook) -> bool {
    stored.cells().any(|cell| !cell.outputs().is_empty() || cell.execution_count().is_some())
}

/// Puts the outputs and the numbers of the new notebook's code cells into the stored one, and
/// nothing else.
pub fn accept(stored: &mut Notebook, new: &Notebook) {
    let kinds: Vec<Kind> = stored.cells().map(Cell::kind).collect();
    for (position, (kind, new)) in kinds.into_iter().zip(new.cells()).enumerate() {
        if kind == Kind::Code && new.kind() == Kind::Code {
            stored.set_outputs(position, new.execution_count(), new.outputs().to_vec());
        }
    }
}
