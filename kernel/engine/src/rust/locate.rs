//! Finds the place in a notebook that a line of generated code came from.

use super::edit::Edited;

/// A position in a cell: `In[number]:line:column`, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub number: usize,
    pub line: usize,
    pub column: usize,
    /// The line's text.
    pub text: String,
}

/// A cell that was run: its number and its code.
pub type Ran = (usize, Edited);

/// Where `location` (`src/lib.rs:line:column`) of the generated code stands in the cells, looking
/// at the newest first; `None` where the code is not a cell's.
pub fn locate(location: &str, generated: &str, cells: &[Ran]) -> Option<Place> {
    let mut parts = location.strip_prefix("src/lib.rs:")?.split(':');
    let line: usize = parts.next()?.parse().ok()?;
    let column: usize = parts.next()?.parse().ok()?;
    let generated: Vec<&str> = generated.lines().collect();
    let text = generated.get(line.checked_sub(1)?)?;
    let candidates = cells.iter().rev().flat_map(|(number, shown)| {
        let lines: Vec<&str> = shown.code.lines().collect();
        (0..lines.len())
            .filter(|at| lines[*at].contains(text.trim()))
            .map(|at| (agreement(&generated, line - 1, &lines, at), *number, shown, at))
            .collect::<Vec<_>>()
    });
    // The first of the best, which is the newest.
    let (_, number, shown, at) =
        candidates.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    let own = shown.code.lines().nth(at)?;
    let indent = text.len() - text.trim_start().len();
    let start = own.find(text.trim())?;
    let column =
        column.saturating_sub(text[..indent].chars().count()) + own[..start].chars().count();
    let text = shown.user_line(at + 1)?.to_owned();
    Some(Place { number, line: at + 1, column: shown.column(at + 1, column), text })
}

/// How many lines around the two positions are the same.
fn agreement(generated: &[&str], line: usize, cell: &[&str], at: usize) -> usize {
    let same = |one: Option<&&str>, other: Option<&&str>| match (one, other) {
        (Some(one), Some(other)) => one.trim() == other.trim(),
        _ => false,
    };
    let below = (1..).take_while(|step| same(generated.get(line + step), cell.get(at + step)));
    let above = (1..).take_while(|step| {
        let index = |from: usize| from.checked_sub(*step);
        same(
            index(line).and_then(|index| generated.get(index)),
            index(at).and_then(|index| cell.get(index)),
        )
    });
    below.count() + above.count()
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn show_last(code: &str) -> Edited {
        Edited::new(code, parse::show_last(code))
    }

    fn cells() -> Vec<Ran> {
        vec![
            (1, show_last("fn half(x: i32) -> i32 {\n    assert!(x % 2 == 0);\n    x / 2\n}")),
            (2, show_last("let a = 1; let b = [1, 2];\nhalf(3);\n  b[9]")),
        ]
    }

    #[test]
    fn a_statement_is_found_in_the_newest_cell() {
        let generated =
            "glue\nlet a = 1;\nlet b = [1, 2];\nhalf(3);\n  candlelab::host::show!(b[9]\n);\nglue";
        let place = locate("src/lib.rs:5:26", generated, &cells()).unwrap();
        assert_eq!((place.number, place.line, place.column), (2, 3, 3));
    }

    #[test]
    fn two_statements_on_a_line_keep_their_columns() {
        let generated = "glue\nlet a = 1; \nlet b = [1, 2];\nhalf(3);";
        let place = locate("src/lib.rs:3:5", generated, &cells()).unwrap();
        assert_eq!((place.line, place.column), (1, 16));
    }

    #[test]
    fn a_function_of_an_earlier_cell_is_named() {
        let generated =
            "fn half(x: i32) -> i32 {\n    assert!(x % 2 == 0);\n    x / 2\n}\nhalf(3);";
        let place = locate("src/lib.rs:2:5", generated, &cells()).unwrap();
        assert_eq!((place.number, place.line, place.column), (1, 2, 5));
    }

    #[test]
    fn library_code_is_in_no_cell() {
        assert_eq!(locate("/registry/candle/src/tensor.rs:1:1", "a", &cells()), None);
    }
}
