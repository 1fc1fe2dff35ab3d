//! What a reviewer would find wrong with a lab before running it.

mod frame;

use crate::{Exercise, Halves, Lab, Marks, prose, release};
use candlelab_notebook::{Cell, Kind, Rule, absolute_path, lint};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Half of a lab's code cells may be longer than this.
const MEDIAN_LINES: usize = 8;
/// One in ten of a lab's code cells may be longer than this.
const LONG_LINES: usize = 24;
/// What fits into the width of a notebook.
const COLUMNS: usize = 100;

/// Everything that is wrong with a lab as it stands, a sentence each.
pub fn problems(lab: &Lab) -> Vec<String> {
    let mut found = Vec::new();
    name(lab, &mut found);
    for cell in lab.notebook.cells() {
        let id = cell.id().unwrap_or("?");
        found.extend(cell_problems(lab, cell).into_iter().map(|it| format!("cell `{id}`: {it}")));
    }
    // Outputs have a problem of their own.
    let general = lint(&lab.notebook).into_iter().filter(|it| it.rule != Rule::CommittedOutputs);
    found.extend(general.map(|it| {
        let cell = it.id.unwrap_or_else(|| it.cell.to_string());
        format!("cell `{cell}`: {} [{}]", it.message, it.rule)
    }));
    names_twice(lab, &mut found);
    partial(lab, &mut found);
    rhythm(lab, &mut found);
    frame::problems(lab, &mut found);
    found.extend(lab.exercises.iter().flat_map(exercise));
    if let Err(error) = release(lab) {
        found.push(error.to_string());
    }
    let halves = Halves::of(lab).and_then(|halves| halves.expecting(0, String::new));
    found.extend(halves.err().map(|error| format!("it cannot be graded: {error}")));
    found
}

fn name(lab: &Lab, found: &mut Vec<String>) {
    let folder = lab.path.parent().unwrap_or(Path::new(""));
    if !folder.ends_with(&lab.about.lab) {
        found.push(format!("it says that it is `{}`; so should its folder", lab.about.lab));
    }
    if lab.about.goals.is_empty() {
        found.push("it names no goals".into());
    }
    let kernel = &lab.notebook.metadata()["kernelspec"];
    if kernel["name"] != "candlelab" || kernel["language"] != "rust" {
        found.push("its kernel is not `candlelab` with the language `rust`".into());
    }
    let sources: String = lab.notebook.cells().map(Cell::source).collect();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        if file != "lab.ipynb" && !file.starts_with("LICEN") && !sources.contains(&file) {
            found.push(format!("nothing in it speaks of the file `{file}`"));
        }
    }
}

fn cell_problems(lab: &Lab, cell: Cell) -> Vec<String> {
    let mut found = Vec::new();
    let source = cell.source();
    if !cell.outputs().is_empty() {
        found.push("it has outputs".into());
    }
    match Marks::of(cell) {
        Err(problem) => found.push(problem),
        Ok(Some(marks)) => {
            if marks.checksum != marks.checksum_of(&source, cell.kind()) {
                found.push(format!(
                    "its checksum should be {}",
                    marks.checksum_of(&source, cell.kind())
                ));
            }
            if marks.is_check() && !source.contains(&format!("check(\"{}\"", marks.grade_id)) {
                found.push(format!("it has no `check(\"{}\", …)`", marks.grade_id));
            }
        }
        Ok(None) => {}
    }
    if cell.kind() == Kind::Code {
        let widths = source.lines().map(|line| line.chars().count());
        let longest = widths.max().filter(|columns| *columns > COLUMNS);
        found.extend(longest.map(|it| format!("a line has {it} columns; at most {COLUMNS}")));
    }
    if cell.kind() == Kind::Markdown {
        let folder = lab.path.parent().unwrap_or(Path::new(""));
        let path = absolute_path(&source).into_iter();
        found.extend(path.map(|it| format!("`{it}` is a path of one machine")));
        found.extend(prose::misspelt(&source));
        let dead = prose::dead_links(&source, folder).into_iter();
        found.extend(dead.map(|it| format!("the link `{it}` leads nowhere")));
    }
    found
}

fn names_twice(lab: &Lab, found: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    let marks = lab.notebook.cells().filter_map(|cell| Marks::of(cell).ok().flatten());
    let twice = marks.map(|it| it.grade_id).filter(|id| !seen.insert(id.clone()));
    found.extend(twice.map(|id| format!("two cells have the grade_id `{id}`")));
}

/// Whatever gives partial points is a check.
fn partial(lab: &Lab, found: &mut Vec<String>) {
    let is_check = |name: &str| lab.checks().any(|(_, marks)| marks.grade_id == name);
    let others = lab.about.partial.iter().filter(|name| !is_check(name));
    found.extend(others.map(|name| format!("`partial` names `{name}`, which is no check")));
}

/// Words and code take turns.
fn rhythm(lab: &Lab, found: &mut Vec<String>) {
    let cells: Vec<Cell> = lab.notebook.cells().collect();
    for pair in cells.windows(2) {
        if pair.iter().all(|cell| cell.kind() == Kind::Code) {
            let ids = [pair[0], pair[1]].map(|cell| cell.id().unwrap_or("?"));
            found.push(format!("no prose between `{}` and `{}`", ids[0], ids[1]));
        }
    }
    lengths(lab, found);
}

/// Code cells are short, as a student gets them.
fn lengths(lab: &Lab, found: &mut Vec<String>) {
    let Ok(released) = release(lab) else { return };
    let code = released.cells().filter(|cell| cell.kind() == Kind::Code);
    let mut lines: Vec<usize> = code.map(|cell| code_lines(&cell.source())).collect();
    lines.sort_unstable();
    let at = |share: f64| lines.get((lines.len() as f64 * share) as usize).copied().unwrap_or(0);
    let (median, long) = (at(0.5), at(0.9));
    if median > MEDIAN_LINES || long > LONG_LINES {
        found.push(format!(
            "code cells have {median} lines at the median and {long} at the ninth tenth; at most \
             {MEDIAN_LINES} and {LONG_LINES}"
        ));
    }
}

/// Lines with more than a comment.
fn code_lines(source: &str) -> usize {
    let lines = source.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}

fn exercise(exercise: &Exercise) -> Vec<String> {
    let mut found = Vec::new();
    let name = &exercise.solutions[0];
    if exercise.checks.is_empty() {
        found.push(format!("exercise `{name}` has no check"));
    }
    match &exercise.hint[..] {
        [question, _, ..] if question.contains('?') => {}
        [] => found.push(format!("exercise `{name}` has no hint above it")),
        _ => found.push(format!("the hint of `{name}` should be a question, then a pointer")),
    }
    found
}
