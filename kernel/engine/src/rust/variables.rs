//! Which variables a notebook has, and what became of those that it had.

use super::parse::Local;
use crate::Variable;
use std::collections::BTreeMap;

/// Why a variable is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Its value was moved.
    Moved,
    /// Its type was defined anew, and differently.
    Redefined,
    /// The process that held it ended.
    Died,
    /// The cell that made it failed before keeping it.
    NotKept,
    /// It is a closure, which has no type that could be kept.
    Closure,
    /// It borrows from another variable, or its type has no name, as that of an iterator.
    Unkept,
}

/// A variable that is gone: in which cell, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    pub name: String,
    pub number: usize,
    pub why: Why,
}

impl Gone {
    /// What happened, in a clause.
    pub fn story(&self) -> String {
        let Self { name, number, why } = self;
        match why {
            Why::Moved => format!("the value of `{name}` was moved in In[{number}]"),
            Why::Redefined => {
                format!(
                    "the type of `{name}` was redefined in In[{number}], so its value was dropped"
                )
            }
            Why::Died => format!("`{name}` was lost when the process of In[{number}] ended"),
            Why::Closure => format!(
                "`{name}` is a closure, and lives only in In[{number}]: as a function, \
                 `fn {name}(…)`, it stays, without what it took from around it"
            ),
            Why::Unkept => format!(
                "`{name}` borrows, or is of a type without a name, and lives only in \
                 In[{number}]: `.collect::<Vec<_>>()` makes a list of an iterator, `.clone()` or \
                 `.to_owned()` a value of a reference"
            ),
            Why::NotKept => format!("In[{number}] failed before it could keep `{name}`"),
        }
    }
}

/// The books.
#[derive(Debug, Default)]
pub struct Variables {
    known: BTreeMap<String, Variable>,
    gone: BTreeMap<String, Gone>,
}

impl Variables {
    /// Those that there are.
    pub fn list(&self) -> Vec<Variable> {
        self.known.values().cloned().collect()
    }

    /// What became of a variable that is no longer there.
    pub fn gone(&self, name: &str) -> Option<&Gone> {
        self.gone.get(name)
    }

    /// Books what cell `number` left: the names in the store, what is new in it, and the type of
    /// each variable that the evaluator knows. Returns what went.
    pub fn settle(
        &mut self,
        number: usize,
        names: &[String],
        changed: Vec<Variable>,
        types: &BTreeMap<String, String>,
        redefined: &[String],
    ) -> Vec<Gone> {
        let before = std::mem::take(&mut self.known);
        let mut lost = Vec::new();
        for (name, variable) in before {
            if names.contains(&name) {
                self.known.insert(name, variable);
            } else {
                let why = if redefined.contains(&name) { Why::Redefined } else { Why::Moved };
                lost.push(Gone { name, number, why });
            }
        }
        for variable in changed {
            let type_name = types.get(&variable.name).cloned().unwrap_or_default();
            self.known.insert(variable.name.clone(), Variable { type_name, ..variable });
        }
        for name in types.keys().filter(|name| !names.contains(name)) {
            let gone = Gone { name: name.clone(), number, why: Why::NotKept };
            self.gone.entry(name.clone()).or_insert(gone);
        }
        self.gone.extend(lost.iter().map(|gone| (gone.name.clone(), gone.clone())));
        self.gone.retain(|name, _| !names.contains(name));
        lost
    }

    /// Books the variables that end with cell `number`.
    pub fn end_locals(&mut self, number: usize, locals: Vec<Local>) {
        for Local { name, is_closure, .. } in locals {
            let why = if is_closure { Why::Closure } else { Why::Unkept };
            self.gone.insert(name.clone(), Gone { name, number, why });
        }
    }

    /// Books the end of the process in cell `number`; returns the names of what went with it.
    pub fn lose_all(&mut self, number: usize) -> Vec<String> {
        let names: Vec<String> = std::mem::take(&mut self.known).into_keys().collect();
        for name in &names {
            let gone = Gone { name: name.clone(), number, why: Why::Died };
            self.gone.insert(name.clone(), gone);
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settle(books: &mut Variables, number: usize, names: &[&str], known: &[&str]) -> Vec<Gone> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let types = known.iter().map(|name| ((*name).to_owned(), "i32".to_owned())).collect();
        let describe = |name: &String| Variable { name: name.clone(), ..Variable::default() };
        let changed = names.iter().map(describe).collect();
        books.settle(number, &names, changed, &types, &[])
    }

    #[test]
    fn a_moved_variable_is_told_once_and_remembered() {
        let mut books = Variables::default();
        assert_eq!(settle(&mut books, 1, &["a", "b"], &["a", "b"]), []);
        let gone = Gone { name: "a".into(), number: 2, why: Why::Moved };
        assert_eq!(settle(&mut books, 2, &["b"], &["b"]), std::slice::from_ref(&gone));
        assert_eq!(settle(&mut books, 3, &["b"], &["b"]), []);
        assert_eq!(books.gone("a"), Some(&gone));
        settle(&mut books, 4, &["a", "b"], &["a", "b"]);
        assert_eq!(books.gone("a"), None);
    }

    #[test]
    fn what_a_failed_cell_did_not_keep_is_known() {
        let mut books = Variables::default();
        assert_eq!(settle(&mut books, 1, &[], &["y"]), []);
        assert_eq!(books.gone("y").unwrap().why, Why::NotKept);
    }

    #[test]
    fn a_death_takes_everything() {
        let mut books = Variables::default();
        settle(&mut books, 1, &["a", "b"], &["a", "b"]);
        assert_eq!(books.lose_all(2), ["a", "b"]);
        assert!(books.list().is_empty());
        assert_eq!(books.gone("b").unwrap().why, Why::Died);
    }
}
