//! `candlelab lint`: what is wrong with notebooks, without running them.

use crate::cli::LintArgs;
use crate::exit::{self, Exit};
use crate::print;
use crate::run::find::notebooks;
use candlelab_notebook::{Notebook, Problem, Rule, lint};
use serde_json::json;
use std::path::Path;

/// Prints a line a problem; the exit code tells whether there are any.
pub fn run(args: &LintArgs) -> anyhow::Result<Exit> {
    let mut paths = Vec::new();
    for path in &args.paths {
        paths.extend(notebooks(path, Path::new(""))?);
    }
    let mut worst = Exit::Ok;
    for path in paths {
        let notebook = match Notebook::read_rust(&path) {
            Ok(notebook) => notebook,
            Err(error) => {
                worst = worst.max(exit::explain(&error.into()));
                continue;
            }
        };
        for problem in lint(&notebook).iter().filter(|problem| counts(args, problem.rule)) {
            print::line(if args.json { json(&path, problem) } else { text(&path, problem) });
            worst = worst.max(Exit::CellFailed);
        }
    }
    Ok(worst)
}

fn counts(args: &LintArgs, rule: Rule) -> bool {
    let is_on = args.no_outputs || rule != Rule::CommittedOutputs;
    is_on && !args.allow.contains(&rule)
}

fn text(path: &Path, problem: &Problem) -> String {
    let Problem { cell, id, rule, message } = problem;
    let id = id.as_ref().map_or(String::new(), |id| format!(" [{id}]"));
    format!("{}: cell {cell}{id}: {message} [{rule}]", path.display())
}

fn json(path: &Path, problem: &Problem) -> String {
    let Problem { cell, id, rule, message } = problem;
    let (path, rule) = (path.display().to_string(), rule.name());
    json!({"path": path, "cell": cell, "id": id, "rule": rule, "message": message}).to_string()
}
