//! Values as `Debug` shows them, compared as values.

/// Whether two texts show the same value: `-0.0` is `0.0`, and what stands in braces has no order,
/// as in a hash map.
pub fn alike(a: &str, b: &str) -> bool {
    a == b || plain(a) == plain(b)
}

/// The text in one form for all texts of a value.
fn plain(text: &str) -> String {
    let mut groups = vec![Group::default()];
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let len = token(rest, first);
        let (token, after) = rest.split_at(len);
        rest = after;
        match first {
            '{' | '[' | '(' => groups.push(Group { open: token.into(), ..Group::default() }),
            '}' | ']' | ')' if groups.len() > 1 => {
                let text = groups.pop().map(|group| group.close(first)).unwrap_or_default();
                last(&mut groups).part.push_str(&text);
            }
            ',' => {
                let group = last(&mut groups);
                group.parts.push(std::mem::take(&mut group.part));
            }
            ' ' | '\n' => {}
            _ => last(&mut groups).part.push_str(&number(token)),
        }
    }
    groups.into_iter().map(|group| group.close(' ')).collect()
}

fn last(groups: &mut [Group]) -> &mut Group {
    groups.last_mut().expect("the outermost group stays")
}

/// What stands between two brackets.
#[derive(Default)]
struct Group {
    open: String,
    parts: Vec<String>,
    part: String,
}

impl Group {
    fn close(mut self, bracket: char) -> String {
        self.parts.push(self.part);
        // `{:#?}` ends each part with a comma.
        self.parts.retain(|part| !part.is_empty());
        if bracket == '}' {
            self.parts.sort();
        }
        format!("{}{}{bracket}", self.open, self.parts.join(","))
    }
}

/// How long the first token is: a quoted text, a word or number, or one character.
fn token(text: &str, first: char) -> usize {
    let is_word = |it: char| it.is_alphanumeric() || "_.+-".contains(it);
    match first {
        '"' | '\'' => {
            let mut escaped = false;
            let end = text[1..].find(|it| {
                let ends = it == first && !escaped;
                escaped = it == '\\' && !escaped;
                ends
            });
            end.map_or(text.len(), |end| end + 2)
        }
        _ if is_word(first) => text.find(|it| !is_word(it)).unwrap_or(text.len()),
        _ => first.len_utf8(),
    }
}

/// A number in its shortest form; anything else as it is.
fn number(token: &str) -> String {
    let is_number = token.starts_with(|it: char| it.is_ascii_digit() || "-+".contains(it));
    match token.parse::<f64>() {
        Ok(0.0) if is_number => "0".into(),
        // Whole numbers have digits that a float has not.
        Ok(number) if is_number && token.contains(['.', 'e']) => number.to_string(),
        _ => token.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{HashMap, HashSet};

    #[test]
    fn equal_values_look_alike() {
        assert!(alike("[-0.0, 1.0]", "[0.0, 1.0]"));
        assert!(alike("{1: \"a\", 2: \"b, c\"}", "{2: \"b, c\", 1: \"a\"}"));
        assert!(alike("P { x: -0.0, y: {3, 1} }", "P { x: 0.0, y: {1, 3} }"));
        assert!(alike("Some(\n    1,\n)", "Some(1)"));
        let (mut one, mut other) = (HashMap::new(), HashMap::new());
        for i in 0..20 {
            one.insert(i, HashSet::from([i, i + 1]));
            other.insert(19 - i, HashSet::from([20 - i, 19 - i]));
        }
        assert!(alike(&format!("{one:?}"), &format!("{other:?}")));
    }

    #[test]
    fn other_values_do_not() {
        for (a, b) in [
            ("[1.0, 2.0]", "[2.0, 1.0]"),
            ("[[1], [2]]", "[[1, 2]]"),
            ("(1, 2)", "[1, 2]"),
            ("{1: 2}", "{2: 1}"),
            ("\"{a, b}\"", "\"{b, a}\""),
            ("\"-0.0\"", "\"0.0\""),
            ("\"a b\"", "\"ab\""),
            ("18446744073709551615", "18446744073709551614"),
            ("Some(1)", "None"),
            ("]", "}"),
            ("-1", "1"),
        ] {
            assert!(!alike(a, b), "{a} and {b}");
        }
    }
}
