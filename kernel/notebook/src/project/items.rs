//! The items of a program, each defined once.

use super::pieces::indented;
use crate::names::{definitions, imports};
use quote::ToTokens;
use std::collections::BTreeMap;
use syn::{ImplItem, Item, ItemImpl};

/// Imports and other items in the order of the cells; a later definition takes the place of an
/// earlier one.
#[derive(Default)]
pub(super) struct Items {
    imports: BTreeMap<String, String>,
    items: Vec<Entry>,
}

struct Entry {
    cell: usize,
    keys: Vec<String>,
    text: String,
}

impl Items {
    /// Adds an item of a cell.
    pub fn add(&mut self, cell: usize, item: &Item, text: &str) {
        if let Item::Use(item) = item {
            for import in imports(item) {
                let key = import.name.clone().unwrap_or_else(|| import.path.clone());
                self.imports.insert(key, import.statement());
            }
            return;
        }
        let keys = keys(item);
        let is_older = |entry: &Entry| entry.keys.iter().any(|key| keys.contains(key));
        let older: Vec<Entry> = self.items.extract_if(.., |entry| is_older(entry)).collect();
        let note: String = older.iter().map(|older| replaced(older.cell)).collect();
        self.items.push(Entry { cell, keys, text: note + text });
    }

    /// Brings all names of a module.
    pub fn import_all(&mut self, path: &str) {
        let path = format!("{path}::*");
        self.imports.insert(path.clone(), format!("use {path};"));
    }

    /// Imports, a blank line, and the items with a blank line between them.
    pub fn to_text(&self) -> String {
        let imports: String = self.imports.values().map(|import| format!("{import}\n")).collect();
        let items = self.items.iter().map(|entry| indented(&entry.text, ""));
        let parts = [imports].into_iter().chain(items).filter(|part| !part.is_empty());
        parts.map(|part| part + "\n").collect()
    }
}

fn replaced(cell: usize) -> String {
    format!("// note: this takes the place of what cell {cell} defines\n")
}

/// What an item may be defined once of.
fn keys(item: &Item) -> Vec<String> {
    match item {
        Item::Impl(item) => impl_keys(item),
        item => {
            let definitions = definitions(item).into_iter();
            definitions.map(|own| format!("{:?} {}", own.kind.spaces()[0], own.name)).collect()
        }
    }
}

/// A trait has one `impl` for a type; others may have several, each with functions of its own.
fn impl_keys(item: &ItemImpl) -> Vec<String> {
    let own = item.self_ty.to_token_stream();
    if let Some((_, path, _)) = &item.trait_ {
        return vec![format!("impl {} for {own}", path.to_token_stream())];
    }
    let member = |member: &ImplItem| match member {
        ImplItem::Fn(member) => Some(format!("impl {own}::{}", member.sig.ident)),
        ImplItem::Const(member) => Some(format!("impl {own}::{}", member.ident)),
        _ => None,
    };
    item.items.iter().filter_map(member).collect()
}
