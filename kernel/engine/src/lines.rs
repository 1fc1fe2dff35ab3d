//! The lines of a cell that are no Rust: `%vars`, `!ls`, `?Vec` and `:dep`.
//!
//! In Rust a line may begin with these signs as well, within strings and functions, or where an
//! expression goes on. So they count only where a statement could begin, outside of all brackets;
//! `!` may begin an expression even there.

use ra_ap_rustc_lexer::{FrontmatterAllowed, Token, TokenKind, tokenize};
use std::collections::HashSet;
use std::ops::Range;
use syn::Block;
use syn::parse::Parser;

/// The bytes of each such line, without its line break. `is_known` tells which names are those of
/// variables and items, so that `!done` is told from `!ls`.
pub fn magic_lines(code: &str, is_known: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut place = Place::default();
    let mut seen = HashSet::from(["true", "false"]);
    let mut at = 0;
    while at < code.len() {
        let rest = &code[at..];
        let line = rest.split('\n').next().unwrap_or_default();
        if place.may_begin && is_first_of_line(code, at) {
            let is_name = |name: &str| seen.contains(name) || is_known(name);
            if is_like_magic(line) && !(line.starts_with('!') && is_rust(rest, is_name)) {
                found.push(at..at + line.trim_end().len());
                at += line.len();
                continue;
            }
        }
        let Some(token) = next(rest) else { break };
        let text = &rest[..token.len as usize];
        if token.kind == TokenKind::Ident {
            seen.insert(text);
        }
        place.pass(token.kind, text);
        at += text.len();
    }
    found
}

/// Whether a line would be none of Rust where a statement begins; after `!` it may still be.
pub fn is_like_magic(line: &str) -> bool {
    let line = line.trim();
    let Some(rest) = line.get(1..).filter(|rest| !rest.is_empty()) else { return false };
    match line.as_bytes()[0] {
        b'!' => true,
        b'?' => !rest.contains(char::is_whitespace),
        b':' => rest.starts_with(|first: char| first.is_ascii_alphabetic()),
        b'%' => rest.trim_start_matches('%').starts_with(char::is_alphabetic),
        _ => false,
    }
}

/// What is known of a place between two tokens.
struct Place {
    depth: usize,
    is_let: bool,
    may_begin: bool,
}

impl Default for Place {
    fn default() -> Self {
        Self { depth: 0, is_let: false, may_begin: true }
    }
}

impl Place {
    fn pass(&mut self, kind: TokenKind, text: &str) {
        use TokenKind::*;
        match kind {
            Whitespace | LineComment { .. } | BlockComment { .. } => return,
            OpenParen | OpenBrace | OpenBracket => self.depth += 1,
            CloseParen | CloseBrace | CloseBracket => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        let outside = self.depth == 0;
        self.is_let &= !(outside && kind == Semi);
        self.is_let |= outside && text == "let";
        self.may_begin = outside && (kind == Semi || kind == CloseBrace && !self.is_let);
    }
}

fn next(code: &str) -> Option<Token> {
    tokenize(code, FrontmatterAllowed::No).next()
}

fn is_first_of_line(code: &str, at: usize) -> bool {
    code[..at].rsplit('\n').next().is_none_or(|before| before.trim().is_empty())
}

/// Whether the statement that `code` begins with, after a `!`, is Rust rather than a command.
fn is_rust(code: &str, is_name: impl Fn(&str) -> bool) -> bool {
    let statement = statement(code);
    if Block::parse_within.parse_str(statement).is_err() {
        return false;
    }
    let goes_on = code[statement.len()..].trim_start();
    let command = statement[1..].trim_start();
    let first = next(command).map(|token| (token.kind, &command[..token.len as usize]));
    let is_named = match first {
        Some((TokenKind::Ident, name)) => is_name(name),
        _ => true,
    };
    is_named || !is_bare(command) || ["&&", "||", "."].iter().any(|it| goes_on.starts_with(it))
}

/// Whether a text could be a program with options: `nvidia-smi -l` is a difference, too.
fn is_bare(command: &str) -> bool {
    use TokenKind::*;
    let is_plain = |kind| {
        matches!(
            kind,
            Ident | Whitespace | Literal { .. } | Minus | Dot | Slash | And | Or | Lt | Gt | Semi
        )
    };
    tokenize(command, FrontmatterAllowed::No).all(|token| is_plain(token.kind))
}

/// The lines up to the first that ends outside of all brackets.
fn statement(code: &str) -> &str {
    let (mut depth, mut at) = (0usize, 0);
    while let Some(token) = next(&code[at..]) {
        use TokenKind::*;
        let text = &code[at..at + token.len as usize];
        match token.kind {
            OpenParen | OpenBrace | OpenBracket => depth += 1,
            CloseParen | CloseBrace | CloseBracket => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && text.contains('\n') {
            break;
        }
        at += text.len();
    }
    &code[..at]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of `code` that are no Rust.
    fn magics(code: &str) -> Vec<&str> {
        let lines = magic_lines(code, |name| name == "known");
        lines.into_iter().map(|range| &code[range]).collect()
    }

    #[test]
    fn rust_is_left_alone() {
        for code in [
            "fn f(a: bool, b: bool) -> bool {\n    !(a && b)\n}",
            "fn f(x: bool) -> bool {\n!x\n}",
            "!(known && other)",
            "!a.is_empty() || b",
            "!is_even(3)",
            "!matches!(x, 1)",
            "!list.iter().any(|x| {\n    x > 1\n})",
            "!known",
            "let done = true;\n!done",
            "!unheard\n    && of",
            "!true",
            "let text = \"\n!ls\n%time x\n:dep a\n\";",
            "let text = r#\"\n!ls \"\n\"#;",
            "/*\n!ls\n%vars\n*/",
            "let x = 7\n    %mine;",
            "let x = { 7 }\n%mine;",
            "a\n    % b",
            "let x =\n!ls;",
            "f(\n%vars\n)",
            "::std::mem::swap(a, b)",
            "?",
            "f()\n    ?;",
            "%",
            "",
        ] {
            assert_eq!(magics(code), [""; 0], "{code}");
        }
    }

    #[test]
    fn magics_are_found_where_statements_begin() {
        for (code, expected) in [
            ("!ls", &["!ls"][..]),
            ("!ls -l\n!nvidia-smi; \nlet x = 1;", &["!ls -l", "!nvidia-smi;"]),
            ("!echo $((20 + 3))", &["!echo $((20 + 3))"]),
            ("!echo \"it's\n%vars", &["!echo \"it's", "%vars"]),
            ("!(cd a; ls)\nx", &["!(cd a; ls)"]),
            ("!/bin/ls\n!./run.sh", &["!/bin/ls", "!./run.sh"]),
            ("// first\n  %time f()\nx", &["%time f()"]),
            ("fn f() {}\n%vars", &["%vars"]),
            ("let x = 1;\n\n?Vec::push\n:vars", &["?Vec::push", ":vars"]),
        ] {
            assert_eq!(magics(code), expected, "{code}");
        }
    }

    #[test]
    fn anything_can_be_read() {
        for code in ["!", "!é", "!\"", "!(", "%é", "'", "r#\"", "!\u{0}", "/*", "!(\n", "é!"] {
            magics(code);
        }
    }
}
