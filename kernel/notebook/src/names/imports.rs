//! The names that `use` brings.

use syn::{ItemUse, UseTree};

/// One name that `use` brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// The whole path, such as `std::collections::HashMap`, or with a final `::*`.
    pub path: String,
    /// The name in the cell; `None` after `as _` and for `*`.
    pub name: Option<String>,
}

impl Import {
    /// A statement that brings this name alone.
    pub fn statement(&self) -> String {
        let Self { path, name } = self;
        match name {
            None if path.ends_with("::*") => format!("use {path};"),
            None => format!("use {path} as _;"),
            Some(name) if path.rsplit("::").next() == Some(name) => format!("use {path};"),
            Some(name) => format!("use {path} as {name};"),
        }
    }
}

/// Every name that a `use` brings.
pub(crate) fn imports(item: &ItemUse) -> Vec<Import> {
    let mut found = Vec::new();
    let root = if item.leading_colon.is_some() { "::" } else { "" };
    add(&item.tree, root, &mut found);
    found
}

fn add(tree: &UseTree, above: &str, found: &mut Vec<Import>) {
    match tree {
        UseTree::Path(path) => add(&path.tree, &format!("{above}{}::", path.ident), found),
        UseTree::Group(group) => group.items.iter().for_each(|tree| add(tree, above, found)),
        UseTree::Glob(_) => found.push(Import { path: format!("{above}*"), name: None }),
        UseTree::Name(name) => found.push(import(above, &name.ident.to_string(), None)),
        UseTree::Rename(rename) => {
            let alias = rename.rename.to_string();
            found.push(import(above, &rename.ident.to_string(), Some(alias)));
        }
    }
}

/// `a::{self}` brings `a`.
fn import(above: &str, ident: &str, alias: Option<String>) -> Import {
    let path = match ident {
        "self" => above.trim_end_matches("::").to_owned(),
        _ => format!("{above}{ident}"),
    };
    let own = || path.rsplit("::").next().unwrap_or_default().to_owned();
    let name = Some(alias.unwrap_or_else(own)).filter(|name| name != "_");
    Import { path, name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_has_a_statement() {
        let item = syn::parse_str("use a::{self, b::{c as d, e::*}, T as _};").unwrap();
        let statements: Vec<String> = imports(&item).iter().map(Import::statement).collect();
        assert_eq!(
            statements,
            ["use a;", "use a::b::c as d;", "use a::b::e::*;", "use a::T as _;"]
        );
    }
}
