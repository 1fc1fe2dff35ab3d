//! What is the lab's own stays the lab's: a check means the lab's functions, data and library, also
//! where a student defines something of that name.

mod tokens;

use super::students::words;
use crate::Marks;
use candlelab_notebook::{Cell, Kind, Notebook};
use proc_macro2::TokenStream;
use serde_json::Value;
use std::collections::BTreeSet;
use std::ops::Range;
use tokens::Tokens;

/// The names that the lab's cells and checks mean as the lab or its library defines them.
#[derive(Clone, Debug, Default)]
pub struct Own(BTreeSet<String>);

impl Own {
    /// Of a lab with its solutions: every name outside of these but those that they define.
    pub fn of(lab: &Notebook) -> Self {
        let (mut mentioned, mut given) = (BTreeSet::new(), BTreeSet::new());
        for cell in lab.cells().filter(|cell| cell.kind() == Kind::Code) {
            let Some(tokens) = lexed(&cell.source()) else { continue };
            match is_solution(cell) {
                true => given.extend(Tokens::of(tokens).defined()),
                false => mentioned.extend(words(tokens)),
            }
        }
        Self(mentioned.into_iter().filter(|name| !given.contains(name)).collect())
    }

    /// The same work, in which what a student calls by one of these names has another; a sentence
    /// for each. From the cell that defines it on, all of the student's cells follow.
    pub fn kept_apart(&self, work: &Notebook) -> (Notebook, Vec<String>) {
        let mut root = work.json().clone();
        let (mut renamed, mut notes) = (BTreeSet::new(), Vec::new());
        let cells = root["cells"].as_array_mut().into_iter().flatten();
        for (json, cell) in cells.zip(work.cells()).filter(|(_, cell)| is_students(*cell)) {
            let source = cell.source();
            let Some(tokens) = lexed(&source).map(Tokens::of) else { continue };
            for name in tokens.defined().into_iter().filter(|name| self.0.contains(name)) {
                let text = format!("`{name}` is the lab's; yours is called `{}`", other(&name));
                if renamed.insert(name) {
                    notes.push(text);
                }
            }
            let mut edits = tokens.renamed(&renamed);
            for range in tokens.extern_crates() {
                notes.push("`extern crate` was taken out; nothing in a lab needs it".into());
                edits.push((range, String::new()));
            }
            if !edits.is_empty() {
                json["source"] = Value::String(edited(source, edits));
            }
        }
        (Notebook::from_json(root, "work").unwrap_or_else(|_| work.clone()), notes)
    }
}

/// What a student's thing is called that has a name of the lab's.
fn other(name: &str) -> String {
    format!("{name}_of_the_student")
}

/// Whether a student wrote it: an answer, or a cell that they added, which has no name.
fn is_students(cell: Cell) -> bool {
    cell.kind() == Kind::Code && (cell.id().is_none() || is_solution(cell))
}

fn is_solution(cell: Cell) -> bool {
    Marks::of(cell).ok().flatten().is_some_and(|marks| marks.solution)
}

/// The tokens of a cell's Rust, each where it stands in the cell; nothing where it is no Rust.
fn lexed(source: &str) -> Option<TokenStream> {
    let rust = |line: &str| {
        let indent = line.len() - line.trim_start().len();
        let is_magic =
            line[indent..].starts_with(['%', '!', '?']) || line[indent..].starts_with(':');
        let code = line[indent..].strip_prefix("%time").or(line[indent..].strip_prefix("%%time"));
        match code {
            // What is timed runs as it stands.
            Some(code) => blank(line.len() - code.len()) + &code.replacen("it ", "   ", 1),
            None if is_magic && !line.trim_start().starts_with("::") => blank(line.len()),
            None => line.to_owned(),
        }
    };
    source.split('\n').map(rust).collect::<Vec<_>>().join("\n").parse().ok()
}

fn blank(length: usize) -> String {
    " ".repeat(length)
}

