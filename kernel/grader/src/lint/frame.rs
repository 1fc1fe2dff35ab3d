//! The frame that all labs share: a title that says what awaits the student, a place on the
//! contents page, an end with more to do.

use crate::{About, Lab};
use candlelab_notebook::{Cell, Kind};
use fancy_regex::Regex;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

const COUNTS: [&str; 10] =
    ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/// `lab 05`, `labs 10 and 11`.
static MENTION: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?i)\blabs?\s+(\d{2}(?:(?:,\s*|\s+(?:and|or|to)\s+)\d{2})*)\b"));
static NUMBER: LazyLock<Regex> = LazyLock::new(|| regex(r"\d{2}"));

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is valid")
}

/// What is missing from the frame.
pub(super) fn problems(lab: &Lab, found: &mut Vec<String>) {
    title(lab, found);
    contents_page(lab, found);
    parts(lab, found);
    other_labs(lab, found);
}

/// The first cell is what a student reads to decide whether to begin.
fn title(lab: &Lab, found: &mut Vec<String>) {
    let About { title, question, minutes, .. } = &lab.about;
    let cell = lab.notebook.cells().next().map_or_else(String::new, |cell| cell.source());
    let count = lab.exercises.len();
    let exercises = if count == 1 { "exercise" } else { "exercises" };
    let in_words = COUNTS.get(count).map_or_else(|| count.to_string(), |word| (*word).to_owned());
    let parts = [
        format!("# {title}\n\n> {question}\n"),
        format!("{in_words} {exercises}"),
        format!("about {minutes} minutes"),
    ];
    if !format!("{cell}\n").starts_with(&parts[0]) {
        found.push(format!("its first cell does not begin with `# {title}` and `> {question}`"));
    }
    for part in parts[1..].iter().filter(|part| !cell.contains(*part)) {
        found.push(format!("its first cell does not say `{part}`"));
    }
}

/// A course that has a contents page has the lab on it, as the lab describes itself.
fn contents_page(lab: &Lab, found: &mut Vec<String>) {
    let page = lab.path.ancestors().nth(2).unwrap_or(Path::new("")).join("README.md");
    let About { lab: slug, title, question, minutes, .. } = &lab.about;
    let number = slug.split('-').next().unwrap_or_default();
    let entry = format!(
        "| [{number} {title}]({slug}/lab.ipynb) | {question} | {} | {} | {minutes} min |",
        lab.exercises.len(),
        lab.points()
    );
    if fs::read_to_string(&page).is_ok_and(|text| !text.lines().any(|line| line == entry)) {
        found.push(format!("`{}` lacks the row `{entry}`", page.display()));
    }
}

fn parts(lab: &Lab, found: &mut Vec<String>) {
    let cells: Vec<Cell> = lab.notebook.cells().collect();
    for cell in cells.iter().filter(|cell| cell.source().trim().is_empty()) {
        found.push(format!("cell `{}` is empty", cell.id().unwrap_or("?")));
    }
    let begin = format!("lab(\"{}\", {});", lab.about.lab, lab.checks().count());
    let mut code = cells.iter().filter(|cell| cell.kind() == Kind::Code);
    if !code.any(|cell| cell.source().contains(&begin)) {
        found.push(format!("no cell begins it with `{begin}`"));
    }
    let all: String = cells.iter().map(|cell| cell.source() + "\n").collect();
    for part in ["## Summary", "## On your own", "What if", "Break it", "**Reading"] {
        if !all.contains(part) {
            found.push(format!("it has no `{part}`"));
        }
    }
}

/// Whoever is sent to another lab finds it there.
fn other_labs(lab: &Lab, found: &mut Vec<String>) {
    let folder = lab.path.ancestors().nth(2).unwrap_or(Path::new(""));
    let names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let exists = |number: &str| names.iter().any(|name| name.starts_with(&format!("{number}-")));
    for cell in lab.notebook.cells() {
        let source = cell.source();
        for mention in MENTION.find_iter(&source).flatten() {
            let numbers = NUMBER.find_iter(mention.as_str()).flatten().map(|it| it.as_str());
            for number in numbers.filter(|number| !exists(number)) {
                let id = cell.id().unwrap_or("?");
                found.push(format!(
                    "cell `{id}`: there is no lab {number}; say `a later lab` until there is"
                ));
            }
        }
    }
}
