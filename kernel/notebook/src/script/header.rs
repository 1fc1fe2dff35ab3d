//! The head of a script: the notebook's metadata, as YAML between two lines of dashes.

use super::line::uncomment;
use crate::json::one_line;
use serde_json::{Map, Value, json};

const RULE: &str = "// ---";

/// The head for a notebook's metadata.
pub(super) fn write(metadata: &Value) -> String {
    let mut metadata = metadata.as_object().cloned().unwrap_or_default();
    metadata.shift_remove("widgets");
    let jupytext = metadata.entry("jupytext").or_insert_with(|| json!({}));
    if let Some(jupytext) = jupytext.as_object_mut() {
        let format = json!({"extension": ".rs", "format_name": "percent", "format_version": "1.3"});
        jupytext.insert("text_representation".into(), format);
    }
    let mut head = format!("{RULE}\n");
    yaml(&json!({"jupyter": metadata}), "// ", &mut head);
    head + RULE + "\n"
}

/// Objects by indentation, all else as JSON, which is YAML as well.
fn yaml(value: &Value, indent: &str, head: &mut String) {
    for (key, value) in value.as_object().into_iter().flatten() {
        let is_plain = |it: char| it.is_ascii_alphanumeric() || it == '_';
        let plain = key.starts_with(|it: char| it.is_ascii_alphabetic());
        let key = if plain && key.chars().all(is_plain) { key } else { &one_line(&json!(key)) };
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                *head += &format!("{indent}{key}:\n");
                yaml(value, &format!("{indent}  "), head);
            }
            value => *head += &format!("{indent}{key}: {}\n", one_line(value)),
        }
    }
}

/// The metadata of a script, and the line after its head; a script without one is for our kernel.
pub(super) fn read(lines: &[&str]) -> Result<(Value, usize), String> {
    let is_rule = |line: &&str| line.trim_end() == RULE;
    if !lines.first().is_some_and(is_rule) {
        let kernel =
            json!({"display_name": "Rust (Candle)", "language": "rust", "name": "candlelab"});
        return Ok((json!({"kernelspec": kernel}), 0));
    }
    let end = lines.iter().skip(1).position(is_rule);
    let end = end.ok_or("its head does not end: a second line `// ---` is missing")? + 1;
    let yaml = lines[1..end].iter().map(|line| uncomment(line)).collect::<Vec<_>>().join("\n");
    let head: Map<String, Value> = serde_saphyr::from_str(&yaml)
        .map_err(|error| format!("its head is not YAML: {}", first_line(&error.to_string())))?;
    let mut metadata = head.get("jupyter").cloned().unwrap_or_else(|| json!({}));
    forget_format(&mut metadata);
    Ok((metadata, end + 1))
}

/// That it is a script says nothing about the notebook.
fn forget_format(metadata: &mut Value) {
    let Some(metadata) = metadata.as_object_mut() else { return };
    if let Some(jupytext) = metadata.get_mut("jupytext").and_then(Value::as_object_mut) {
        jupytext.shift_remove("text_representation");
        if jupytext.is_empty() {
            metadata.shift_remove("jupytext");
        }
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_come_back() {
        let metadata = json!({"kernelspec": {"name": "candlelab", "language": "rust"},
            "candlelab": {"goals": ["a: b", "\"c\" # d\n"], "minutes": 40, "a b": {}, "x": 1.5},
            "empty": {}, "yes": "no", "1.2": null, "big": 9007199254740993u64});
        let head = write(&metadata);
        let lines: Vec<&str> = head.lines().collect();
        assert_eq!(read(&lines), Ok((metadata, lines.len())));
    }

    #[test]
    fn bad_heads_are_said_to_be_bad() {
        assert!(read(&["// ---", "// a: 1"]).unwrap_err().starts_with("its head does not end"));
        let error = read(&["// ---", "// a: [", "// ---"]).unwrap_err();
        assert!(error.starts_with("its head is not YAML: "), "{error}");
    }
}
