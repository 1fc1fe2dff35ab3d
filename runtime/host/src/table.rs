//! Tables of rows that serde can serialise.

use crate::{Bundle, Rich};
use serde::Serialize;
use serde_json::Value;

/// Rows that are shown at the start and at the end of a long table.
const HEAD: usize = 20;
const TAIL: usize = 5;

/// A table; made by [`table`].
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

/// A table of rows: structs and maps give their fields' names to the columns, lists and tuples
/// are numbered, anything else is a table of one column.
///
/// Of a long table the first and the last rows are shown.
///
/// ```
/// use candlelab_host::{Rich, table};
/// let text = table([("lr", 0.1), ("momentum", 0.9)]).rich();
/// assert_eq!(text.get("text/plain"), Some("0           1\nlr        0.1\nmomentum  0.9"));
/// ```
pub fn table<R: Serialize>(rows: impl IntoIterator<Item = R>) -> Table {
    let mut table = Table { columns: Vec::new(), rows: Vec::new() };
    for row in rows {
        // What cannot be JSON, such as a map with lists as keys, stays empty.
        table.push(serde_json::to_value(row).unwrap_or_default());
    }
    table
}

impl Table {
    fn push(&mut self, row: Value) {
        let cells: Vec<(String, Value)> = match row {
            Value::Object(fields) => fields.into_iter().collect(),
            Value::Array(items) => {
                items.into_iter().enumerate().map(|(at, it)| (at.to_string(), it)).collect()
            }
            other => vec![("value".into(), other)],
        };
        let mut row = Vec::new();
        for (name, value) in cells {
            let known = self.columns.iter().position(|column| *column == name);
            let at = known.unwrap_or_else(|| {
                self.columns.push(name);
                self.columns.len() - 1
            });
            if row.len() <= at {
                row.resize(at + 1, Value::Null);
            }
            row[at] = value;
        }
        self.rows.push(row);
    }

    /// The rows that are shown, as text; `None` stands for those that are left out.
    fn shown(&self) -> Vec<Option<Vec<String>>> {
        let texts = |row: &Vec<Value>| {
            let cells = (0..self.columns.len()).map(|at| row.get(at).map(text).unwrap_or_default());
            Some(cells.collect())
        };
        if self.rows.len() <= HEAD + TAIL + 1 {
            return self.rows.iter().map(texts).collect();
        }
        let head = self.rows[..HEAD].iter().map(texts);
        let tail = self.rows[self.rows.len() - TAIL..].iter().map(texts);
        head.chain([None]).chain(tail).collect()
    }

    fn note(&self) -> String {
        format!("… {} more rows", self.rows.len() - HEAD - TAIL)
    }

    fn is_number(&self, column: usize) -> bool {
        let mut cells = self.rows.iter().filter_map(|row| row.get(column));
        cells.all(|cell| cell.is_number() || cell.is_null())
    }

    fn plain(&self) -> String {
        let shown = self.shown();
        let count = |text: &String| text.chars().count();
        let width = |at: usize| {
            let cells = shown.iter().flatten().map(|row| count(&row[at]));
            cells.chain([count(&self.columns[at])]).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let line = |row: &[String]| {
            let cells = row.iter().enumerate().map(|(at, cell)| match self.is_number(at) {
                true => format!("{cell:>width$}", width = widths[at]),
                false => format!("{cell:width$}", width = widths[at]),
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        let rows =
            shown.iter().map(|row| row.as_ref().map_or_else(|| self.note(), |row| line(row)));
        std::iter::once(line(&self.columns)).chain(rows).collect::<Vec<_>>().join("\n")
    }

    fn html(&self) -> String {
        let align = |at: usize| if self.is_number(at) { "right" } else { "left" };
        let cells = |tag: &str, row: &[String]| {
            let cell = |(at, text): (usize, &String)| {
                format!("<{tag} style=\"text-align:{}\">{}</{tag}>", align(at), escape(text))
            };
            format!("<tr>{}</tr>", row.iter().enumerate().map(cell).collect::<String>())
        };
        let note = || format!("<tr><td colspan={}>{}</td></tr>", self.columns.len(), self.note());
        let rows = self.shown();
        let rows = rows.iter().map(|row| row.as_ref().map_or_else(note, |row| cells("td", row)));
        format!("<table>{}{}</table>", cells("th", &self.columns), rows.collect::<String>())
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl Rich for Table {
    fn rich(&self) -> Bundle {
        Bundle::text(self.plain()).with("text/html", self.html())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn missing_fields_are_empty_cells() {
        let rows = [BTreeMap::from([("a", 1), ("b", 2)]), BTreeMap::from([("b", 30)])];
        assert_eq!(table(rows).plain(), "a   b\n1   2\n   30");
    }

    #[test]
    fn a_long_table_is_cut_in_the_middle() {
        let text = table(0..100).plain();
        assert_eq!(text.lines().count(), 1 + HEAD + 1 + TAIL);
        assert!(text.contains("\n   19\n… 75 more rows\n   95\n"), "{text}");
    }

    #[test]
    fn html_is_escaped_and_numbers_stand_on_the_right() {
        let html = table([("<b>", 1)]).html();
        assert!(html.contains("&lt;b&gt;") && html.contains("right\">1<"), "{html}");
    }
}
