//! The parameters that a notebook declares.

use super::ParameterError;
use super::kind::Kind;
use crate::{Cell, Kind as CellKind, Notebook};
use std::ops::Range;
use syn::spanned::Spanned;
use syn::{Block, Expr, Item, Pat, Stmt, Type};

/// A value that a notebook can be given.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type as stated, or as it is plain from its value; empty where neither.
    pub type_name: String,
    /// Its value in Rust where it is given no other.
    pub default: String,
    /// What is said of it.
    pub comment: String,
    /// What stands before its name: `let `, `let mut `, `const ` or `static `.
    pub(super) keyword: &'static str,
    /// Whether the type is stated, and not only plain from the value.
    pub(super) is_stated: bool,
    pub(super) kind: Option<Kind>,
}

/// The tag of the cell that declares parameters.
pub(super) const TAG: &str = "parameters";

/// The first code cell with that tag, and its position.
pub(super) fn cell(notebook: &Notebook) -> Option<(usize, Cell<'_>)> {
    let mut cells = notebook.cells().enumerate();
    cells.find(|(_, cell)| cell.kind() == CellKind::Code && cell.has_tag(TAG))
}

/// The parameters of a notebook, in order.
///
/// # Errors
/// If no cell declares any, or that cell is no Rust.
pub fn parameters(notebook: &Notebook) -> Result<Vec<Parameter>, ParameterError> {
    let (_, cell) = cell(notebook).ok_or(ParameterError::NoCell)?;
    // In braces a cell is a block of statements.
    let source = format!("{{\n{}\n}}", without_magics(&cell.source()));
    let block: Block = syn::parse_str(&source)
        .map_err(|error| ParameterError::Unreadable { message: error.to_string() })?;
    Ok(block.stmts.iter().filter_map(|statement| parameter(statement, &source)).collect())
}

fn without_magics(source: &str) -> String {
    let is_magic = |line: &str| line.trim_start().starts_with(['%', '!', '?', ':']);
    let line = |line| if is_magic(line) { "" } else { line };
    source.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn parameter(statement: &Stmt, source: &str) -> Option<Parameter> {
    let (keyword, name, stated, value) = parts(statement)?;
    let text = |range: Range<usize>| source.get(range).unwrap_or_default().to_owned();
    let kind = match stated {
        Some(stated) => Kind::of_type(stated),
        None => Kind::of_value(value),
    };
    let type_name = match (stated, &kind) {
        (Some(stated), _) => text(stated.span().byte_range()),
        (None, Some(kind)) => kind.to_string(),
        (None, None) => String::new(),
    };
    Some(Parameter {
        name,
        type_name,
        default: text(value.span().byte_range()),
        comment: comment(source, statement.span().byte_range()),
        keyword,
        is_stated: stated.is_some(),
        kind,
    })
}

/// The keyword, the name, the stated type and the value of a declaration.
fn parts(statement: &Stmt) -> Option<(&'static str, String, Option<&Type>, &Expr)> {
    match statement {
        Stmt::Local(local) => {
            let (pattern, stated) = match &local.pat {
                Pat::Type(typed) => (&*typed.pat, Some(&*typed.ty)),
                pattern => (pattern, None),
            };
            let Pat::Ident(name) = pattern else { return None };
            let keyword = if name.mutability.is_some() { "let mut " } else { "let " };
            Some((keyword, name.ident.to_string(), stated, &local.init.as_ref()?.expr))
        }
        Stmt::Item(Item::Const(item)) => {
            Some(("const ", item.ident.to_string(), Some(&item.ty), &item.expr))
        }
        Stmt::Item(Item::Static(item)) => {
            Some(("static ", item.ident.to_string(), Some(&item.ty), &item.expr))
        }
        _ => None,
    }
}

/// The comment behind a declaration, or else the lines of comment above it.
fn comment(source: &str, place: Range<usize>) -> String {
    let (before, after) = (&source[..place.start], &source[place.end..]);
    let rest = after.lines().next().unwrap_or_default().trim_start();
    if let Some(text) = rest.strip_prefix("//") {
        return text.trim().to_owned();
    }
    let above = before.split('\n').rev().skip(1).map(str::trim);
    let mut lines: Vec<&str> = above.map_while(|line| line.strip_prefix("//")).collect();
    lines.reverse();
    lines.into_iter().map(str::trim).collect::<Vec<_>>().join(" ")
}
