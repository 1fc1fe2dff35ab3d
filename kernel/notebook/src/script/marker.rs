//! The line above a cell: `// %% [markdown] cell_id="intro" tags=["parameters"]`.

use crate::json::one_line;
use crate::{Cell, Kind};
use serde_json::{Map, Value};
use std::fmt::{self, Display};

/// Where a script keeps a cell's ID; `id` alone is a key that some front ends set themselves.
const ID: &str = "cell_id";

/// What the line above a cell says.
pub(super) struct Marker {
    pub kind: Kind,
    pub id: Option<String>,
    pub metadata: Map<String, Value>,
}

impl Default for Marker {
    fn default() -> Self {
        Self { kind: Kind::Code, id: None, metadata: Map::new() }
    }
}

impl Marker {
    /// The line above a cell.
    pub fn of(cell: Cell) -> Self {
        let metadata = cell.metadata().as_object().cloned().unwrap_or_default();
        Self { kind: cell.kind(), id: cell.id().map(ToOwned::to_owned), metadata }
    }

    /// Whether a line begins a cell.
    pub fn is_in(line: &str) -> bool {
        rest(line).is_some()
    }

    /// Reads a line that begins a cell.
    ///
    /// # Errors
    /// If what follows `=` is not JSON.
    pub fn read(line: &str) -> Result<Self, String> {
        let mut marker = Self::default();
        let (title, options) = split(rest(line).unwrap_or_default());
        let mut words = Vec::new();
        for word in title.split_whitespace() {
            match word {
                "[markdown]" | "[md]" => marker.kind = Kind::Markdown,
                "[raw]" => marker.kind = Kind::Raw,
                word => words.push(word),
            }
        }
        marker.metadata = read_options(options)?;
        if !words.is_empty() {
            marker.metadata.insert("title".into(), words.join(" ").into());
        }
        if let Some(Value::String(id)) = marker.metadata.get(ID) {
            marker.id = Some(id.clone());
            marker.metadata.shift_remove(ID);
        }
        Ok(marker)
    }

    /// The kind as notebooks name it.
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            Kind::Code => "code",
            Kind::Markdown => "markdown",
            Kind::Raw => "raw",
        }
    }
}

impl Display for Marker {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "// %%")?;
        if self.kind != Kind::Code {
            write!(formatter, " [{}]", self.kind_name())?;
        }
        let mut options: Map<String, Value> = Map::new();
        options.extend(self.id.iter().map(|id| (ID.to_owned(), id.clone().into())));
        options.extend(self.metadata.clone());
        if options.keys().all(|key| is_key(key)) {
            for (key, value) in &options {
                write!(formatter, " {key}={}", one_line(value))?;
            }
            return Ok(());
        }
        write!(formatter, " {}", one_line(&options.into()))
    }
}

/// What stands behind `// %%`; the signs of deeper cells are skipped.
fn rest(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("//")?.trim_start().strip_prefix("%%")?;
    let rest = rest.trim_start_matches('%');
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then_some(rest.trim())
}

/// The title and kind, and from the first `key=` or `{` on the options.
fn split(text: &str) -> (&str, &str) {
    let is_option = |word: &str| {
        word.starts_with('{') || word.split_once('=').is_some_and(|(key, _)| is_key(key))
    };
    let starts = text.char_indices().map(|(at, _)| at);
    let mut starts = starts.filter(|at| *at == 0 || text[..*at].ends_with(char::is_whitespace));
    text.split_at(starts.find(|at| is_option(&text[*at..])).unwrap_or(text.len()))
}

fn is_key(key: &str) -> bool {
    let is_part = |it: char| it.is_ascii_alphanumeric() || "_.-".contains(it);
    !key.is_empty() && key.chars().all(is_part)
}

fn read_options(text: &str) -> Result<Map<String, Value>, String> {
    if text.starts_with('{') {
        return serde_json::from_str(text)
            .map_err(|error| format!("`{text}` is not JSON: {error}"));
    }
    let (mut options, mut rest) = (Map::new(), text);
    while let Some((key, after)) = rest.split_once('=').filter(|(key, _)| is_key(key)) {
        let mut values = serde_json::Deserializer::from_str(after).into_iter::<Value>();
        let value = values.next().and_then(Result::ok);
        let value = value.ok_or_else(|| format!("what follows `{key}=` is not JSON: `{after}`"))?;
        rest = after[values.byte_offset()..].trim_start();
        options.insert(key.to_owned(), value);
    }
    if rest.is_empty() { Ok(options) } else { Err(format!("`{rest}` is not `key=JSON`")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(line: &str, kind: Kind, id: Option<&str>, metadata: Value) {
        let marker = Marker::read(line).unwrap();
        assert_eq!((marker.kind, marker.id.as_deref()), (kind, id));
        assert_eq!(Value::Object(marker.metadata), metadata);
    }

    #[test]
    fn what_jupytext_writes_is_read() {
        check("// %%", Kind::Code, None, json!({}));
        check("//%% A title", Kind::Code, None, json!({"title": "A title"}));
        check("// %% [md] {\"a b\": 1}", Kind::Markdown, None, json!({"a b": 1}));
        let line = "// %% tags=[\"a = b\", \"c\"] slideshow={\"slide_type\": \"x\"}";
        let metadata = json!({"tags": ["a = b", "c"], "slideshow": {"slide_type": "x"}});
        check(line, Kind::Code, None, metadata);
        check("// %%% [raw] cell_id=\"i\" k=null", Kind::Raw, Some("i"), json!({"k": null}));
    }

    #[test]
    fn other_lines_begin_no_cell() {
        for line in ["// %%time", "%%", "// % a", "let x = 1; // %%", "// // %%"] {
            assert!(!Marker::is_in(line), "{line}");
        }
    }

    #[test]
    fn options_that_are_not_json_are_named() {
        let error = |line| Marker::read(line).err().unwrap();
        assert_eq!(error("// %% a=[1"), "what follows `a=` is not JSON: `[1`");
        assert_eq!(error("// %% a=1 b"), "`b` is not `key=JSON`");
    }
}