/// A text with other words in these places.
fn edited(mut text: String, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| range.start);
    for (range, new) in edits.into_iter().rev() {
        text.replace_range(range, &new);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn notebook(cells: &[(&str, bool)]) -> Notebook {
        let cell = |(source, solution): &(&str, bool)| {
            let metadata = json!({"nbgrader": {"grade": false, "grade_id": "s", "locked": false,
                "schema_version": 3, "solution": true}});
            let metadata = if *solution { metadata } else { json!({}) };
            let mut json = json!({"cell_type": "code", "metadata": metadata, "source": source,
                "outputs": []});
            if !solution {
                json["id"] = "of the lab".into();
            }
            json
        };
        let cells: Vec<Value> = cells.iter().map(cell).collect();
        let root = json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4});
        Notebook::from_json(root, "lab").unwrap()
    }

    fn own() -> Own {
        Own::of(&notebook(&[
            ("fn margins() -> f64 { 1.0 }\nlet points = randn(margins());", false),
            ("fn slope() -> f64 { margins() }", true),
            ("check(\"a\", 1, |c| c.close(slope(), vec![1.0], Line { b: 1 }))?;", false),
        ]))
    }

    /// What becomes of one cell of a student's.
    #[track_caller]
    fn check(source: &str, expected: &str) {
        let (kept, notes) = own().kept_apart(&notebook(&[(source, true)]));
        assert_eq!(kept.cells().next().unwrap().source(), expected);
        assert_eq!(notes.is_empty(), source == expected, "{notes:?}");
    }

    #[test]
    fn a_students_own_name_stays() {
        for source in [
            "fn slope() -> f64 { helper(margins()) }\nfn helper(x: f64) -> f64 { x }",
            "let mine = margins();",
            "use std::collections::HashMap;\nuse candlelab::prelude::randn;",
            "struct Mine { margins: f64 }\nimpl Mine { fn margins(&self) -> f64 { self.margins } }",
        ] {
            check(source, source);
        }
    }

    #[test]
    fn what_has_a_name_of_the_labs_gets_another() {
        check(
            "fn margins() -> f64 { 2.0 }\nfn slope() -> f64 { margins() + x.margins }",
            "fn margins_of_the_student() -> f64 { 2.0 }\n\
             fn slope() -> f64 { margins_of_the_student() + x.margins }",
        );
        check(
            "let (mut points, mine): (f64, f64) = (1.0, 2.0);\nprintln!(\"{points:?} {mine}\");",
            "let (mut points_of_the_student, mine): (f64, f64) = (1.0, 2.0);\n\
             println!(\"{points_of_the_student:?} {mine}\");",
        );
        check("macro_rules! vec { () => {} }", "macro_rules! vec_of_the_student { () => {} }");
        check(
            "%time\nmod a { pub fn randn() {} }\nuse a::randn;\nuse a::b as margins;",
            "%time\nmod a { pub fn randn() {} }\nuse a::randn as randn_of_the_student;\n\
             use a::b as margins_of_the_student;",
        );
        check("%%time let points = 1;", "%%time let points_of_the_student = 1;");
        check("fn r#check() {}", "fn check_of_the_student() {}");
        check(
            "pub const unsafe fn margins() {}",
            "pub const unsafe fn margins_of_the_student() {}",
        );
    }

    #[test]
    fn no_crate_takes_the_librarys_name() {
        check("extern crate self as candlelab;\nfn slope() {}", "\nfn slope() {}");
    }

    #[test]
    fn only_later_cells_follow() {
        let work = notebook(&[("margins()", true), ("fn margins() {}", true), ("margins()", true)]);
        let (kept, notes) = own().kept_apart(&work);
        let sources: Vec<_> = kept.cells().map(Cell::source).collect();
        let other = "margins_of_the_student()";
        assert_eq!(sources, ["margins()", &format!("fn {other} {{}}"), other]);
        assert_eq!(notes, ["`margins` is the lab's; yours is called `margins_of_the_student`"]);
    }
}
