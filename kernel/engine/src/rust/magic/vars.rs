//! What `%vars` shows.

use crate::{Bundle, Variable};

const HEAD: [&str; 7] = ["name", "type", "shape", "dtype", "device", "bytes", "value"];

/// The variables as a table, in text and in HTML.
pub fn table(variables: &[Variable]) -> Bundle {
    let rows: Vec<[String; 7]> = variables.iter().map(row).collect();
    let text = match variables {
        [] => "no variables".to_owned(),
        _ => text(&rows),
    };
    let cells = |tag: &str, row: &[String]| -> String {
        row.iter().map(|cell| format!("<{tag}>{}</{tag}>", escape(cell))).collect()
    };
    let body = rows.iter().map(|row| format!("<tr>{}</tr>", cells("td", row)));
    let head = cells("th", &HEAD.map(str::to_owned));
    let html = format!("<table><tr>{head}</tr>{}</table>", body.collect::<String>());
    let mut bundle = Bundle::from_iter([("text/plain".to_owned(), text.into())]);
    if !variables.is_empty() {
        bundle.insert("text/html".to_owned(), html.into());
    }
    bundle
}

fn row(variable: &Variable) -> [String; 7] {
    let Variable { name, type_name, value, shape, dtype, device, bytes } = variable.clone();
    let text = Option::unwrap_or_default;
    let bytes = bytes.map(|bytes| bytes.to_string());
    [name, type_name, text(shape), text(dtype), text(device), text(bytes), value]
}

fn text(rows: &[[String; 7]]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([HEAD[column].len()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..HEAD.len()).map(width).collect();
    let line = |row: &[String; 7]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let head = line(&HEAD.map(str::to_owned));
    std::iter::once(head).chain(rows.iter().map(line)).collect::<Vec<_>>().join("\n")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let x = Variable { name: "x".into(), type_name: "i32".into(), ..Variable::default() };
        let long = Variable { name: "long".into(), value: "7".into(), ..Variable::default() };
        let bundle = table(&[x, long]);
        let text = bundle["text/plain"].as_str().unwrap();
        let starts: Vec<usize> =
            text.lines().map(|line| line.find(['t', 'i', '7']).unwrap()).collect();
        assert_eq!(starts[0], starts[1]);
        assert!(text.lines().nth(2).unwrap().ends_with('7'));
    }

    #[test]
    fn types_are_escaped() {
        let list = Variable { type_name: "Vec<f32>".into(), ..Variable::default() };
        assert!(table(&[list])["text/html"].as_str().unwrap().contains("Vec&lt;f32&gt;"));
    }
}
