//! Values as they are given, and the runs that come of them.

use super::{Assignment, Parameter, ParameterError};
use serde_json::{Map, Value};

/// Values for parameters, not yet held against the parameters' types.
#[derive(Clone, Debug, Default)]
pub struct Given(Vec<(String, Vec<Raw>)>);

/// A value on the command line is text, whose meaning depends on the parameter; in a file it is not.
#[derive(Clone, Debug)]
pub(super) enum Raw {
    Text(String),
    Value(Value),
}

impl Given {
    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes `name=value`; several values, `name=1,2`, are for several runs. Goes before what was
    /// given for that name earlier.
    ///
    /// # Errors
    /// If there is no name, or no value.
    pub fn set(&mut self, text: &str) -> Result<(), ParameterError> {
        let no_value = || ParameterError::NoValue { text: text.into() };
        let (name, values) = text.split_once('=').ok_or_else(no_value)?;
        if name.trim().is_empty() || values.trim().is_empty() {
            return Err(no_value());
        }
        let values = alternatives(values).into_iter().map(Raw::Text).collect();
        self.put(name.trim(), values);
        Ok(())
    }

    /// Takes a value for each name from YAML or JSON; `file` is what errors call it.
    ///
    /// # Errors
    /// If the text is no map of names.
    pub fn read(&mut self, text: &str, file: &str) -> Result<(), ParameterError> {
        let values: Map<String, Value> = serde_saphyr::from_str(text).map_err(|error| {
            ParameterError::File { name: file.into(), message: error.to_string() }
        })?;
        for (name, value) in values {
            self.put(&name, vec![Raw::Value(value)]);
        }
        Ok(())
    }

    fn put(&mut self, name: &str, values: Vec<Raw>) {
        match self.0.iter_mut().find(|(own, _)| own == name) {
            Some((_, own)) => *own = values,
            None => self.0.push((name.into(), values)),
        }
    }
}

/// Parts between commas that stand in no brackets and no quotes.
fn alternatives(text: &str) -> Vec<String> {
    let (mut parts, mut depth, mut quote) = (vec![String::new()], 0, None);
    for letter in text.chars() {
        match (letter, quote) {
            ('"' | '\'', None) => quote = Some(letter),
            (_, Some(open)) if letter == open => quote = None,
            ('[' | '{' | '(', None) => depth += 1,
            (']' | '}' | ')', None) => depth -= 1,
            (',', None) if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("one to begin with").push(letter);
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

/// One assignment for each combination of values, the last name's values changing fastest.
///
/// # Errors
/// If a name is not that of a parameter, or a value not of its type.
pub fn grid(given: &Given, parameters: &[Parameter]) -> Result<Vec<Assignment>, ParameterError> {
    let mut all = vec![Assignment::default()];
    for (name, values) in &given.0 {
        let parameter = find(parameters, name)?;
        let varies = values.len() > 1;
        let mut next = Vec::new();
        for assignment in &all {
            for value in values {
                next.push(assignment.with(parameter, value, varies)?);
            }
        }
        all = next;
    }
    Ok(all)
}

fn find<'a>(parameters: &'a [Parameter], name: &str) -> Result<&'a Parameter, ParameterError> {
    let nearest = || {
        let distance = |it: &&Parameter| (1000.0 * strsim::jaro_winkler(&it.name, name)) as i32;
        let nearest = parameters.iter().max_by_key(distance).filter(|it| distance(it) > 700);
        nearest.map(|it| it.name.clone())
    };
    // The last one counts where a name is declared twice.
    let found = parameters.iter().rev().find(|parameter| parameter.name == name);
    found.ok_or_else(|| ParameterError::Unknown { name: name.into(), nearest: nearest() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_brackets_and_quotes_do_not_separate() {
        assert_eq!(alternatives("0.1, 0.01"), ["0.1", "0.01"]);
        assert_eq!(alternatives("[1,2],[3]"), ["[1,2]", "[3]"]);
        assert_eq!(alternatives(r#""a,b",'c,"d'"#), [r#""a,b""#, r#"'c,"d'"#]);
    }
}
