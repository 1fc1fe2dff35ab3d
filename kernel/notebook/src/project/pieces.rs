//! A cell cut into the texts of its statements and items.

use crate::rust::Code;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use std::ops::Range;
use syn::spanned::Spanned;
use syn::{Expr, MacroDelimiter, Stmt};

/// Stands for a line break inside a literal, which must not be indented.
const FIXED_BREAK: &str = "\u{1}";

/// One statement or item, with the comments around it.
pub(super) struct Piece<'a> {
    pub statement: &'a Stmt,
    /// Comments above it.
    pub above: String,
    /// The statement itself.
    pub text: String,
    /// A comment behind it, in the same line.
    pub behind: String,
}

/// The pieces of a cell, and the comments below the last.
pub(super) fn pieces(code: &Code) -> (Vec<Piece<'_>>, String) {
    let text = fix_breaks(code);
    let mut end = 0;
    let mut pieces = Vec::new();
    for statement in &code.statements {
        let range = range(statement.span(), end, text.len());
        let behind = comment_behind(&text[range.end..]);
        let above = lines(&text[end..range.start]);
        end = range.end + behind.len();
        let (text, behind) = (text[range].to_owned(), behind.trim_end().to_owned());
        pieces.push(Piece { statement, above, text, behind });
    }
    (pieces, lines(&text[end..]))
}

/// Never outside of what is left, whatever a span says.
fn range(span: Span, end: usize, len: usize) -> Range<usize> {
    let range = span.byte_range();
    let start = range.start.clamp(end, len);
    start..range.end.clamp(start, len)
}

fn comment_behind(text: &str) -> &str {
    let line = text.split('\n').next().unwrap_or_default();
    if line.trim_start().starts_with("//") { line } else { "" }
}

/// Without blank lines around.
fn lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let first = lines.iter().position(|line| !line.is_empty()).unwrap_or(lines.len());
    let last = lines.iter().rposition(|line| !line.is_empty()).map_or(first, |last| last + 1);
    lines[first..last].iter().map(|line| format!("{line}\n")).collect()
}

/// The text of a cell with its literals on one line each; offsets stay.
fn fix_breaks(code: &Code) -> String {
    let mut text = code.text.clone();
    for statement in &code.statements {
        fix_literals(statement.to_token_stream(), &mut text);
    }
    text
}

fn fix_literals(tokens: TokenStream, text: &mut String) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => fix_literals(group.stream(), text),
            TokenTree::Literal(literal) => {
                let range = range(literal.span(), 0, text.len());
                let fixed = text[range.clone()].replace('\n', FIXED_BREAK);
                text.replace_range(range, &fixed);
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

/// A text of pieces, with this before each line that may be moved.
pub(super) fn indented(text: &str, indent: &str) -> String {
    let line = |line: &str| match line.is_empty() {
        true => "\n".to_owned(),
        false => format!("{indent}{line}\n"),
    };
    text.lines().map(line).collect::<String>().replace(FIXED_BREAK, "\n")
}

/// Whether a statement at the end of a cell has a value that the notebook shows.
pub(super) fn has_value(statement: &Stmt) -> bool {
    match statement {
        Stmt::Expr(Expr::ForLoop(_) | Expr::While(_) | Expr::Return(_), _) => false,
        Stmt::Expr(_, semicolon) => semicolon.is_none(),
        Stmt::Macro(call) => {
            let is_block = matches!(call.mac.delimiter, MacroDelimiter::Brace(_));
            call.semi_token.is_none() && !is_block
        }
        Stmt::Local(_) | Stmt::Item(_) => false,
    }
}
