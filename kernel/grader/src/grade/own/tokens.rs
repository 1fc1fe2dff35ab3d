//! What a cell defines and mentions, by its tokens: they are there also where a cell is no Rust that
//! we can parse, and know where they stand.

use super::other;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::BTreeSet;
use std::ops::Range;

/// Crates whose names a `use` may bring in under their own names.
const LIBRARIES: [&str; 6] = ["std", "core", "alloc", "candlelab", "candle_core", "candle_nn"];
/// Words that stand before the name of an item.
const ITEMS: [&str; 9] =
    ["const", "enum", "fn", "mod", "static", "struct", "trait", "type", "union"];

/// The tokens of a cell in a row, brackets among them.
pub struct Tokens(Vec<Token>);

#[derive(Debug)]
struct Token {
    text: String,
    is_word: bool,
    range: Range<usize>,
    /// How many brackets are open around it, and which is the last of them.
    depth: usize,
    open: Option<usize>,
    /// The number of the `use` that it stands in.
    import: Option<usize>,
}

impl Tokens {
    /// Those of a stream, however deeply it is nested.
    pub fn of(stream: TokenStream) -> Self {
        let mut tokens: Vec<Token> = Vec::new();
        let mut streams = vec![(stream.into_iter(), None)];
        while let Some((trees, opened)) = streams.last_mut() {
            let (tree, opened) = (trees.next(), *opened);
            let depth = streams.len() - 1;
            let token = |text: &str, is_word, range| Token {
                text: text.into(),
                is_word,
                range,
                depth,
                open: opened.map(|(at, _, _): (usize, _, _)| at),
                import: None,
            };
            match tree {
                Some(TokenTree::Group(group)) => {
                    let (start, end) = brackets(group.delimiter());
                    let close = Some((tokens.len(), end, group.span_close()));
                    tokens.push(token(start, false, group.span_open().byte_range()));
                    streams.push((group.stream().into_iter(), close));
                }
                Some(tree) => {
                    let is_word = matches!(tree, TokenTree::Ident(_));
                    tokens.push(token(&text(&tree), is_word, tree.span().byte_range()));
                }
                None => {
                    streams.pop();
                    if let Some((at, end, span)) = opened {
                        let (depth, open) = (tokens[at].depth, tokens[at].open);
                        tokens.push(Token { depth, open, ..token(end, false, span.byte_range()) });
                    }
                }
            }
        }
        let mut tokens = Self(tokens);
        tokens.mark_imports();
        tokens
    }

    fn text(&self, at: usize) -> &str {
        self.0.get(at).map_or("", |token| &token.text)
    }

    fn before(&self, at: usize, back: usize) -> &str {
        at.checked_sub(back).map_or("", |at| self.text(at))
    }

    fn mark_imports(&mut self) {
        let mut import = None;
        for at in 0..self.0.len() {
            let begins = self.text(at) == "use" && self.0[at].depth == 0;
            import = import.or(begins.then_some(at));
            self.0[at].import = import;
            import = import.filter(|_| self.text(at) != ";");
        }
    }

    /// The names that the cell defines for others.
    pub fn defined(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for at in (0..self.0.len()).filter(|at| self.0[*at].depth == 0) {
            match self.text(at) {
                "macro_rules" if self.text(at + 1) == "!" => names.extend(self.name(at + 2)),
                "let" => names.extend(self.bound(at + 1)),
                word if ITEMS.contains(&word) => {
                    let name = at + 1 + usize::from(self.text(at + 1) == "mut");
                    names.extend(self.name(name));
                }
                _ => {}
            }
        }
        let imported = (0..self.0.len()).filter(|at| self.is_alias(*at) || self.is_foreign(*at));
        names.extend(imported.filter_map(|at| self.name(at)));
        names
    }

    fn name(&self, at: usize) -> Option<String> {
        let token = self.0.get(at).filter(|token| token.is_word)?;
        let is_keyword = ITEMS[..ITEMS.len() - 1].contains(&&*token.text)
            || ["async", "extern", "unsafe", "impl", "_"].contains(&&*token.text);
        (!is_keyword).then(|| token.text.clone())
    }

    /// The variables of a `let`, whose pattern begins there.
    fn bound(&self, start: usize) -> Vec<String> {
        let Some(depth) = self.0.get(start).map(|token| token.depth) else { return Vec::new() };
        let mut names = Vec::new();
        let mut in_type = false;
        for at in start..self.0.len() {
            let (own, next) = (self.text(at), self.text(at + 1));
            if self.0[at].depth == depth {
                in_type |= own == ":" && next != ":" && self.before(at, 1) != ":";
                if own == ";" || (own == "=" && self.before(at, 1) != ".") {
                    break;
                }
            }
            let is_field = next == ":" && self.0[at].depth > depth;
            let is_path = ["(", "{"].contains(&next) || (next == ":" && self.text(at + 2) == ":");
            let is_word = self.0[at].is_word && !["mut", "ref", "_"].contains(&own);
            let is_constant = own.starts_with(char::is_uppercase);
            if is_word && !(in_type || is_field || is_path || is_constant) {
                names.push(own.to_owned());
            }
        }
        names
    }

