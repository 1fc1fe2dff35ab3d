//! Compares JSON: structure exactly, numbers and strings by the tolerance.

use super::number::Grammar;
use super::{Mismatch, Tolerance, diff, text};
use serde_json::Value;

/// What differs; `None` where nothing does.
pub fn compare(stored: &Value, new: &Value, tolerance: &Tolerance) -> Option<Mismatch> {
    let Place { path, stored: was, new: is } = first(stored, new, tolerance)?;
    let path = if path.is_empty() { "the value" } else { &path };
    let what = match (was, is) {
        (Some(was), Some(is)) => diff::sides(&was.to_string(), &is.to_string()),
        (_, None) => "is gone".to_owned(),
        (None, _) => "is new".to_owned(),
    };
    let lines = text::compare(&pretty(stored), &pretty(new), Grammar::Prose, tolerance);
    let diff = lines.map(|lines| lines.diff).unwrap_or_default();
    Some(Mismatch { what: format!("{path} {what}"), diff })
}

/// Where two values differ, as a JSON pointer, and what either has there.
struct Place<'a> {
    path: String,
    stored: Option<&'a Value>,
    new: Option<&'a Value>,
}

fn first<'a>(stored: &'a Value, new: &'a Value, tolerance: &Tolerance) -> Option<Place<'a>> {
    let equal = match (stored, new) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            return keys.find_map(|key| below(key, a.get(key), b.get(key), tolerance));
        }
        (Value::Array(a), Value::Array(b)) => {
            let mut indices = 0..a.len().max(b.len());
            return indices.find_map(|i| below(&i.to_string(), a.get(i), b.get(i), tolerance));
        }
        (Value::String(a), Value::String(b)) => {
            text::compare(a, b, Grammar::Prose, tolerance).is_none()
        }
        (Value::Number(a), Value::Number(b)) => {
            let pair = a.as_f64().zip(b.as_f64());
            a == b || pair.is_some_and(|(a, b)| tolerance.equal(a, b))
        }
        _ => stored == new,
    };
    (!equal).then(|| Place { path: String::new(), stored: Some(stored), new: Some(new) })
}

fn below<'a>(
    key: &str,
    stored: Option<&'a Value>,
    new: Option<&'a Value>,
    tolerance: &Tolerance,
) -> Option<Place<'a>> {
    let place = match (stored, new) {
        (Some(stored), Some(new)) => first(stored, new, tolerance)?,
        _ => Place { path: String::new(), stored, new },
    };
    Some(Place { path: format!("/{key}{}", place.path), ..place })
}

/// The JSON in lines, whatever the order of its keys.
fn pretty(value: &Value) -> String {
    let mut value = value.clone();
    value.sort_all_objects();
    format!("{value:#}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(stored: Value, new: Value, expected: Option<&str>) {
        let found = compare(&stored, &new, &Tolerance::default());
        assert_eq!(found.as_ref().map(|found| &*found.what), expected);
    }

    #[test]
    fn numbers_are_compared_by_the_tolerance() {
        check(json!({"loss": [1, 0.5]}), json!({"loss": [1.0, 0.500_000_1]}), None);
        check(
            json!({"loss": [1, 0.5]}),
            json!({"loss": [1, 0.6]}),
            Some("/loss/1 was `0.5`, is `0.6`"),
        );
    }

    #[test]
    fn structure_is_compared_exactly() {
        check(json!([1]), json!([1, 2]), Some("/1 is new"));
        check(json!({"a": 1, "b": 2}), json!({"a": 1}), Some("/b is gone"));
        check(json!({"a": null}), json!({}), Some("/a is gone"));
        check(json!("1"), json!(1), Some("the value was `\"1\"`, is `1`"));
    }

    #[test]
    fn keys_have_no_order_and_strings_are_masked() {
        check(json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1}), None);
        check(json!({"took": "1.5 s"}), json!({"took": "20 ms"}), None);
    }

    #[test]
    fn the_diff_shows_what_differs_alone() {
        let (stored, new) = (json!({"b": 1, "a": 0.5}), json!({"a": 0.500_000_1, "b": 2}));
        let diff = compare(&stored, &new, &Tolerance::default()).unwrap().diff;
        let expected = " {\n   \"a\": 0.5,\n-  \"b\": 1\n+  \"b\": 2\n }\n";
        assert!(diff.ends_with(expected), "{diff}");
    }
}
