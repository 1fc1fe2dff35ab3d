//! A student's answers, put back into the lab.

use crate::{Error, Lab, Marks, release};
use candlelab_notebook::{Cell, Kind, Notebook};
use proc_macro2::TokenStream;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::mem::take;

/// How alike two sources must be to be the same cell, from 0 to 1.
const ALIKE: f64 = 0.6;
/// A longer source is like none, since comparing takes time.
const LONGEST: usize = 16 * 1024;
/// How much is read to find parts that belong together, in bytes; many open cells in a row would
/// otherwise be read as often as there are of them.
const MOST_READ: usize = 16 << 20;

/// A student's work in the lab's own frame.
#[derive(Clone, Debug)]
pub struct Repaired {
    /// The lab with the student's answers, and the cells that they added.
    pub notebook: Notebook,
    /// What had to be mended, a sentence each.
    pub notes: Vec<String>,
}

/// Puts a student's answers into the student version of the lab.
///
/// Answers are known by their `grade_id`, else by the function they define, else by their text. Prose,
/// demonstrations and checks are the lab's own; cells that the student added stay where they were.
///
/// # Errors
/// If the lab itself is broken.
pub fn repair(lab: &Lab, student: &Notebook) -> Result<Repaired, Error> {
    let released = release(lab)?;
    let mut work = Work::new(&released, student);
    work.note_changed(lab, &released);
    let answers: Vec<Option<String>> = released.cells().map(|cell| work.answer(cell)).collect();
    let mut cells = work.added(None);
    let own = released.json()["cells"].as_array().into_iter().flatten();
    for ((cell, json), answer) in released.cells().zip(own).zip(answers) {
        let mut json = json.clone();
        if let Some(answer) = answer {
            json["source"] = answer.split_inclusive('\n').collect();
        }
        cells.push(json);
        cells.extend(work.added(cell.id()));
    }
    let mut root = released.json().clone();
    root["cells"] = Value::Array(cells);
    Ok(Repaired { notebook: Notebook::from_json(root, &lab.path)?, notes: work.notes })
}

/// A student's cell.
#[derive(Default)]
struct Own {
    /// The cell of the lab that it says it is.
    name: Option<String>,
    source: String,
    is_code: bool,
    /// The last cell of the lab before it.
    after: Option<String>,
    is_used: bool,
}

struct Work {
    cells: Vec<Own>,
    notes: Vec<String>,
}

impl Work {
    fn new(released: &Notebook, student: &Notebook) -> Self {
        let names = lab_names(released);
        let sources: BTreeSet<String> = released.cells().map(Cell::source).collect();
        let (mut after, mut cells) = (None, Vec::new());
        for cell in student.cells() {
            let name = name(cell).filter(|name| names.contains_key(name));
            if let Some(name) = &name {
                after = names[name].clone();
            }
            // The lab's own prose and code, wherever it went.
            let is_used = sources.contains(&cell.source());
            let is_code = cell.kind() == Kind::Code;
            cells.push(Own { name, source: cell.source(), is_code, after: after.clone(), is_used });
        }
        let mut work = Self { cells, notes: Vec::new() };
        work.join_split_cells();
        work
    }

    /// What the student wrote for a cell; nothing where it is not for students, or gone.
    fn answer(&mut self, cell: Cell) -> Option<String> {
        let marks = Marks::of(cell).ok().flatten().filter(|marks| marks.solution)?;
        let (id, stub) = (&marks.grade_id, cell.source());
        let named: Vec<usize> =
            (0..self.cells.len()).filter(|i| self.cells[*i].name.as_ref() == Some(id)).collect();
        let chosen = match named[..] {
            [only] => Some(only),
            [] => self.like(&stub).inspect(|_| {
                self.notes.push(format!("`{id}` had lost its name and was found by its content"));
            }),
            [.., last] => {
                self.notes.push(format!("`{id}` stands there {} times", named.len()));
                let is_written = |i: &usize| self.cells[*i].source != stub;
                Some(named.iter().copied().rfind(is_written).unwrap_or(last))
            }
        };
        for i in named {
            self.cells[i].is_used = true;
        }
        let Some(chosen) = chosen else {
            self.notes.push(format!("`{id}` is missing and counts as not written"));
            return None;
        };
        let own = &mut self.cells[chosen];
        own.is_used = true;
        if own.is_code != (cell.kind() == Kind::Code) {
            self.notes.push(format!("`{id}` had become another kind of cell"));
        }
        Some(self.cells[chosen].source.clone())
    }