    /// Whether it is the `b` of `use a as b`.
    fn is_alias(&self, at: usize) -> bool {
        self.0[at].import.is_some() && self.before(at, 1) == "as"
    }

    /// Whether it is a last name in a `use` of something that is no library.
    fn is_foreign(&self, at: usize) -> bool {
        let Some(import) = self.0[at].import else { return false };
        let first = self.0[import + 1..].iter().find(|token| token.is_word);
        let is_foreign = first.is_some_and(|first| !LIBRARIES.contains(&&*first.text));
        let is_last = [",", ";", "}"].contains(&self.text(at + 1)) && self.before(at, 1) != "as";
        self.0[at].is_word && is_foreign && is_last && self.text(at) != "self"
    }

    /// What to write in place of these names.
    pub fn renamed(&self, names: &BTreeSet<String>) -> Vec<(Range<usize>, String)> {
        let is_one = |at: &usize| self.0[*at].is_word && names.contains(self.text(*at));
        let words = (0..self.0.len()).filter(is_one).filter_map(|at| {
            let (token, new) = (&self.0[at], other(self.text(at)));
            if self.is_foreign(at) {
                return Some((token.range.clone(), format!("{} as {new}", token.text)));
            }
            self.means_the_cells(at).then(|| (token.range.clone(), new))
        });
        let texts = self.0.iter().filter(|token| token.text.starts_with('"'));
        let texts = texts.map(|token| (token, in_braces(&token.text, names)));
        let texts = texts.filter(|(token, new)| token.text != *new);
        words.chain(texts.map(|(token, new)| (token.range.clone(), new))).collect()
    }

    /// Whether a name is what the cell calls so: no field, method, lifetime, part of a path or
    /// module's own.
    fn means_the_cells(&self, at: usize) -> bool {
        let (one, two, three) = (self.before(at, 1), self.before(at, 2), self.before(at, 3));
        if self.0[at].import.is_some() {
            return one == "as" || one == "use";
        }
        let is_path = (one, two) == (":", ":");
        if self.is_in_module(at) {
            return is_path && ["crate", "super"].contains(&three);
        }
        let open = self.0[at].open;
        let is_member = one == "." && two != ".";
        let is_path = is_path && !["crate", "self"].contains(&three);
        let starts_field = ["{", ",", "pub", ")"].contains(&one);
        let is_field = self.text(at + 1) == ":" && self.text(at + 2) != ":" && starts_field;
        let is_field = is_field && open.is_some_and(|open| self.text(open) == "{");
        let is_method = one == "fn" && open.is_some_and(|open| self.is_of_impl(open));
        !(is_member || is_path || is_field || is_method || one == "'")
    }

    fn is_in_module(&self, at: usize) -> bool {
        let mut opens = std::iter::successors(self.0[at].open, |open| self.0[*open].open);
        opens.any(|open| self.text(open) == "{" && self.before(open, 2) == "mod")
    }

    /// Whether a bracket is that of an `impl` or a trait.
    fn is_of_impl(&self, open: usize) -> bool {
        let depth = self.0[open].depth;
        let head = self.0[..open].iter().rev();
        let head = head.take_while(|it| it.depth > depth || !["}", ";", "{"].contains(&&*it.text));
        head.filter(|it| it.depth == depth).any(|it| ["impl", "trait"].contains(&&*it.text))
    }

    /// Where `extern crate …;` stands.
    pub fn extern_crates(&self) -> Vec<Range<usize>> {
        let starts = (0..self.0.len())
            .filter(|at| self.text(*at) == "extern" && self.text(at + 1) == "crate");
        let range = |at: usize| {
            let rest = self.0[at..].iter();
            let end = rest.clone().find(|it| it.text == ";").or(rest.last())?;
            Some(self.0[at].range.start..end.range.end)
        };
        starts.filter_map(range).collect()
    }
}

fn brackets(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Brace => ("{", "}"),
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

/// A token's text; a name as the compiler takes it.
fn text(tree: &TokenTree) -> String {
    match tree {
        // The Kelvin sign is the letter K in a name.
        TokenTree::Ident(name) => {
            name.to_string().trim_start_matches("r#").replace('\u{212a}', "K")
        }
        other => other.to_string(),
    }
}

/// A literal with other names in its braces: `"{a:.3}"`.
fn in_braces(text: &str, names: &BTreeSet<String>) -> String {
    let mut parts = text.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |start, part| {
        let end = part.find(|it: char| !(it.is_alphanumeric() || it == '_')).unwrap_or(part.len());
        let ends = part[end..].starts_with(['}', ':']);
        match names.contains(&part[..end]) && ends {
            true => format!("{start}{{{}{}", other(&part[..end]), &part[end..]),
            false => format!("{start}{{{part}"),
        }
    })
}
