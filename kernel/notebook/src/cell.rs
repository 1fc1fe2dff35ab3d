//! One cell of a notebook.

use crate::json;
use serde_json::{Map, Value};

/// A cell as it stands in the file.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a>(&'a Map<String, Value>);

/// What a cell contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Code to run.
    Code,
    /// Prose.
    Markdown,
    /// Text for converters, or a kind of a later format.
    Raw,
}

impl<'a> Cell<'a> {
    /// Looks at the JSON of a cell; says what is missing where it is none.
    pub(crate) fn new(json: &'a Value) -> Result<Self, &'static str> {
        let cell = json.as_object().ok_or("is not an object")?;
        if !cell.get("cell_type").is_some_and(Value::is_string) {
            return Err("has no `cell_type`");
        }
        if cell.get("source").and_then(json::join).is_none() {
            return Err("has no `source`");
        }
        Ok(Self(cell))
    }

    /// What the cell contains.
    pub fn kind(self) -> Kind {
        match self.0["cell_type"].as_str() {
            Some("code") => Kind::Code,
            Some("markdown") => Kind::Markdown,
            _ => Kind::Raw,
        }
    }

    /// The text of the cell.
    pub fn source(self) -> String {
        json::join(&self.0["source"]).unwrap_or_default()
    }

    /// The cell's name in the notebook, from format 4.5 on.
    pub fn id(self) -> Option<&'a str> {
        self.0.get("id")?.as_str()
    }

    /// What tools have noted at the cell; null where there is nothing.
    pub fn metadata(self) -> &'a Value {
        self.0.get("metadata").unwrap_or(&Value::Null)
    }

    /// The `n` of its `In[n]`, from when it was last run.
    pub fn execution_count(self) -> Option<usize> {
        self.0.get("execution_count")?.as_u64()?.try_into().ok()
    }

    /// What the cell showed when it was run; empty for prose.
    pub fn outputs(self) -> &'a [Value] {
        self.0.get("outputs").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// Whether the cell may fail without harm to the run.
    pub fn may_fail(self) -> bool {
        self.has_tag("raises-exception") || self.has_tag("nbval-raises-exception")
    }

    /// Whether a run leaves the cell alone: prose, nothing to run, or a tag that says so.
    pub fn is_left_alone(self) -> bool {
        self.kind() != Kind::Code
            || self.source().trim().is_empty()
            || self.has_tag("skip-execution")
            || self.has_tag("nbval-skip")
    }

    /// Whether the cell carries a tag.
    pub fn has_tag(self, tag: &str) -> bool {
        self.metadata()["tags"].as_array().is_some_and(|tags| tags.iter().any(|own| own == tag))
    }
}
