//! What of a lab students were given, so that its compiled form may be too.

use super::students::{name, words};
use crate::{Lab, release};
use candlelab_notebook::{Kind, Notebook};
use quote::ToTokens;
use std::collections::BTreeSet;
use syn::{Block, ImplItem, Item, Stmt, TraitItem};

/// The cells that students were given, and what the others define.
#[derive(Clone, Debug, Default)]
pub struct Public {
    given: BTreeSet<String>,
    secrets: BTreeSet<String>,
}

impl Public {
    /// Of a lab: the cells that are the same in its student version. Where that, or what the other
    /// cells define, cannot be told, there are none.
    pub fn of(lab: &Lab) -> Self {
        let Ok(released) = release(lab) else { return Self::default() };
        Self::between(&lab.notebook, &released).unwrap_or_default()
    }

    fn between(lab: &Notebook, released: &Notebook) -> Option<Self> {
        let code = |it: &Notebook| {
            let cells = it.cells().filter(|cell| cell.kind() == Kind::Code);
            cells.map(|cell| cell.source()).collect::<BTreeSet<_>>()
        };
        let (all, given) = (code(lab), code(released));
        let mut secrets = BTreeSet::new();
        let mut definitions = BTreeSet::new();
        for source in &all {
            let block = syn::parse_str::<Block>(&format!("{{\n{source}\n}}"));
            let is_given = given.contains(source);
            let Ok(block) = block else { if is_given { continue } else { return None } };
            for statement in &block.stmts {
                let Stmt::Item(item) = statement else { continue };
                definitions.extend(defined(item));
                if !is_given {
                    secrets.extend(defined(item));
                    secrets.extend(about(item));
                }
            }
        }
        // A block is about something of the notebook's own, and of the library's.
        secrets.retain(|word| definitions.contains(word));
        Some(Self { given, secrets })
    }

    /// Whether a cell, compiled from this source, holds nothing but what students were given.
    pub fn holds(&self, cell: &str, compiled: &str) -> bool {
        let is_word = |it: char| it.is_alphanumeric() || it == '_';
        let mut words = compiled.split(|it| !is_word(it));
        self.given.contains(cell) && !words.any(|word| self.secrets.contains(word))
    }
}

/// The names by which an item is found in a source.
fn defined(item: &Item) -> Vec<String> {
    match item {
        Item::Trait(it) => {
            let members = it.items.iter().filter_map(|it| match it {
                TraitItem::Fn(it) => Some(it.sig.ident.to_string()),
                _ => None,
            });
            members.chain([it.ident.to_string()]).collect()
        }
        Item::Impl(it) if it.trait_.is_none() => {
            let members = it.items.iter().filter_map(|it| match it {
                ImplItem::Fn(it) => Some(it.sig.ident.to_string()),
                ImplItem::Const(it) => Some(it.ident.to_string()),
                _ => None,
            });
            members.collect()
        }
        // Every cell after it has it.
        Item::Use(it) => words(it.tree.to_token_stream()),
        Item::Impl(_) => Vec::new(),
        _ => match name(item) {
            Some(name) => vec![name.to_string()],
            None => words(item.to_token_stream()),
        },
    }
}

/// What a block is about.
fn about(item: &Item) -> Vec<String> {
    let Item::Impl(block) = item else { return Vec::new() };
    let of_trait = block.trait_.iter().flat_map(|(_, path, _)| words(path.to_token_stream()));
    of_trait.chain(words(block.self_ty.to_token_stream())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn notebook(sources: &[&str]) -> Notebook {
        let cell = |source: &&str| json!({"cell_type": "code", "metadata": {}, "source": source, "outputs": []});
        let cells: Vec<_> = sources.iter().map(cell).collect();
        let root = json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4});
        Notebook::parse(root.to_string().as_bytes(), "lab.ipynb").unwrap()
    }

    #[test]
    fn what_holds_a_solution_is_not_public() {
        let given = ["struct P;\nfn half() {}", "plot();", "half();"];
        let solved = "fn square() { 1 }\nimpl Area for P {}\nlet rate = 0.1;";
        let lab = notebook(&[given[0], given[1], given[2], solved]);
        let released = notebook(&[given[0], given[1], given[2], "fn square() { todo!() }"]);
        let public = Public::between(&lab, &released).unwrap();
        assert!(public.holds("plot();", "plot(); take(rate)"));
        assert!(public.holds("half();", "fn half() {} half();"));
        assert!(!public.holds("plot();", "fn square() { 1 } plot();"));
        assert!(!public.holds("plot();", "struct P; impl Area for P {} plot();"));
        assert!(!public.holds(solved, "let rate = 0.1;"));
        assert!(!public.holds("other", "other"));
        let broken = notebook(&["plot();", "fn ("]);
        assert!(Public::between(&broken, &notebook(&["plot();"])).is_none());
    }
}
