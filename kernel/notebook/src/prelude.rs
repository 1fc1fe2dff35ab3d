//! The names that a notebook has before it defines any.

use crate::names::imports;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use syn::Item;

/// The library itself, so that there is no second list.
const LIBRARY: &str = include_str!("../../../runtime/candlelab/src/lib.rs");

/// What every Rust program has, as far as a notebook may define it anew.
const STANDARD: [&str; 24] = [
    "AsRef", "Box", "Clone", "Default", "Drop", "Eq", "Err", "Extend", "Fn", "From", "Into",
    "Iterator", "None", "Ok", "Option", "Ord", "Result", "Some", "String", "ToString", "TryFrom",
    "TryInto", "Vec", "drop",
];

static NAMES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let library = syn::parse_file(LIBRARY).expect("the library is Rust");
    let prelude = library.items.into_iter().find_map(|item| match item {
        Item::Mod(module) if module.ident == "prelude" => module.content,
        _ => None,
    });
    let (_, items) = prelude.expect("the library has a prelude");
    items.iter().flat_map(names).collect()
});

fn names(item: &Item) -> Vec<String> {
    match item {
        Item::Use(item) => imports(item).into_iter().filter_map(|import| import.name).collect(),
        Item::Type(item) => vec![item.ident.to_string()],
        _ => Vec::new(),
    }
}

/// Whether the library's prelude has a name.
pub(crate) fn is_library(name: &str) -> bool {
    NAMES.contains(name)
}

/// Whether any Rust program has a name.
pub(crate) fn is_standard(name: &str) -> bool {
    STANDARD.contains(&name)
}

/// Whether a name means something before any cell has run.
pub(crate) fn is_known(name: &str) -> bool {
    is_library(name) || is_standard(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prelude_is_read() {
        for name in ["Tensor", "Result", "candle_core", "softmax", "D"] {
            assert!(is_library(name), "{name}");
        }
        assert!(!is_library("println") && !is_library("HashMap") && is_known("Vec"));
    }
}
