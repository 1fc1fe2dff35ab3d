//! What a cell's run left.

use crate::Cost;
use crate::rust::glue::{self, Rebound};
use crate::rust::impls::Impls;
use crate::rust::link::Record;
use crate::rust::session::{Session, types};
use crate::rust::variables::Gone;
use evcxr::{Error, EvalOutputs};
use std::time::Instant;

/// What came of handing a cell to the evaluator and waiting for its end.
pub struct Ended {
    pub result: Result<EvalOutputs, Error>,
    pub record: Record,
    /// Whether the user stopped it.
    pub stopped: bool,
    /// The code that was compiled, for finding places in it.
    pub generated: String,
    pub cost: Cost,
}

impl Ended {
    /// A cell that was stopped before it came to anything.
    pub fn interrupted() -> Self {
        let result = Err(Error::from("interrupted".to_owned()));
        let (record, cost) = (Record::default(), Cost::default());
        Self { result, record, stopped: true, generated: String::new(), cost }
    }

    /// Takes an `impl` of an earlier cell out that keeps this one from compiling; returns its
    /// header and what to put in its place.
    pub fn broken_impl(&self, impls: &mut Impls) -> Option<(String, String)> {
        let Err(Error::CompilationErrors(errors)) = &self.result else { return None };
        let spans = errors.iter().filter_map(|error| error.json["spans"].as_array()).flatten();
        let mut primary = spans.filter(|span| span["is_primary"] == true);
        let byte = primary.next()?["byte_start"].as_u64()?;
        impls.drop_at(&self.generated, byte as usize)
    }

    /// The variables that have their old values again since the cell failed.
    pub fn given_back(&self) -> Vec<Rebound> {
        let (Some(_), Some((names, _))) = (&self.record.failure, &self.record.variables) else {
            return Vec::new();
        };
        let rebound = glue::rebound(&self.generated).into_iter();
        rebound.filter(|rebound| names.contains(&rebound.name)).collect()
    }

    /// The variables that the evaluator cannot keep, for what they borrow or for their type.
    pub fn unkept(&self) -> Vec<String> {
        let messages: Vec<String> = match &self.result {
            Err(Error::CompilationErrors(errors)) => errors.iter().map(|it| it.message()).collect(),
            Err(error) => vec![error.to_string()],
            Ok(_) => Vec::new(),
        };
        let name = |message: &String| {
            let about_keeping = ["can't be persisted", "cannot be persisted"];
            let rest = message.strip_prefix("The variable `")?;
            let (name, rest) = rest.split_once('`')?;
            about_keeping.iter().any(|words| rest.contains(words)).then(|| name.to_owned())
        };
        messages.iter().filter_map(name).collect()
    }
}

impl Session {
    /// Books a cell's variables; returns those that went.
    pub fn settle(&self, number: usize, record: &Record) -> Vec<Gone> {
        let Some((names, changed)) = &record.variables else { return Vec::new() };
        let types = types(&self.context());
        self.books().settle(number, names, changed.clone(), &types, &record.redefined)
    }

    /// Where the time went since the cell was handed over, and its memory.
    pub fn cost(&self, before: Instant, record: &Record) -> Cost {
        let (Some(began), Some(ended)) = (record.began, record.ended) else {
            let compile = before.elapsed();
            return Cost { compile, ..Cost::default() };
        };
        let started = record.started.unwrap_or(ended);
        Cost {
            compile: began.saturating_duration_since(before),
            load: started.saturating_duration_since(began),
            run: ended.saturating_duration_since(started),
            peak_memory: self.stopper.peak_memory(),
        }
    }
}
