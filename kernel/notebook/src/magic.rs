//! Lines of a code cell that are no Rust: `%vars`, `!ls`, `?Vec` and `:dep`.
//!
//! The kernel knows each magic by name; here it is enough to tell them from Rust.

use candlelab_engine::lines::magic_lines;
use std::ops::Range;

/// What a line asks of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Magic<'a> {
    /// `%dep` or `:dep`, and what follows.
    Dependency(&'a str),
    /// `%time`, and the Rust after it.
    Time(&'a str),
    /// `%timeit`, and the Rust after it.
    TimeIt(&'a str),
    /// Anything else.
    Other,
}

impl<'a> Magic<'a> {
    /// The magic in a line that is no Rust.
    fn of(line: &'a str) -> Self {
        match (line.as_bytes()[0], words(&line[1..])) {
            (b'%' | b':', ("dep", rest)) => Self::Dependency(rest),
            (b'%', ("time", rest)) => Self::Time(rest),
            (b'%', ("timeit", rest)) => Self::TimeIt(rest),
            _ => Self::Other,
        }
    }
}

/// The bytes of each line that is no Rust. The names of other cells are not known here.
pub(crate) fn magics(source: &str) -> Vec<Range<usize>> {
    magic_lines(source, |_| false)
}

fn words(text: &str) -> (&str, &str) {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (first, rest.trim())
}

/// What a code cell asks to be added to the crates.
pub(crate) fn dependencies(source: &str) -> impl Iterator<Item = &str> {
    magics(source).into_iter().filter_map(|line| match Magic::of(&source[line]) {
        Magic::Dependency(dependency) => Some(dependency),
        _ => None,
    })
}

/// The Rust of a code cell, line for line where the cell's stands: magics become comments, and the
/// code that they time stays.
pub(crate) fn to_rust(source: &str) -> String {
    let code = source.trim_start();
    let above = "\n".repeat(source[..source.len() - code.len()].matches('\n').count());
    let Some(rest) = code.strip_prefix("%%") else { return each_line(source) };
    let (first, body) = rest.split_once('\n').unwrap_or((rest, ""));
    let body = each_line(body);
    above
        + &match words(first) {
            ("time", first) => format!("{first} // %%time\n{body}"),
            ("timeit", first) => format!("{{ {first} // %%timeit\n{body}\n}};"),
            ("test", first) => format!("{first} // %%test\n{body}"),
            _ => comment(code),
        }
}

fn each_line(source: &str) -> String {
    let (mut rust, mut done) = (String::new(), 0);
    for range in magics(source) {
        let line = &source[range.clone()];
        rust += &source[done..range.start];
        rust += &match Magic::of(line) {
            Magic::Time(code) => format!("{code} // %time"),
            Magic::TimeIt(code) => format!("{{ {code} }}; // %timeit"),
            Magic::Dependency(_) | Magic::Other => comment(line),
        };
        done = range.end;
    }
    rust + &source[done..]
}

fn comment(lines: &str) -> String {
    lines.split('\n').map(|line| format!("// {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &str) {
        assert_eq!(to_rust(source), expected);
    }

    #[test]
    fn rust_stays_as_it_is() {
        for code in ["let x = 7\n    %mine;", "!(a && b)", "!done();", "let x = \"\n%vars\";", ""] {
            check(code, code);
        }
    }

    #[test]
    fn magics_become_comments_where_they_stand() {
        check(
            "%vars\nlet x = 1;\n!ls -l\n:dep a = \"1\"",
            "// %vars\nlet x = 1;\n// !ls -l\n// :dep a = \"1\"",
        );
        check("?Vec::push", "// ?Vec::push");
        check("\n%%bash\nls\nrm a", "\n// %%bash\n// ls\n// rm a");
    }

    #[test]
    fn timed_code_stays() {
        check("%time f()\nx", "f() // %time\nx");
        check("%timeit f()", "{ f() }; // %timeit");
        check("%%time\nlet x = 1;", " // %%time\nlet x = 1;");
        check("%%timeit\nf()", "{  // %%timeit\nf()\n};");
    }

    #[test]
    fn dependencies_are_found_in_both_forms() {
        let source = "%dep a = \"1\"\nlet x = 1;\n:dep b\n// :dep c";
        assert_eq!(dependencies(source).collect::<Vec<_>>(), ["a = \"1\"", "b"]);
    }
}
