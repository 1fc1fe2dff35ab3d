//! What statements and items define.

use super::imports::imports;
use super::words::plain;
use syn::visit::{self, Visit};
use syn::{Attribute, Ident, Item, Pat, PatIdent};

/// A name that a cell defines for those below.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Definition {
    /// The name, without `r#`.
    pub name: String,
    /// What it is the name of.
    pub kind: Kind,
    /// Whether it may serve without ever being named: a test, an exported function, a trait.
    pub serves_unnamed: bool,
}

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Variable,
    Function,
    Constant,
    Struct,
    Enum,
    Type,
    Trait,
    Module,
    Macro,
    Import,
}

/// Names of different spaces do not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Space {
    /// Variables, functions, constants.
    Value,
    /// Types, traits, modules.
    Type,
    /// What is called with `!`.
    Macro,
}

impl Kind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Variable => "variable",
            Self::Function => "function",
            Self::Constant => "constant",
            Self::Struct => "struct",
            Self::Enum => "enum",
            Self::Type => "type",
            Self::Trait => "trait",
            Self::Module => "module",
            Self::Macro => "macro",
            Self::Import => "import",
        }
    }

    /// Where its names live; the first is what tells two definitions of one name apart.
    pub fn spaces(self) -> &'static [Space] {
        match self {
            Self::Variable | Self::Function | Self::Constant => &[Space::Value],
            Self::Struct => &[Space::Type, Space::Value],
            Self::Enum | Self::Type | Self::Trait | Self::Module => &[Space::Type],
            Self::Macro => &[Space::Macro],
            Self::Import => &[Space::Type, Space::Value, Space::Macro],
        }
    }
}

/// The variables that a pattern binds.
pub(super) fn bindings(pattern: &Pat) -> Vec<Definition> {
    struct Bindings(Vec<Definition>);
    impl Visit<'_> for Bindings {
        fn visit_pat_ident(&mut self, pattern: &PatIdent) {
            self.0.push(definition(&pattern.ident, Kind::Variable, &[]));
            visit::visit_pat_ident(self, pattern);
        }
    }
    let mut bindings = Bindings(Vec::new());
    bindings.visit_pat(pattern);
    bindings.0
}

/// The names that an item brings.
pub(crate) fn definitions(item: &Item) -> Vec<Definition> {
    let one = |ident, kind, attributes| vec![definition(ident, kind, attributes)];
    match item {
        Item::Fn(it) => one(&it.sig.ident, Kind::Function, &it.attrs),
        Item::Const(it) => one(&it.ident, Kind::Constant, &it.attrs),
        Item::Static(it) => one(&it.ident, Kind::Constant, &it.attrs),
        Item::Struct(it) => one(&it.ident, Kind::Struct, &it.attrs),
        Item::Union(it) => one(&it.ident, Kind::Struct, &it.attrs),
        Item::Enum(it) => one(&it.ident, Kind::Enum, &it.attrs),
        Item::Type(it) => one(&it.ident, Kind::Type, &it.attrs),
        Item::Trait(it) => one(&it.ident, Kind::Trait, &it.attrs),
        Item::Mod(it) => one(&it.ident, Kind::Module, &it.attrs),
        Item::Macro(it) => {
            it.ident.iter().map(|ident| definition(ident, Kind::Macro, &it.attrs)).collect()
        }
        Item::Use(it) => {
            let imports = imports(it).into_iter();
            imports
                .filter_map(|it| Some((may_be_trait(&it.path), it.name?)))
                .map(imported)
                .collect()
        }
        _ => Vec::new(),
    }
}

fn definition(ident: &Ident, kind: Kind, attributes: &[Attribute]) -> Definition {
    let serves_unnamed = !attributes.iter().all(is_inert);
    Definition { name: plain(&ident.to_string()), kind, serves_unnamed }
}

fn imported((serves_unnamed, name): (bool, String)) -> Definition {
    Definition { name: plain(&name), kind: Kind::Import, serves_unnamed }
}

/// Attributes that let nothing else reach an item.
fn is_inert(attribute: &Attribute) -> bool {
    ["doc", "derive", "inline", "must_use", "repr"].iter().any(|it| attribute.path().is_ident(it))
}

/// Modules of the standard library whose types are no traits.
const NO_TRAITS: [&str; 7] = ["cell", "collections", "fs", "path", "rc", "sync", "time"];

/// A trait serves through its methods; names in capitals may be traits.
fn may_be_trait(path: &str) -> bool {
    let mut parts = path.trim_start_matches("::").split("::");
    let is_std = parts.next() == Some("std");
    let known = is_std && parts.next().is_some_and(|module| NO_TRAITS.contains(&module));
    let last = path.rsplit("::").next().unwrap_or_default();
    last.starts_with(char::is_uppercase) && last.contains(char::is_lowercase) && !known
}
