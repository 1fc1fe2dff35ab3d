//! One output of a cell, in the terms of nbformat.

use crate::bounded::Bounded;
use crate::json::split;
use candlelab_engine::{Bundle, CellError, StreamName};
use serde_json::{Value, json};

/// What stands below a cell.
#[derive(Clone, Debug)]
pub(crate) enum Output {
    Stream { name: StreamName, text: Bounded },
    Display { data: Bundle, id: Option<String> },
    Result { data: Bundle, count: usize },
    Error(CellError),
}

impl Output {
    /// The JSON of the output, its keys sorted as Python's `nbformat` sorts them.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Stream { name, text } => {
                json!({"name": name, "output_type": "stream", "text": split(&text.text())})
            }
            Self::Display { data, .. } => {
                json!({"data": bundle(data), "metadata": {}, "output_type": "display_data"})
            }
            Self::Result { data, count } => json!({
                "data": bundle(data),
                "execution_count": count,
                "metadata": {},
                "output_type": "execute_result",
            }),
            Self::Error(CellError { ename, evalue, traceback }) => json!({
                "ename": ename,
                "evalue": evalue,
                "output_type": "error",
                "traceback": traceback,
            }),
        }
    }
}

/// Text as lists of lines; pictures in base64 and JSON as they are.
fn bundle(data: &Bundle) -> Value {
    let mut entries: Vec<_> = data.iter().collect();
    entries.sort_by_key(|(mime, _)| *mime);
    let stored = |(mime, content): (&String, &Value)| match content {
        Value::String(text) if is_lines(mime) => (mime.clone(), split(text)),
        _ => (mime.clone(), content.clone()),
    };
    entries.into_iter().map(stored).collect()
}

fn is_lines(mime: &str) -> bool {
    mime.starts_with("text/") || ["application/javascript", "image/svg+xml"].contains(&mime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_split_and_base64_is_not() {
        let data = json!({"text/plain": "a\nb", "image/png": "AA\n", "application/json": {"k": 1}});
        let data = data.as_object().unwrap().clone();
        let expected =
            r#"{"application/json":{"k":1},"image/png":"AA\n","text/plain":["a\n","b"]}"#;
        assert_eq!(bundle(&data).to_string(), expected);
    }
}
