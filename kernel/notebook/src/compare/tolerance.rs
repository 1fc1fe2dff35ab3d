//! What may differ.

use regex::Regex;
use std::sync::LazyLock;

/// What may differ between two runs of a cell.
#[derive(Clone, Debug)]
pub struct Tolerance {
    /// How far apart two numbers may be.
    ///
    /// By default 1e-6: what should be zero is about this far off in f32.
    pub absolute: f64,
    /// How far apart two numbers may be, as a fraction of the greater one; the wider of the two
    /// limits counts.
    ///
    /// By default 1e-5: an f32 has seven digits, and a sum in another order costs one or two.
    pub relative: f64,
    /// What is replaced by `<masked>` on both sides before text is compared.
    ///
    /// By default [`volatile`](Self::volatile).
    pub masks: Vec<Regex>,
    /// MIME types that are left out, or how they begin, such as `image/`.
    ///
    /// By default views of widgets, since their models have random names.
    pub ignore: Vec<String>,
    /// How many of the 1536 bits of two pictures' hashes may differ.
    ///
    /// A bit says whether a part of the picture is brighter than its neighbour: in red, green and
    /// blue, to the right and downwards, on a grid of 16 x 16. The default of 16 bits is one in a
    /// hundred: fonts drawn a little otherwise pass, a curve that runs otherwise does not.
    pub images: u32,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self {
            absolute: 1e-6,
            relative: 1e-5,
            masks: Self::volatile(),
            ignore: vec!["application/vnd.jupyter.widget-view+json".into()],
            images: 16,
        }
    }
}

impl Tolerance {
    /// Masks for what differs in every run.
    ///
    /// - durations: `1.23 s`, `12ms`, `4.5 µs`, `3 min`, `2 hours`, `1m 30s`, and how many runs
    ///   `%timeit` had time for
    /// - speeds: `35.2 it/s`
    /// - times: `2024-05-01T12:00:00Z`, `2024-05-01 12:00:00.123+02:00`, `12:00:00`
    /// - addresses in memory: `0x7ffd5e8a1b20`, from six digits on
    /// - temporary files: `/tmp/...`, `/var/folders/...`
    pub fn volatile() -> Vec<Regex> {
        static MASKS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
            let patterns = [
                r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?",
                r"\b\d{1,2}:\d\d:\d\d(\.\d+)?\b",
                r"\b0x[0-9a-fA-F]{6,}\b",
                r#"(/private)?(/tmp|/var/folders)/[^\s"'`<>()\[\]{},:;]+"#,
                r"\b(\d+ ?h(ours?)? ?)?(\d+ ?m(in(utes?)?)? ?)?\d+(\.\d+)? ?(ns|µs|μs|us|ms|s|secs?|seconds?|min|minutes?|hours?)\b",
                r"\b\d+(\.\d+)? ?(it|steps?|samples?|tokens?)/s\b",
                r", \d+ runs\)",
            ];
            patterns.map(|pattern| Regex::new(pattern).expect("a valid pattern")).into()
        });
        MASKS.clone()
    }

    /// Whether a MIME type is left out.
    pub(super) fn ignores(&self, mime: &str) -> bool {
        self.ignore.iter().any(|start| mime.starts_with(start))
    }

    /// Whether two numbers are as good as equal; so are two that are none.
    pub(super) fn equal(&self, a: f64, b: f64) -> bool {
        let limit = self.absolute.max(self.relative * a.abs().max(b.abs()));
        let close = a.is_finite() && b.is_finite() && (a - b).abs() <= limit;
        a == b || a.is_nan() && b.is_nan() || close
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(a: f64, b: f64, expected: bool) {
        let tolerance = Tolerance { absolute: 1e-3, relative: 0.1, ..Tolerance::default() };
        assert_eq!(tolerance.equal(a, b), expected, "{a} {b}");
        assert_eq!(tolerance.equal(b, a), expected, "{b} {a}");
    }

    #[test]
    fn the_wider_limit_counts() {
        check(0.0, 0.0009, true);
        check(0.0, 0.0011, false);
        check(100.0, 109.0, true);
        check(100.0, 112.0, false);
        check(-1.0, 1.0, false);
    }

    #[test]
    fn what_is_not_finite_equals_itself_only() {
        check(f64::NAN, f64::NAN, true);
        check(f64::INFINITY, f64::INFINITY, true);
        check(f64::INFINITY, f64::NEG_INFINITY, false);
        check(f64::INFINITY, 1e300, false);
        check(f64::NAN, 0.0, false);
    }

    #[test]
    fn types_are_ignored_by_how_they_begin() {
        let tolerance = Tolerance { ignore: vec!["image/".into()], ..Tolerance::default() };
        assert!(tolerance.ignores("image/png"));
        assert!(!tolerance.ignores("text/image/"));
    }
}
