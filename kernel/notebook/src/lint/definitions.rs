//! Rules about names: unused, defined twice, used before they are defined.

use super::{Checked, Found, Rule};
use crate::names::{Definition, Kind, Space, Unit, units, words_of};
use crate::prelude::is_known;
use crate::rust::Code;
use std::collections::{BTreeMap, BTreeSet};

/// Finds what is wrong with the Rust of a notebook.
pub(super) fn find(found: &mut Found) {
    let cells = parse(found);
    unused(&cells, found);
    twice(&cells, found);
    too_early(&cells, found);
}

/// A code cell's names; of one that is no Rust only its words are known.
struct Parsed<'a> {
    cell: &'a Checked<'a>,
    units: Vec<Unit>,
    unread: BTreeSet<String>,
}

fn parse<'a>(found: &mut Found<'a>) -> Vec<Parsed<'a>> {
    let mut parsed = Vec::new();
    for cell in found.code() {
        let (units, unread) = match Code::parse(&cell.source) {
            Ok(code) => (units(&code), BTreeSet::new()),
            Err(problem) => {
                found.push(cell, Rule::Syntax, problem);
                (Vec::new(), words_of(&cell.source))
            }
        };
        parsed.push(Parsed { cell, units, unread });
    }
    parsed
}

/// What is named nowhere else; a notebook with gaps may use it in one of them.
fn unused(cells: &[Parsed], found: &mut Found) {
    let units = || cells.iter().flat_map(|cell| &cell.units);
    if units().any(|unit| unit.words.contains("todo")) {
        return;
    }
    for cell in cells {
        for unit in &cell.units {
            let is_used = |own: &Definition| {
                units().any(|other| !std::ptr::eq(other, unit) && other.mentions(&own.name))
                    || cells.iter().any(|cell| cell.unread.contains(&own.name))
            };
            // Of `let (a, b) = pair` one is enough.
            if !unit.is_item && unit.defines.iter().any(is_used) {
                continue;
            }
            let is_unused = |own: &&Definition| {
                !own.serves_unnamed && !own.name.starts_with('_') && !is_used(own)
            };
            for own in unit.defines.iter().filter(is_unused) {
                let message = format!("the {} `{}` is never used", own.kind.word(), own.name);
                found.push(cell.cell, Rule::UnusedDefinition, message);
            }
        }
    }
}

/// Items that two cells define: which one counts depends on what was run last.
fn twice(cells: &[Parsed], found: &mut Found) {
    let mut seen: BTreeMap<(Space, &str), usize> = BTreeMap::new();
    for Parsed { cell, units, .. } in cells {
        let items = units.iter().filter(|unit| unit.is_item).flat_map(|unit| &unit.defines);
        for own in items.filter(|own| own.kind != Kind::Import) {
            let first = *seen.entry((own.kind.spaces()[0], &own.name)).or_insert(cell.position);
            if first != cell.position {
                let (kind, name) = (own.kind.word(), &own.name);
                let message = format!("the {kind} `{name}` is defined in cell {first} as well");
                found.push(cell, Rule::DuplicateDefinition, message);
            }
        }
    }
}

/// What only a later cell defines: the notebook does not run from top to bottom.
fn too_early(cells: &[Parsed], found: &mut Found) {
    let mut known: BTreeSet<(Space, &str)> = BTreeSet::new();
    let mut words: BTreeSet<&str> = BTreeSet::new();
    for (index, Parsed { cell, units, unread }) in cells.iter().enumerate() {
        known.extend(units.iter().flat_map(names));
        words.extend(unread.iter().map(String::as_str));
        let uses: BTreeSet<_> = units.iter().flat_map(|unit| &unit.uses).collect();
        for (space, name) in uses {
            let name = name.as_str();
            if known.contains(&(*space, name)) || words.contains(name) || is_known(name) {
                continue;
            }
            let defines = |later: &&Parsed| {
                later.units.iter().flat_map(names).any(|other| other == (*space, name))
            };
            if let Some(later) = cells[index + 1..].iter().find(defines) {
                let position = later.cell.position;
                let message = format!("`{name}` is used here, but defined in cell {position}");
                found.push(cell, Rule::UsedBeforeDefinition, message);
            }
        }
    }
}

/// The names that a statement or item defines, in every space that they live in.
fn names(unit: &Unit) -> impl Iterator<Item = (Space, &str)> {
    unit.defines.iter().flat_map(|own| own.kind.spaces().iter().map(|space| (*space, &*own.name)))
}
