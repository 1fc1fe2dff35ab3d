//! JSON as Python's `nbformat` writes it, so that a file changes only where it must.

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};
use std::io::{self, Write};

/// How the lines of a file are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// How many spaces a level is indented by.
    indent: usize,
    /// Whether the last line ends as the others do.
    ends: bool,
}

impl Default for Layout {
    /// As Python's `nbformat` writes.
    fn default() -> Self {
        Self { indent: 1, ends: true }
    }
}

impl Layout {
    /// The layout of a file; of one that is a single line, the default.
    pub fn of(text: &str) -> Self {
        let second = text.lines().nth(1).unwrap_or_default();
        match second.len() - second.trim_start_matches(' ').len() {
            0 => Self::default(),
            indent => Self { indent: indent.min(SPACES.len()), ends: text.ends_with('\n') },
        }
    }
}

const SPACES: &[u8] = b"        ";

/// In this layout, with no escapes beyond the necessary.
pub fn to_text(value: &Value, layout: Layout) -> String {
    let mut bytes = Vec::new();
    let formatter = Python(PrettyFormatter::with_indent(&SPACES[..layout.indent]));
    let mut serializer = Serializer::with_formatter(&mut bytes, formatter);
    value.serialize(&mut serializer).expect("a JSON value can be written to memory");
    bytes.extend(layout.ends.then_some(b'\n'));
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

/// The text of a multi-line string, which notebooks hold whole or as a list of lines.
pub fn join(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(lines) => lines.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

/// A multi-line string as a list of lines that keep their `\n`.
pub fn split(text: &str) -> Value {
    text.split_inclusive('\n').collect()
}

/// On one line, with a space after commas and colons, as `json.dumps` writes by default.
pub fn one_line(value: &Value) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, OneLine);
    value.serialize(&mut serializer).expect("a JSON value can be written to memory");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

struct OneLine;

impl Formatter for OneLine {
    fn begin_array_value<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        to.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        to.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        to.write_all(b": ")
    }
}

struct Python(PrettyFormatter<'static>);

impl Formatter for Python {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(float(value).as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(to, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(to, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

/// A float as Python's `repr` shows it: Rust's shortest digits, another exponent.
pub fn float(value: f64) -> String {
    let text = format!("{value:?}");
    match text.split_once('e') {
        None => text,
        Some((digits, exponent)) => {
            let exponent: i32 = exponent.parse().expect("Rust writes a whole exponent");
            format!("{digits}e{exponent:+03}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: `json.dumps(value, indent=1, ensure_ascii=False)` of Python 3.11.
    #[track_caller]
    fn check(value: Value, expected: &str) {
        assert_eq!(to_text(&value, Layout::default()), format!("{expected}\n"));
    }

    #[test]
    fn floats_look_like_pythons() {
        let numbers = serde_json::json!([1.0, 0.1, 1e-4, 1e-5, 1.5e-7, 1e15, 1e16, 1e300, -2.5, 7]);
        let expected = "[\n 1.0,\n 0.1,\n 0.0001,\n 1e-05,\n 1.5e-07,\n 1000000000000000.0,\n 1e+16,\n 1e+300,\n -2.5,\n 7\n]";
        check(numbers, expected);
    }

    #[test]
    fn only_necessary_escapes_are_written() {
        let text = "ä \" \\ / \n\t\r\u{8}\u{c}\u{1b}\u{7f}\u{2028} 👩‍🚀";
        check(text.into(), "\"ä \\\" \\\\ / \\n\\t\\r\\b\\f\\u001b\u{7f}\u{2028} 👩‍🚀\"");
    }

    #[test]
    fn empty_lists_and_objects_stay_on_one_line() {
        check(serde_json::json!({"b": [], "a": {}}), "{\n \"b\": [],\n \"a\": {}\n}");
    }

    #[test]
    fn a_files_layout_is_kept() {
        for text in
            ["{\n    \"a\": [\n        1\n    ]\n}", "{\n  \"a\": 1\n}\n", "{\n \"a\": {}\n}\n"]
        {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(to_text(&value, Layout::of(text)), text);
        }
        assert_eq!(Layout::of(r#"{"a": 1}"#), Layout::default());
        assert_eq!(Layout::of(""), Layout::default());
    }

    #[test]
    fn a_line_has_spaces() {
        assert_eq!(
            one_line(&serde_json::json!({"a": [1, "b"], "c": {}})),
            r#"{"a": [1, "b"], "c": {}}"#
        );
    }

    #[test]
    fn splitting_keeps_line_ends() {
        assert_eq!(split("a\r\nb\n\nc"), serde_json::json!(["a\r\n", "b\n", "\n", "c"]));
        assert_eq!(split(""), serde_json::json!([]));
        assert_eq!(join(&split("a\nb")), Some("a\nb".into()));
    }
}
