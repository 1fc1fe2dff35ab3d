//! A course's rules and students, which its gradebook keeps until others are given.

use anyhow::Context;
use candlelab_grader::{Gradebook, Policy, Roster};
use candlelab_notebook::read_file;
use std::path::Path;

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
