//! A course's rules and students, which its gradebook keeps until others are given.

use crate::print;
use anyhow::Context;
use candlelab_grader::export::Course;
use candlelab_grader::{Gradebook, Lab, Policy, Roster};
use candlelab_notebook::read_file;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// What marks are worth, and whose they are.
pub struct Rules {
    pub policy: Policy,
    pub roster: Option<Roster>,
}

/// The files that rules are read from.
pub struct RuleFiles<'a> {
    pub policy: Option<&'a Path>,
    pub roster: Option<&'a Path>,
}

impl Rules {
    /// Those in the files, else those that the gradebook has kept.
    pub fn read(files: &RuleFiles, book: &Gradebook) -> anyhow::Result<(Self, Vec<Kept>)> {
        let policy = Kept::read("policy", files.policy, book)?;
        let roster = Kept::read("roster", files.roster, book)?;
        let parsed = |it: &Kept| Policy::parse(&it.text, it.path(files.policy));
        let rules = Self {
            policy: policy.as_ref().map(parsed).transpose()?.unwrap_or_default(),
            roster: roster
                .as_ref()
                .map(|it| Roster::parse(it.text.as_bytes(), it.path(files.roster)))
                .transpose()?,
        };
        Ok((rules, policy.into_iter().chain(roster).collect()))
    }

    /// Names what the rules speak of that is not there; `labs` are those that are graded.
    pub fn say_strangers(
        &self,
        folder: &Path,
        labs: &BTreeMap<String, Arc<Lab>>,
    ) -> anyhow::Result<()> {
        let paths = candlelab_grader::labs(folder)?;
        let is_lab =
            |name: &str| paths.iter().any(|path| path.ends_with(format!("{name}/lab.ipynb")));
        let is_check = |lab: &str, check: &str| {
            labs.get(lab).is_none_or(|lab| lab.graded().any(|(_, marks)| marks.grade_id == check))
        };
        self.policy.strangers(is_lab, is_check).iter().for_each(print::note);
        Ok(())
    }

    /// Names the students of the list who have no grade for a lab that others have one for.
    pub fn say_missing(&self, course: &Course) {
        let Some(roster) = &self.roster else { return };
        let grades = || course.grades.iter().map(|it| &it.grade);
        for lab in grades().map(|it| &it.lab).collect::<BTreeSet<_>>() {
            let own = grades().filter(|it| it.lab == *lab);
            let have: BTreeSet<&String> = own.map(|it| &it.student).collect();
            let missing = roster.students.iter().filter(|it| !have.contains(&it.id));
            let missing: Vec<&str> = missing.map(|it| it.id.as_str()).collect();
            if !missing.is_empty() {
                print::line(format_args!("{lab}: nothing from {}", missing.join(", ")));
            }
        }
    }
}

/// A text that a gradebook keeps.
pub struct Kept {
    name: &'static str,
    text: String,
}

impl Kept {
    fn read(
        name: &'static str,
        file: Option<&Path>,
        book: &Gradebook,
    ) -> anyhow::Result<Option<Self>> {
        let Some(path) = file else {
            return Ok(book.kept(name)?.map(|text| Self { name, text }));
        };
        let text = String::from_utf8(read_file(path)?)
            .with_context(|| format!("`{}` is not UTF-8", path.display()))?;
        Ok(Some(Self { name, text }))
    }

    /// What errors call it.
    fn path<'a>(&self, file: Option<&'a Path>) -> &'a Path {
        file.unwrap_or(Path::new("gradebook.db"))
    }

    /// Keeps it, if it is not kept already.
    pub fn keep(&self, book: &mut Gradebook) -> anyhow::Result<()> {
        if book.kept(self.name)?.as_ref() != Some(&self.text) {
            book.keep(self.name, &self.text)?;
        }
        Ok(())
    }
}
