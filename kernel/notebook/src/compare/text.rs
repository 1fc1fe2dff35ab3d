//! Compares texts line by line, their numbers by the tolerance.

use super::number::Grammar;
use super::{Mismatch, Tolerance, diff};
use regex::Regex;
use similar::{Algorithm, DiffOp, capture_diff_slices_by_key_deadline};
use std::sync::LazyLock;

/// What differs; `None` where nothing does.
pub fn compare(
    stored: &str,
    new: &str,
    grammar: Grammar,
    tolerance: &Tolerance,
) -> Option<Mismatch> {
    if stored == new {
        return None;
    }
    let (stored, new) = (settle(stored, tolerance), settle(new, tolerance));
    let stored: Vec<&str> = stored.lines().collect();
    let new = align(&stored, new.lines().collect(), grammar, tolerance);
    diff::mismatch(&stored, &new)
}

/// The text as it is in the end: without colours, each line in its last state, and masked.
pub fn settle(text: &str, tolerance: &Tolerance) -> String {
    static ESCAPES: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\x1b\[[0-?]*[ -/]*[@-~]").expect("a valid pattern"));
    static PADDING: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(" +<masked>").expect("a valid pattern"));

    let text = ESCAPES.replace_all(text, "");
    let lines: Vec<&str> = text.split('\n').map(last_state).collect();
    let mut text = lines.join("\n");
    for mask in &tolerance.masks {
        text = mask.replace_all(&text, "<masked>").into_owned();
    }
    // What aligned the text before it was masked no longer does.
    PADDING.replace_all(&text, " <masked>").into_owned()
}

/// What a progress bar showed last; a line may also just end with `\r\n`.
fn last_state(line: &str) -> &str {
    line.trim_end_matches('\r').rsplit('\r').next().unwrap_or_default()
}

/// The new lines, with the stored one in the place of each that equals it within the tolerance.
fn align<'a>(
    stored: &[&'a str],
    mut new: Vec<&'a str>,
    grammar: Grammar,
    tolerance: &Tolerance,
) -> Vec<&'a str> {
    let shape = |line: &&str| grammar.shape(line);
    let deadline = Some(diff::deadline());
    let alike =
        capture_diff_slices_by_key_deadline(Algorithm::Myers, stored, &new, shape, deadline);
    for op in alike {
        let DiffOp::Equal { old_index, new_index, len } = op else { continue };
        for (stored, new) in stored[old_index..][..len].iter().zip(&mut new[new_index..]) {
            if grammar.equal(stored, new, tolerance) {
                *new = stored;
            }
        }
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(stored: &str, new: &str) {
        assert_eq!(compare(stored, new, Grammar::Prose, &Tolerance::default()), None);
    }

    #[track_caller]
    fn differs(stored: &str, new: &str, what: &str) {
        let found = compare(stored, new, Grammar::Prose, &Tolerance::default());
        assert_eq!(found.expect("a difference").what, what);
    }

    #[test]
    fn the_last_state_of_a_line_counts() {
        same("10 %\r50 %\r100 %\nend\n", "100 %\nend\n");
        same("a\r\nb", "a\nb\n");
        same("1/2\r2/2\r", "2/2");
        differs("1/2\r2/2", "1/2", "line 1 was `2/2`, is `1/2`");
    }

    #[test]
    fn colours_do_not_count() {
        same("\x1b[1m0.5\x1b[0m", "\x1b[32;1m0.50\x1b[0m");
    }

    #[test]
    fn what_always_changes_is_masked() {
        same("took 1.23 s", "took 12 ms");
        same("  1.2 s\n 12.3 s", " 11.2 s\n  2.3 s");
        same("1m 30s, 45 min, 12.5 it/s", "2m 3s, 1 hour, 3 it/s");
        same("at 2024-05-01T12:00:00Z", "at 2025-01-31 08:15:59.123+02:00");
        same("[00:00:12] <Object at 0x7f12ab34cd>", "[00:01:02] <Object at 0x7ffff00001>");
        same("wrote /tmp/.tmpA1b2/model.bin", "wrote /tmp/.tmpZz/model.bin");
        same(
            "1.2 ms (middle half 1 ms to 2 ms, 90 runs)",
            "3 µs (middle half 2 µs to 3 µs, 7 runs)",
        );
        differs("3 seeds", "4 seeds", "line 1 was `3 seeds`, is `4 seeds`");
        differs("0xff", "0xfe", "line 1 was `0xff`, is `0xfe`");
    }

    #[test]
    fn own_masks_are_applied() {
        let masks = vec![Regex::new("seed [0-9]+").unwrap()];
        let tolerance = Tolerance { masks, ..Tolerance::default() };
        assert_eq!(compare("seed 1, ok", "seed 2, ok", Grammar::Prose, &tolerance), None);
        assert!(compare("1 s", "2 s", Grammar::Prose, &tolerance).is_some());
    }

    #[test]
    fn lines_within_the_tolerance_are_no_part_of_a_diff() {
        let found = compare(
            "a 0.1\nb 0.2\nc\nd 0.4",
            "a 0.1000001\nnew\nb 0.2000001\nc\nd 0.5",
            Grammar::Prose,
            &Tolerance::default(),
        );
        let expected =
            "--- stored\n+++ new\n@@ -1,4 +1,5 @@\n a 0.1\n+new\n b 0.2\n c\n-d 0.4\n+d 0.5\n";
        assert_eq!(found.unwrap().diff, expected);
    }
}
