//! Rust as a row of tokens from which names have been taken; also what does not compile.

const KEYWORDS: [&str; 35] = [
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "false",
    "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "type", "unsafe", "use",
    "while",
];

/// Keywords and signs as they are, `v` for a name, `0` for a number, `"` for a text; no comments.
pub fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (length, token) = next(rest, first);
        tokens.extend(token);
        rest = rest[length..].trim_start();
    }
    tokens
}

/// The length of what a text begins with, and the token that it is.
fn next(text: &str, first: char) -> (usize, Option<&str>) {
    if text.starts_with("//") {
        return (text.find('\n').unwrap_or(text.len()), None);
    }
    if text.starts_with("/*") {
        return (text.find("*/").map_or(text.len(), |end| end + 2), None);
    }
    if let Some(length) = raw_text(text) {
        return (length, Some("\""));
    }
    let word = word_length(text);
    match first {
        '"' => (quoted_length(text, '"'), Some("\"")),
        '\'' => match character(text) {
            Some(length) => (length, Some("\"")),
            None => (1, Some("'")),
        },
        '0'..='9' => (number_length(text), Some("0")),
        _ if word > 0 => {
            let is_keyword = KEYWORDS.contains(&&text[..word]);
            (word, Some(if is_keyword { &text[..word] } else { "v" }))
        }
        _ => (first.len_utf8(), Some(&text[..first.len_utf8()])),
    }
}

fn word_length(text: &str) -> usize {
    text.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(text.len())
}

/// `1.5e3` is one number, `1..5` two.
fn number_length(text: &str) -> usize {
    let whole = word_length(text);
    match text[whole..].strip_prefix('.') {
        Some(rest) if rest.starts_with(|it: char| it.is_ascii_digit()) => {
            whole + 1 + word_length(rest)
        }
        _ => whole,
    }
}

/// The length of a text in quotation marks, up to its end if the last is missing.
fn quoted_length(text: &str, mark: char) -> usize {
    let mut is_escaped = false;
    for (place, it) in text.char_indices().skip(1) {
        if it == mark && !is_escaped {
            return place + 1;
        }
        is_escaped = it == '\\' && !is_escaped;
    }
    text.len()
}

/// `r"…"` and `r#"…"#`.
fn raw_text(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('r')?;
    let marks = rest.len() - rest.trim_start_matches('#').len();
    let inside = rest[marks..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(marks));
    let length = inside.find(&end).map_or(inside.len(), |found| found + end.len());
    Some(1 + marks + 1 + length)
}

/// `'a'` and `'\n'`, but no lifetime.
fn character(text: &str) -> Option<usize> {
    let mut inside = text[1..].chars();
    match inside.next()? {
        '\\' => Some(quoted_length(text, '\'')),
        one => (inside.next()? == '\'').then(|| 2 + one.len_utf8()),
    }
}

#[cfg(test)]
mod tests {
    use super::tokens;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(tokens(text).join(" "), expected, "{text}");
    }

    #[test]
    fn names_numbers_and_texts_lose_what_they_say() {
        check("let total = first + 1.5e3; // sum", "let v = v + 0 ;");
        check("fn f<'a>(x: &'a str) -> char { 'x' }", "fn v < ' v > ( v : & ' v v ) - > v { \" }");
        check(r##"f("a\"b", r#"c"d"#, '\'')"##, "v ( \" , \" , \" )");
        check("for i in 0..10 { /* no */ }", "for v in 0 . . 0 { }");
    }

    #[test]
    fn what_does_not_compile_has_tokens_too() {
        check("fn f( { \"open", "fn v ( { \"");
        check("'", "'");
        check("/* open", "");
        check("größe ≤ 3 r#\"x", "v ≤ 0 \"");
    }
}
