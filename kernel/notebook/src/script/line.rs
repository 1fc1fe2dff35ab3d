//! The lines of a cell in a script.
//!
//! What is no Rust is commented out. A line that would then be taken for something else, such as a
//! comment about a magic, gets one comment sign more, and loses it again when it is read.

use super::marker::Marker;
use crate::Kind;
use candlelab_engine::lines::is_like_magic;

/// Put before a line that looks like the beginning of a cell.
const NO_MARKER: &str = "// // ";

/// A line of a cell as it stands in the script; `is_magic` is whether it is a line of code and no
/// Rust.
pub(super) fn write(line: &str, kind: Kind, is_magic: bool) -> String {
    let line = if is_like_marker(line) { format!("{NO_MARKER}{line}") } else { line.to_owned() };
    match kind {
        Kind::Code if is_magic || is_comment(&line) && has_magic(&line) => {
            let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
            format!("{indent}// {rest}")
        }
        Kind::Code => line,
        Kind::Markdown | Kind::Raw if line.is_empty() => "//".into(),
        Kind::Markdown | Kind::Raw => format!("// {line}"),
    }
}

/// A line of the script as it stands in the cell.
pub(super) fn read(line: &str, kind: Kind) -> String {
    let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
    let line = match kind {
        Kind::Code if has_magic(line) => format!("{indent}{}", uncomment(rest)),
        Kind::Code => line.to_owned(),
        Kind::Markdown | Kind::Raw => uncomment(line).to_owned(),
    };
    match line.strip_prefix(NO_MARKER) {
        Some(rest) if is_like_marker(rest) => rest.to_owned(),
        _ => line,
    }
}

/// A line without its first comment sign.
pub(super) fn uncomment(line: &str) -> &str {
    line.strip_prefix("// ").or_else(|| line.strip_prefix("//")).unwrap_or(line)
}

/// The text after any number of comment signs.
fn content(line: &str) -> &str {
    let mut rest = line.trim_start();
    while let Some(inner) = rest.strip_prefix("//") {
        rest = inner.trim_start();
    }
    rest
}

fn is_like_marker(line: &str) -> bool {
    Marker::is_in(&format!("//{}", content(line)))
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

fn has_magic(line: &str) -> bool {
    is_like_magic(content(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: Kind, line: &str, expected: &str) {
        let is_magic = kind == Kind::Code && is_like_magic(line);
        assert_eq!(write(line, kind, is_magic), expected);
        assert_eq!(read(expected, kind), line);
    }

    #[test]
    fn prose_and_magics_are_commented_out() {
        check(Kind::Markdown, "# A", "// # A");
        check(Kind::Markdown, "", "//");
        check(Kind::Code, "let x = 1; // one", "let x = 1; // one");
        check(Kind::Code, ":dep a = \"1\"", "// :dep a = \"1\"");
        check(Kind::Code, "  %time f()", "  // %time f()");
    }

    #[test]
    fn comments_that_look_like_something_else_come_back() {
        check(Kind::Code, "// %time f()", "// // %time f()");
        check(Kind::Code, "//:dep a", "// //:dep a");
        check(Kind::Code, "// %% a", "// // // %% a");
        check(Kind::Code, "%% a", "// // %% a");
        check(Kind::Markdown, "%% a", "// // // %% a");
        check(Kind::Markdown, "// // %%", "// // // // // %%");
    }
}