    /// An unnamed cell that defines the same function, or looks the same.
    fn like(&self, stub: &str) -> Option<usize> {
        let unnamed =
            || self.cells.iter().enumerate().filter(|(_, it)| it.name.is_none() && !it.is_used);
        let signature = stub.lines().find_map(signature);
        let defines = signature.and_then(|name| {
            unnamed().find(|(_, own)| own.source.lines().any(|line| signature_is(line, name)))
        });
        let alike = |own: &Own| match own.source.len() <= LONGEST {
            true => strsim::normalized_levenshtein(&own.source, stub),
            false => 0.0,
        };
        defines.map(|(i, _)| i).or_else(|| {
            let candidates = unnamed().map(|(i, own)| (alike(own), i)).filter(|it| it.0 >= ALIKE);
            candidates.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, i)| i)
        })
    }

    /// The cells that the student added after a cell of the lab.
    fn added(&mut self, after: Option<&str>) -> Vec<Value> {
        let is_added = |own: &&mut Own| {
            !own.is_used && own.name.is_none() && own.is_code && own.after.as_deref() == after
        };
        let mut added = Vec::new();
        for own in self.cells.iter_mut().filter(is_added) {
            own.is_used = true;
            let source: Value = own.source.split_inclusive('\n').collect();
            added.push(json!({"cell_type": "code", "execution_count": null, "metadata": {},
                "outputs": [], "source": source}));
        }
        added
    }

    /// Puts the parts of split answers together, in the first of their cells.
    fn join_split_cells(&mut self) {
        let (mut joined, mut left) = (Vec::new(), MOST_READ);
        let mut cells = take(&mut self.cells);
        let mut i = 0;
        while i < cells.len() {
            let count = parts(&cells[i..], &mut left);
            let sources: Vec<&str> =
                cells[i..i + count].iter().map(|own| own.source.as_str()).collect();
            let source = sources.join("\n");
            if count > 1 {
                let name = cells[i].name.clone().unwrap_or_default();
                self.notes.push(format!("`{name}` was split into {count} cells"));
            }
            joined.push(Own { source, ..take(&mut cells[i]) });
            i += count;
        }
        self.cells = joined;
    }

    /// Notes which of the lab's own cells differ, or came in another order.
    fn note_changed(&mut self, lab: &Lab, released: &Notebook) {
        let order: Vec<&str> = released.cells().filter_map(Cell::id).collect();
        let place = |own: &Own| order.iter().position(|id| own.after.as_deref() == Some(*id));
        let places: Vec<_> = self.cells.iter().filter(|it| it.name.is_some()).map(place).collect();
        if !places.is_sorted() {
            self.notes.push("the cells came in another order; the lab's own order counts".into());
        }
        for (cell, whole) in released.cells().zip(lab.notebook.cells()) {
            let Some(marks) = Marks::of(cell).ok().flatten().filter(|it| !it.solution) else {
                continue;
            };
            let own = self.cells.iter().find(|it| it.name.as_ref() == Some(&marks.grade_id));
            if own.is_some_and(|own| own.source != cell.source() && own.source != whole.source()) {
                let id = marks.grade_id;
                self.notes.push(format!("`{id}` was changed; the lab's own stands in its place"));
            }
        }
    }
}

/// How many cells from the first on make one answer; reads no more than `left` bytes in all.
///
/// A front end that splits a cell may give both halves the cell's name, or only the first. So
/// cells of one name belong together unless each is whole and they define the same function,
/// which makes them two answers; a cell whose brackets stay open takes what closes them.
fn parts(cells: &[Own], left: &mut usize) -> usize {
    let first = &cells[0];
    if first.name.is_none() || !first.is_code {
        return 1;
    }
    let below = |own: &&Own| own.is_code && (own.name.is_none() || own.name == first.name);
    let (mut joined, mut count) = (first.source.clone(), 1);
    for own in cells[1..].iter().take_while(below) {
        *left = left.saturating_sub(joined.len() + own.source.len());
        if *left == 0 {
            return 1;
        }
        let is_open = !is_whole(&joined);
        let is_another = own.name == first.name && is_whole(&own.source);
        if !is_open && (own.name.is_none() || is_another && defines_alike(&joined, &own.source)) {
            break;
        }
        joined = format!("{joined}\n{}", own.source);
        count += 1;
    }
    if is_whole(&joined) { count } else { 1 }
}

/// The names under which the lab's cells are known, with their IDs.
fn lab_names(released: &Notebook) -> BTreeMap<String, Option<String>> {
    let entries = released.cells().filter_map(|cell| Some((cell.id()?.to_owned(), cell)));
    let with_marks = entries.flat_map(|(id, cell)| {
        let marks = Marks::of(cell).ok().flatten().map(|marks| marks.grade_id);
        [Some(id.clone()), marks].into_iter().flatten().map(move |name| (name, Some(id.clone())))
    });
    with_marks.collect()
}

/// What a student's cell says it is; nothing of it is believed but the name.
fn name(cell: Cell) -> Option<String> {
    let marked = cell.metadata()["nbgrader"]["grade_id"].as_str();
    marked.or(cell.id()).map(ToOwned::to_owned)
}

/// `fn name` of a line that begins a function.
fn signature(line: &str) -> Option<&str> {
    let rest = line.trim_start().trim_start_matches("pub ").strip_prefix("fn ")?;
    rest.split(['(', '<', ' ']).next()
}

fn signature_is(line: &str, name: &str) -> bool {
    signature(line) == Some(name)
}

/// Whether two sources define a function of one name, as two tries at an answer do.
fn defines_alike(a: &str, b: &str) -> bool {
    let mut names = a.lines().filter_map(signature);
    names.any(|name| b.lines().any(|line| signature_is(line, name)))
}

/// Whether all brackets and quotes of a source close.
fn is_whole(source: &str) -> bool {
    source.parse::<TokenStream>().is_ok()
}
