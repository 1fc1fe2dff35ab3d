//! Tells the numbers in a line from the text around them.

use super::Tolerance;
use regex::Regex;
use std::sync::LazyLock;

/// What counts as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grammar {
    /// Numbers stand apart: those of names (`x1`, `layer.0`), addresses (`0x7f`) and versions
    /// (`0.11.1`) are text.
    Prose,
    /// Numbers may follow the letter of a path's command (`M10-.5`); colours (`#1f77b4`) are text.
    Svg,
}

/// What a pattern finds without the group `number` is passed over whole.
static PROSE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u)
        (?<number> [+-]? (?: NaN | nan | inf | Inf | Infinity ) \b )
        | 0[xX] [0-9A-Fa-f_]+
        | [A-Za-z_] \w* (?: \.\w+ )*
        | [+-]? \d+ (?: \.\d+ ){2,}
        | (?<number_> [+-]? \d+ (?: \.\d+ )? (?: [eE][+-]?\d+ )? )",
    )
});
static SVG: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u)
        \# [0-9A-Fa-f]+
        | (?<number> [+-]? (?: \d+ (?: \.\d* )? | \.\d+ ) (?: [eE][+-]?\d+ )? )
        | [Zz][Mm]
        | [A-Za-z_] [A-Za-z_] [\w.-]*
        | [A-Za-z_]",
    )
});

fn pattern(text: &str) -> Regex {
    Regex::new(&format!("(?x){text}")).expect("a valid pattern")
}

impl Grammar {
    /// Whether two lines are equal, their numbers within the tolerance.
    pub fn equal(self, stored: &str, new: &str, tolerance: &Tolerance) -> bool {
        if stored == new {
            return true;
        }
        let ((stored, stored_end), (new, new_end)) = (self.split(stored), self.split(new));
        let mut pairs = stored.iter().zip(&new);
        stored_end == new_end
            && stored.len() == new.len()
            && pairs.all(|(stored, new)| stored.equals(new, tolerance))
    }

    /// The line with every number replaced by the same sign: what equal lines have in common.
    pub fn shape(self, line: &str) -> String {
        let (numbers, end) = self.split(line);
        let mut shape = String::new();
        for number in numbers {
            shape.push_str(number.unpadded());
            shape.push('\0');
        }
        shape + end
    }

    /// The numbers of a line with the text before each, and the text after the last.
    fn split(self, line: &str) -> (Vec<Number<'_>>, &str) {
        let pattern = match self {
            Self::Prose => &PROSE,
            Self::Svg => &SVG,
        };
        let mut numbers = Vec::new();
        let mut end = 0;
        for found in pattern.captures_iter(line) {
            let Some(digits) = found.name("number").or(found.name("number_")) else { continue };
            let Some(value) = value(digits.as_str()) else { continue };
            let before = &line[end..digits.start()];
            numbers.push(Number { before, digits: digits.as_str(), value });
            end = digits.end();
        }
        (numbers, &line[end..])
    }
}

/// The value of a number; `None` where an f64 cannot hold it, such as parts of hashes (`12e3456`).
fn value(digits: &str) -> Option<f64> {
    let value: f64 = digits.parse().ok()?;
    let spelled_out = digits.ends_with(char::is_alphabetic);
    (value.is_finite() || spelled_out).then_some(value)
}

struct Number<'a> {
    /// The text between the number before and this one.
    before: &'a str,
    digits: &'a str,
    value: f64,
}

impl Number<'_> {
    fn equals(&self, other: &Self, tolerance: &Tolerance) -> bool {
        // In a column, a number with a sign or a digit more has fewer spaces before it.
        let same_column = || self.unpadded() == other.unpadded() && self.width() == other.width();
        let same_value = || self.digits == other.digits || tolerance.equal(self.value, other.value);
        (self.before == other.before || same_column()) && same_value()
    }

    /// The text before the number without the spaces that align it.
    fn unpadded(&self) -> &str {
        self.before.trim_end_matches(' ')
    }

    fn width(&self) -> usize {
        self.before.len() - self.unpadded().len() + self.digits.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line with its numbers in brackets.
    #[track_caller]
    fn check(grammar: Grammar, line: &str, expected: &str) {
        let (numbers, end) = grammar.split(line);
        let marked: String =
            numbers.iter().map(|it| format!("{}[{}]", it.before, it.digits)).collect();
        assert_eq!(marked + end, expected);
    }

    #[test]
    fn numbers_of_prose_stand_apart() {
        check(Grammar::Prose, "loss 1.0e-3, -0.5 and NaN", "loss [1.0e-3], [-0.5] and [NaN]");
        check(Grammar::Prose, "<td>+2</td> 3 %, -inf", "<td>[+2]</td> [3] %, [-inf]");
        check(Grammar::Prose, "1..3 x=4.", "[1]..[3] x=[4].");
        check(Grammar::Prose, "1.5f32 90° 損失0.5", "[1.5]f32 [90]° 損失[0.5]");
    }

    #[test]
    fn names_addresses_and_versions_are_text() {
        check(Grammar::Prose, "x1 conv2d_3 layer.0.weight", "x1 conv2d_3 layer.0.weight");
        check(
            Grammar::Prose,
            "0x7f12 candle 0.11.1 information",
            "0x7f12 candle 0.11.1 information",
        );
        check(Grammar::Prose, "12e3456 7e2", "12e3456 [7e2]");
    }

    #[test]
    fn numbers_of_paths_follow_letters() {
        check(Grammar::Svg, "d='M10-.5L2,3zM4 5e1Z'", "d='M[10][-.5]L[2],[3]zM[4] [5e1]Z'");
        check(Grammar::Svg, "fill='#1f77b4' id='ab12'", "fill='#1f77b4' id='ab12'");
        check(Grammar::Svg, "rotate(-90 1.5px)", "rotate([-90] [1.5]px)");
    }

    #[track_caller]
    fn equal(stored: &str, new: &str, expected: bool) {
        let found = Grammar::Prose.equal(stored, new, &Tolerance::default());
        assert_eq!(found, expected, "{stored:?} {new:?}");
    }

    #[test]
    fn numbers_are_compared_as_such_and_text_exactly() {
        equal("loss 0.5", "loss 5.000001e-1", true);
        equal("loss 0.5", "loss 0.51", false);
        equal("loss 0.5", "Loss 0.5", false);
        equal("[1, 2]", "[1, 2, 3]", false);
        equal("NaN inf", "NaN inf", true);
        equal("NaN", "1", false);
    }

    #[test]
    fn alignment_is_no_difference_and_other_spaces_are() {
        equal("[ 0.0000, 1]", "[-0.0000, 1]", true);
        equal("a  9.9999999", "a 10.0000000", true);
        equal("a 1", "a  1", false);
        equal("a 1  b", "a 1 b", false);
    }
}
