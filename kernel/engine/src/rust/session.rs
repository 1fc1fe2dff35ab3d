//! What the engine and its handle share: the evaluator, and everything that is known of a session.

use super::complete;
use super::link::Link;
use super::parse;
use super::stopper::Stopper;
use super::variables::Variables;
use crate::*;
use evcxr::{CommandContext, EvalOutputs};
use parking_lot::{Mutex, MutexGuard};
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How long a question about code waits for a cell that is being compiled.
const PATIENCE: Duration = Duration::from_millis(180);

/// One session.
pub struct Session {
    context: Mutex<CommandContext>,
    /// Held while code is analysed ahead.
    priming: Mutex<()>,
    variables: Mutex<Variables>,
    pub link: Link,
    pub stopper: Stopper,
    folder: PathBuf,
}

impl Session {
    /// A session around an evaluator whose worker is behind `link`.
    pub fn new(context: CommandContext, link: Link, folder: PathBuf) -> Self {
        let stopper = Stopper::new(link.clone(), context.process_handle(), folder.clone());
        let (context, variables) = (Mutex::new(context), Mutex::default());
        Self { context, priming: Mutex::default(), variables, link, stopper, folder }
    }

    /// The evaluator; it is free while a cell runs, and taken while one is compiled.
    pub fn context(&self) -> MutexGuard<'_, CommandContext> {
        self.context.lock()
    }

    /// The books on variables.
    pub fn books(&self) -> MutexGuard<'_, Variables> {
        self.variables.lock()
    }

    /// The names of all variables and items.
    pub fn names(&self) -> HashSet<String> {
        let variables = self.variables().into_iter().map(|variable| variable.name);
        let context = self.context();
        let items = context.defined_item_names().map(str::to_owned);
        variables.chain(items).collect()
    }

    /// Where the evaluator writes.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// The type of each variable that the evaluator knows, as a user writes it.
pub fn types(context: &CommandContext) -> BTreeMap<String, String> {
    let types = context.variables_and_types();
    types.map(|(name, type_name)| (name.to_owned(), short(type_name))).collect()
}

/// `alloc::vec::Vec<candle_core::tensor::Tensor>` → `Vec<Tensor>`
fn short(type_name: &str) -> String {
    let is_word = |character: char| character.is_alphanumeric() || "_:".contains(character);
    let mut result = String::new();
    let mut rest = type_name;
    while let Some(first) = rest.chars().next() {
        let end = match is_word(first) {
            true => rest.find(|character| !is_word(character)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        result.push_str(rest[..end].rsplit("::").next().unwrap_or_default());
        rest = &rest[end..];
    }
    result
}

/// The documentation of a name, in every format it comes in.
pub fn documentation(context: &mut CommandContext, name: &str) -> Option<Bundle> {
    let outputs = context.execute(&format!(":doc {name}")).ok()?;
    let data = bundle(outputs);
    let text = data.get("text/plain")?.as_str()?;
    (!text.trim().is_empty() && !text.starts_with("No documentation found")).then_some(data)
}

/// What a command of the evaluator's answered.
pub fn bundle(outputs: EvalOutputs) -> Bundle {
    let mut formats: Vec<_> = outputs.content_by_mime_type.into_iter().collect();
    formats.sort();
    formats.into_iter().map(|(mime, content)| (mime, content.into())).collect()
}

impl Session {
    /// Has code analysed as it is now: the first question after a change takes longest.
    pub fn prime(&self, question: &str) {
        let _priming = self.priming.lock();
        if let Some(mut context) = self.context.try_lock() {
            complete::complete(&mut context, question, question.len());
        }
    }

    /// The evaluator for a question about code; `None` while a cell is being compiled.
    fn context_soon(&self) -> Option<MutexGuard<'_, CommandContext>> {
        drop(self.priming.lock());
        self.context.try_lock_for(PATIENCE)
    }

    /// How the worker ended, as evcxr would say it.
    pub fn worker_status(&self) -> String {
        self.stopper.end_worker().map_or_else(|error| error.to_string(), |it| it.to_string())
    }
}

impl Handle for Session {
    fn complete(&self, code: &str, offset: usize) -> Completions {
        match self.context_soon() {
            Some(mut context) if !parse::is_too_deep(code) => {
                complete::complete(&mut context, code, offset)
            }
            _ => Completions { items: Vec::new(), start: offset, end: offset },
        }
    }

    fn inspect(&self, code: &str, offset: usize) -> Option<Bundle> {
        let path = parse::path_at(code, offset)?;
        let mut context = self.context_soon()?;
        // A method's documentation is found by its call; what it is called on may be any
        // expression, with names of this cell.
        let end = parse::word_end(code, offset);
        let before = code[..end].replace('\n', " ");
        let [path_call, call] = [path, &before].map(|it| format!("{it}("));
        let is_member = before[..parse::word_start(&before, end)].ends_with('.');
        // What is likeliest comes first: each way takes as long as a completion.
        let mut ways = match is_member {
            true => [path_call.as_str(), &call, path, &before].to_vec(),
            false => [path, &before, &path_call, &call].to_vec(),
        };
        // A name that stands alone is both, and is not looked for twice.
        ways.dedup();
        ways.into_iter().find_map(|it| documentation(&mut context, it))
    }

    fn variables(&self) -> Vec<Variable> {
        self.books().list()
    }

    fn comm(&self, message: Comm, frontend: &Arc<dyn Frontend>) {
        self.link.comm(&message, frontend);
    }

    fn interrupt(&self) {
        self.stopper.interrupt();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_shown_without_their_paths() {
        assert_eq!(short("alloc::vec::Vec<candle_core::tensor::Tensor>"), "Vec<Tensor>");
        assert_eq!(short("(i32, &'static str, [f32; 3])"), "(i32, &'static str, [f32; 3])");
    }
}
