//! What nbgrader notes at a cell: schema 3 of its metadata.

use candlelab_notebook::{Cell, Kind};
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The part of a cell in the grading, as nbgrader keeps it in `metadata.nbgrader`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marks {
    /// `code` or `markdown`.
    #[serde(default)]
    pub cell_type: String,
    /// Tells whether the cell has been changed since.
    #[serde(default)]
    pub checksum: String,
    /// Whether the cell gives points.
    pub grade: bool,
    /// The name under which its marks are kept.
    pub grade_id: String,
    /// Whether students must not change it.
    pub locked: bool,
    /// How many points it gives at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<serde_json::Number>,
    /// The number of nbgrader's schema.
    pub schema_version: u32,
    /// Whether students write here.
    pub solution: bool,
    /// Whether it is a task marked by hand.
    #[serde(default)]
    pub task: bool,
}

impl Marks {
    /// The marks of a cell, if it has any.
    ///
    /// # Errors
    /// If they do not follow schema 3: says how.
    pub fn of(cell: Cell) -> Result<Option<Self>, String> {
        let Some(value) = cell.metadata().get("nbgrader") else { return Ok(None) };
        let marks: Self =
            serde_json::from_value(value.clone()).map_err(|it| format!("nbgrader: {it}"))?;
        if marks.schema_version != 3 {
            return Err(format!("nbgrader's schema is {}, not 3", marks.schema_version));
        }
        if (marks.grade || marks.task) && marks.points.is_none() {
            return Err("it is graded but has no points".into());
        }
        let takes_part = marks.grade || marks.solution || marks.locked || marks.task;
        if takes_part && marks.grade_id.is_empty() {
            return Err("it takes part in grading but has no grade_id".into());
        }
        Ok(takes_part.then_some(marks))
    }

    /// The points as a number; 0 where the cell gives none.
    pub fn points(&self) -> f64 {
        self.points.as_ref().and_then(serde_json::Number::as_f64).unwrap_or(0.0)
    }

    /// Whether a check gives the points.
    pub fn is_check(&self) -> bool {
        self.grade && !self.solution && !self.task
    }

    /// Whether a person gives the points: for an answer, or for a task.
    pub fn is_by_hand(&self) -> bool {
        self.task || (self.grade && self.solution)
    }

    /// nbgrader's checksum of the cell for a source.
    pub fn checksum_of(&self, source: &str, kind: Kind) -> String {
        let python = |truth: bool| if truth { "True" } else { "False" };
        let is_locked = !self.solution && (self.grade || self.locked);
        let mut hash = Md5::new();
        for part in [
            source,
            name(kind),
            python(self.grade),
            python(self.solution),
            python(is_locked),
            &self.grade_id,
        ] {
            hash.update(part);
        }
        if self.grade {
            hash.update(candlelab_notebook::python_float(self.points()));
        }
        hex(hash)
    }

    /// The same with the checksum for a source.
    pub fn sealed(&self, source: &str, kind: Kind) -> Value {
        let checksum = self.checksum_of(source, kind);
        let marks = Self { checksum, cell_type: name(kind).into(), ..self.clone() };
        serde_json::to_value(marks).expect("it holds nothing but JSON")
    }
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Code => "code",
        Kind::Markdown => "markdown",
        Kind::Raw => "raw",
    }
}

/// A checksum as nbgrader writes it.
pub(crate) fn hex(hash: Md5) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(solution: bool, grade_id: &str, points: u32) -> Marks {
        Marks {
            cell_type: "code".into(),
            checksum: String::new(),
            grade: true,
            grade_id: grade_id.into(),
            locked: true,
            points: Some(points.into()),
            schema_version: 3,
            solution,
            task: false,
        }
    }

    /// Expected: `nbgrader.utils.compute_checksum` of nbgrader 0.9.6.
    #[test]
    fn checksums_are_nbgraders() {
        let test = marks(false, "sq_t", 2).checksum_of("assert_eq!(sq(2),4);", Kind::Code);
        assert_eq!(test, "3951944f4ffd96cf4ac28bd6cbc18a56");
        let answer = marks(true, "md", 1).checksum_of("YOUR ANSWER HERE", Kind::Markdown);
        assert_eq!(answer, "32a5fecaf989e9ce7dc9ebc79feb98a6");
    }
}
