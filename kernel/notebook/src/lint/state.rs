//! Rules about what running and saving left in the file: counts, outputs, IDs.

use super::{Checked, Found, Rule};
use crate::Notebook;
use std::collections::BTreeMap;

/// Finds what is wrong with counts, outputs and IDs.
pub(super) fn find(notebook: &Notebook, found: &mut Found) {
    order(found);
    for cell in found.code() {
        outputs(cell, found);
    }
    if notebook.json()["nbformat_minor"].as_u64() >= Some(5) {
        ids(found);
    }
}

/// One finding is enough: all counts after it are off as well.
fn order(found: &mut Found) {
    let counted = found.code().filter_map(|cell| Some((cell, cell.cell.execution_count()?)));
    if let Some(((cell, count), expected)) = counted.zip(1..).find(|((_, own), due)| own != due) {
        let message = format!("its count is {count}, not {expected}: restart and run all cells");
        found.push(cell, Rule::ExecutionOrder, message);
    }
}

fn outputs(cell: &Checked, found: &mut Found) {
    let has_outputs = !cell.cell.outputs().is_empty();
    let has_count = cell.cell.execution_count().is_some();
    if cell.source.trim().is_empty() && (has_outputs || has_count) {
        found.push(cell, Rule::StaleOutput, "it was run and is empty now");
    } else if has_outputs && !has_count {
        found.push(cell, Rule::StaleOutput, "it has outputs, but was not run");
    }
    let what = if has_outputs { "outputs" } else { "a count" };
    if has_outputs || has_count {
        found.push(cell, Rule::CommittedOutputs, format!("it has {what}"));
    }
}

/// The IDs of format 4.5.
fn ids(found: &mut Found) {
    let mut seen = BTreeMap::new();
    for cell in found.cells {
        let Some(id) = cell.cell.id() else {
            found.push(cell, Rule::MissingId, "it has no ID, which format 4.5 asks for");
            continue;
        };
        let is_allowed = |it: char| it.is_ascii_alphanumeric() || "-_".contains(it);
        if !(1..=64).contains(&id.len()) || !id.chars().all(is_allowed) {
            let message = format!("`{id}` is no ID: 1 to 64 letters, digits, `-` and `_`");
            found.push(cell, Rule::BadId, message);
        }
        let first = *seen.entry(id).or_insert(cell.position);
        if first != cell.position {
            found.push(cell, Rule::DuplicateId, format!("cell {first} has the ID `{id}` as well"));
        }
    }
}
