//! The words in tokens and texts.

use proc_macro2::{TokenStream, TokenTree};
use std::collections::BTreeSet;

/// Every identifier of the tokens, those in format strings included.
pub(super) fn collect(tokens: TokenStream, words: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => drop(words.insert(plain(&ident.to_string()))),
            TokenTree::Group(group) => collect(group.stream(), words),
            TokenTree::Literal(literal) => words.extend(placeholders(&literal.to_string())),
            TokenTree::Punct(_) => {}
        }
    }
}

/// An identifier without `r#`.
pub(super) fn plain(ident: &str) -> String {
    ident.strip_prefix("r#").unwrap_or(ident).to_owned()
}

/// The variables that a format string names: `value` and `width` in `{value:width$}`.
pub(super) fn placeholders(literal: &str) -> Vec<String> {
    let literal = literal.replace("{{", "");
    let inside = literal.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0));
    let mut names = Vec::new();
    for placeholder in inside {
        let (name, format) = placeholder.split_once(':').unwrap_or((placeholder, ""));
        names.push(name.trim());
        names.extend(format.split('$').filter_map(|before| split(before).last()));
    }
    let is_name = |name: &&str| name.starts_with(|it: char| it.is_alphabetic() || it == '_');
    let is_whole = |name: &&str| split(name).next() == Some(name);
    names.into_iter().filter(is_name).filter(is_whole).map(ToOwned::to_owned).collect()
}

/// The words of any text.
pub(super) fn split(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |it: char| it.is_alphanumeric() || it == '_';
    text.split(move |it| !is_part(it)).filter(|word| !word.is_empty())
}
