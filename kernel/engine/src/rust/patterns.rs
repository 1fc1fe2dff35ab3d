//! Patterns that evcxr does not look into: it knows that they name variables, but not that these are
//! new, and takes another variable of such a name for the same.

use super::edit::Insertion;
use super::parse::{statements, user_offset};
use ra_ap_syntax::SyntaxKind::{OR_PAT, PAREN_PAT, REF_PAT, SLICE_PAT};
use ra_ap_syntax::ast::{self, AstNode, HasName};
use std::collections::BTreeSet;

/// Names the variables of such patterns anew: `let [a, b] = …;` is followed by
/// `let (a, b,) = (a, b,);`.
pub fn named_anew(code: &str) -> Vec<Insertion> {
    statements(code).filter_map(after).collect()
}

fn after(statement: ast::Stmt) -> Option<Insertion> {
    let ast::Stmt::LetStmt(statement) = statement else { return None };
    let (pattern, _) = (statement.pat()?, statement.semicolon_token()?);
    let mut parts = pattern.syntax().descendants();
    if !parts.any(|part| [SLICE_PAT, REF_PAT, PAREN_PAT, OR_PAT].contains(&part.kind())) {
        return None;
    }
    let parts = pattern.syntax().descendants().filter_map(ast::IdentPat::cast);
    let variable = |part: ast::IdentPat| {
        let name = part.name()?.text().to_string();
        // What begins with a capital letter is a constant or a variant.
        let is_variable = !name.starts_with(char::is_uppercase);
        is_variable.then_some((name, part.mut_token().is_some()))
    };
    let variables: BTreeSet<(String, bool)> = parts.filter_map(variable).collect();
    let (mut left, mut right) = (String::new(), String::new());
    for (name, is_mut) in &variables {
        left += &format!("{}{name}, ", if *is_mut { "mut " } else { "" });
        right += &format!("{name}, ");
    }
    let text = format!(" let ({left}) = ({right});");
    Some((user_offset(statement.syntax().text_range().end())?, text))
}

#[cfg(test)]
mod tests {
    use super::super::edit::Edited;
    use super::*;

    fn edited(code: &str) -> String {
        Edited::new(code, named_anew(code)).code
    }

    #[test]
    fn variables_of_slices_and_references_are_named_anew() {
        let code = "let [a, mut b, .., Some(c), None] = all else { return };\na";
        let (head, tail) = code.split_at(code.len() - 2);
        assert_eq!(edited(code), format!("{head} let (a, mut b, c, ) = (a, b, c, );{tail}"));
        assert_eq!(edited("let &(x, _) = r;"), "let &(x, _) = r; let (x, ) = (x, );");
        let either = "let (Ok(x) | Err(x)) = r;";
        assert_eq!(edited(either), format!("{either} let (x, ) = (x, );"));
    }

    #[test]
    fn those_that_are_looked_into_are_left_alone() {
        for code in ["let x = [1];", "let (a, b) = c;", "let P { x, .. } = p;", "for [a] in b {}"] {
            assert_eq!(edited(code), code);
        }
    }
}
