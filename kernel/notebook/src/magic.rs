//! Lines of a code cell that are no Rust: `%vars`, `!ls`, `?Vec` and `:dep`.
//!
//! The kernel knows each magic by name; here it is enough to tell them from Rust, where `%` and
//! `!` may begin a line as well.

/// What a line asks of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Magic<'a> {
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
    /// The magic in a line; `None` for one of Rust.
    pub fn of(line: &'a str) -> Option<Self> {
        let line = line.trim();
        let rest = line.get(1..)?;
        let is_magic = match line.as_bytes()[0] {
            b'!' => is_command(rest),
            b'?' => rest.chars().all(|it| it.is_alphanumeric() || "_:".contains(it)),
            b':' => rest.starts_with(|it: char| it.is_ascii_alphabetic()),
            b'%' => is_name(words(rest).0.trim_start_matches('%')),
            _ => false,
        };
        let is_magic = is_magic && !rest.is_empty() && !rest.starts_with(' ');
        is_magic.then(|| match (line.as_bytes()[0], words(rest)) {
            (b'%' | b':', ("dep", rest)) => Self::Dependency(rest),
            (b'%', ("time", rest)) => Self::Time(rest),
            (b'%', ("timeit", rest)) => Self::TimeIt(rest),
            _ => Self::Other,
        })
    }
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(char::is_alphabetic)
}

/// `!x` may also begin a negation over several lines; a command begins with a program.
fn is_command(command: &str) -> bool {
    !command.ends_with([')', ';', '}', ']', ','])
        || command.contains(' ')
        || command.starts_with(['/', '.'])
}

fn words(text: &str) -> (&str, &str) {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (first, rest.trim())
}

/// What a code cell asks to be added to the crates.
pub(crate) fn dependencies(source: &str) -> impl Iterator<Item = &str> {
    source.lines().filter_map(|line| match Magic::of(line) {
        Some(Magic::Dependency(dependency)) => Some(dependency),
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
    let rust = |line: &str| match Magic::of(line) {
        None => line.to_owned(),
        Some(Magic::Time(code)) => format!("{code} // %time"),
        Some(Magic::TimeIt(code)) => format!("{{ {code} }}; // %timeit"),
        Some(Magic::Dependency(_) | Magic::Other) => comment(line),
    };
    source.split('\n').map(rust).collect::<Vec<_>>().join("\n")
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
        for code in ["let x = 7\n    %mine;", "a\n    % b", "!done();", "::std::f()", "?;", "%", ""]
        {
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
