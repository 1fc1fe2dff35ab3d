//! Puts differences into words and into unified diffs.

use super::Mismatch;
use similar::{DiffOp, TextDiff};
use std::time::{Duration, Instant};

/// Lines of context around a change.
const CONTEXT: usize = 2;
/// How many characters of a line a diff shows.
const WIDTH: usize = 120;
/// How many lines of a diff are shown.
const LENGTH: usize = 40;
/// How many characters of either side a message quotes.
const QUOTE: usize = 60;

/// The first difference in words, and all of them as a diff; `None` where there is none.
pub fn mismatch(stored: &[&str], new: &[&str]) -> Option<Mismatch> {
    let diff = TextDiff::configure().deadline(deadline()).diff_slices(stored, new);
    let change = diff.ops().iter().find(|op| !matches!(op, DiffOp::Equal { .. }))?;
    let (old, fresh) = (change.old_range().start, change.new_range().start);
    let what = match change {
        DiffOp::Delete { .. } => format!("line {} {} is gone", old + 1, quote(stored[old], 0)),
        DiffOp::Insert { .. } => format!("line {} {} is new", fresh + 1, quote(new[fresh], 0)),
        _ => format!("line {} {}", old + 1, sides(stored[old], new[fresh])),
    };
    Some(Mismatch { what, diff: unified(&diff) })
}

/// When to settle for a rougher diff.
pub fn deadline() -> Instant {
    Instant::now() + Duration::from_secs(1)
}

/// Both sides of a difference, around its beginning.
pub fn sides(stored: &str, new: &str) -> String {
    let at = stored.chars().zip(new.chars()).take_while(|(a, b)| a == b).count();
    format!("was {}, is {}", quote(stored, at), quote(new, at))
}

fn unified(diff: &TextDiff<'_, '_, str>) -> String {
    let mut lines = vec!["--- stored".to_owned(), "+++ new".to_owned()];
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        lines.push(hunk.header().to_string());
        let changes = hunk.iter_changes();
        lines.extend(changes.map(|it| format!("{}{}", it.tag(), window(it.value(), 0, WIDTH))));
    }
    if lines.len() > LENGTH {
        let left_out = lines.len() - LENGTH;
        lines.truncate(LENGTH);
        lines.push(format!("… {left_out} more lines"));
    }
    lines.join("\n") + "\n"
}

fn quote(line: &str, at: usize) -> String {
    format!("`{}`", window(line, at, QUOTE))
}

/// The part of a long line around a character, `…` where something is cut off.
pub fn window(line: &str, at: usize, width: usize) -> String {
    let length = line.chars().count();
    let start = at.saturating_sub(width / 2).min(length.saturating_sub(width));
    let part: String = line.chars().skip(start).take(width).collect();
    let before = if start > 0 { "…" } else { "" };
    let after = if start + width < length { "…" } else { "" };
    format!("{before}{part}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(stored: &[&str], new: &[&str], what: &str) {
        assert_eq!(mismatch(stored, new).unwrap().what, what);
    }

    #[test]
    fn the_first_change_is_named() {
        check(&["a", "b"], &["a", "c"], "line 2 was `b`, is `c`");
        check(&["a", "b"], &["b"], "line 1 `a` is gone");
        check(&["a"], &["a", "b", "c"], "line 2 `b` is new");
        assert_eq!(mismatch(&["a"], &["a"]), None);
    }

    #[test]
    fn a_diff_shows_the_change_and_a_little_around_it() {
        let diff = mismatch(&["1", "2", "3", "4", "5"], &["1", "2", "3", "4", "6"]).unwrap().diff;
        assert_eq!(diff, "--- stored\n+++ new\n@@ -3,3 +3,3 @@\n 3\n 4\n-5\n+6\n");
    }

    #[test]
    fn long_lines_are_quoted_where_they_differ() {
        let line = |end: &str| format!("{}{end}", "x".repeat(100));
        let what = mismatch(&[&line("a")], &[&line("b")]).unwrap().what;
        let x = "x".repeat(59);
        assert_eq!(what, format!("line 1 was `…{x}a`, is `…{x}b`"));
        assert_eq!(window("abcdef", 3, 2), "…cd…");
    }

    #[test]
    fn long_diffs_are_cut() {
        let lines = vec!["x"; 100];
        let diff = mismatch(&lines, &[]).unwrap().diff;
        assert_eq!(diff.lines().count(), LENGTH + 1);
        assert!(diff.ends_with("… 63 more lines\n"), "{diff}");
    }
}
