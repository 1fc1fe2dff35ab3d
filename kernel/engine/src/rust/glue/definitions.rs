//! Fingerprints of the types that a notebook defines.
//!
//! Two versions of a struct have the same path, and so the same `TypeId`, but perhaps another
//! layout: a value kept from before must not be read as the new one.

use ra_ap_syntax::ast::{self, AstNode, HasModuleItem, HasName};
use ra_ap_syntax::{Edition, SourceFile, SyntaxKind, SyntaxNode};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The text of every type's definition, without comments and white space, by the type's name.
pub struct Definitions(BTreeMap<String, String>);

impl Definitions {
    /// The definitions in a source.
    pub fn of(source: &str) -> Self {
        let tree = SourceFile::parse(source, Edition::Edition2024).tree();
        Self(tree.items().filter_map(definition).collect())
    }

    /// Changes with every definition that a type is made of; 0 for types of libraries.
    pub fn fingerprint(&self, type_name: &str) -> u64 {
        let used = self.within(type_name);
        if used.is_empty() {
            return 0;
        }
        let mut hasher = DefaultHasher::new();
        for name in used {
            (name, &self.0[name]).hash(&mut hasher);
        }
        hasher.finish().max(1)
    }

    /// The names of all definitions that a type is made of.
    pub fn within(&self, type_name: &str) -> BTreeSet<&String> {
        let mut used = BTreeSet::new();
        let mut open: Vec<&str> = vec![type_name];
        while let Some(text) = open.pop() {
            for word in super::words(text) {
                if let Some((name, text)) = self.0.get_key_value(word)
                    && used.insert(name)
                {
                    open.push(text);
                }
            }
        }
        used
    }
}

fn definition(item: ast::Item) -> Option<(String, String)> {
    let name = match &item {
        ast::Item::Struct(item) => item.name(),
        ast::Item::Enum(item) => item.name(),
        ast::Item::Union(item) => item.name(),
        ast::Item::Trait(item) => item.name(),
        ast::Item::TypeAlias(item) => item.name(),
        ast::Item::Const(item) => item.name(),
        ast::Item::Module(item) => item.name(),
        _ => None,
    }?;
    Some((name.text().to_string(), code_of(item.syntax())))
}

/// The tokens of a node, a space after each.
fn code_of(node: &SyntaxNode) -> String {
    let tokens = node.descendants_with_tokens().filter_map(|element| element.into_token());
    let code = tokens
        .filter(|token| !matches!(token.kind(), SyntaxKind::WHITESPACE | SyntaxKind::COMMENT));
    code.map(|token| format!("{} ", token.text())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(source: &str) -> u64 {
        Definitions::of(source).fingerprint("Vec<P>")
    }

    #[test]
    fn only_definitions_count() {
        let first = fingerprint("struct P { x: Q }\nstruct Q(f32);");
        assert_eq!(first, fingerprint("struct Q ( f32 ) ; // q\nfn f() {}\nstruct P { x: Q }"));
        assert_ne!(first, fingerprint("struct P { x: Q }\nstruct Q(f64);"));
        assert_ne!(first, fingerprint("struct P { y: Q }\nstruct Q(f32);"));
    }

    #[test]
    fn library_types_have_none() {
        assert_eq!(fingerprint("struct Q(f32);"), 0);
    }

    #[test]
    fn types_that_contain_each_other_end() {
        assert_ne!(fingerprint("struct P(Box<Q>); struct Q(Option<Box<P>>);"), 0);
    }
}
