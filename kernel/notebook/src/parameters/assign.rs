//! Values that fit their parameters.

use super::kind::Kind;
use super::sweep::Raw;
use super::{Parameter, ParameterError};
use serde_json::{Map, Value};

/// Values for some of a notebook's parameters, for one run.
#[derive(Clone, Debug, Default)]
pub struct Assignment {
    /// The lines that make the variables.
    pub(super) lines: Vec<String>,
    /// The values, by name.
    pub(super) values: Map<String, Value>,
    label: Vec<String>,
}

impl Assignment {
    /// What tells this run from the others of a sweep, such as `lr=0.1,epochs=2`; empty where there
    /// is one.
    pub fn label(&self) -> String {
        self.label.join(",")
    }

    /// Whether no parameter gets a value.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The values, by name.
    pub fn values(&self) -> &Map<String, Value> {
        &self.values
    }

    pub(super) fn with(
        &self,
        parameter: &Parameter,
        raw: &Raw,
        varies: bool,
    ) -> Result<Self, ParameterError> {
        let wrong = |problem: String| ParameterError::WrongType {
            name: parameter.name.clone(),
            type_name: parameter.type_name.clone(),
            value: raw.text(),
            problem,
        };
        let kind = parameter.kind.as_ref();
        let kind = kind.ok_or_else(|| wrong("values of this type cannot be given".into()))?;
        let value = raw.value(kind).map_err(wrong)?;
        let literal = kind.write(&value).map_err(wrong)?;
        let mut next = self.clone();
        next.lines.push(parameter.line(&literal));
        next.values.insert(parameter.name.clone(), value);
        if varies {
            next.label.push(format!("{}={}", parameter.name, raw.text()));
        }
        Ok(next)
    }
}

impl Parameter {
    /// Declares the parameter anew, with a stated type or a suffix where it has one so far.
    fn line(&self, literal: &str) -> String {
        let Self { name, keyword, type_name, .. } = self;
        if self.is_stated {
            return format!("{keyword}{name}: {type_name} = {literal};");
        }
        // A type that is only plain from the value may be another one by its use.
        let kind = self.kind.as_ref().filter(|kind| self.default.contains(kind.suffix()));
        match kind {
            Some(Kind::Float(suffix) | Kind::Int(suffix, ..)) => {
                format!("{keyword}{name} = {literal}{suffix};")
            }
            Some(kind) if !kind.suffix().is_empty() => {
                format!("{keyword}{name}: {kind} = {literal};")
            }
            _ => format!("{keyword}{name} = {literal};"),
        }
    }
}

impl Raw {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Value(value) => value.to_string(),
        }
    }

    /// The value that the text stands for, where a parameter of this kind is to have it.
    fn value(&self, kind: &Kind) -> Result<Value, String> {
        let text = match self {
            Self::Value(value) => return Ok(value.clone()),
            Self::Text(text) => text,
        };
        match kind {
            Kind::Option(_) if ["none", "None", "null"].contains(&text.as_str()) => Ok(Value::Null),
            Kind::Option(inner) => self.value(inner),
            Kind::Str | Kind::String | Kind::Char if !text.starts_with(['"', '\'']) => {
                Ok(text.as_str().into())
            }
            _ => serde_saphyr::from_str(text).map_err(|error| error.to_string()),
        }
    }
}
