//! `candlelab hint`: help with an exercise.

use crate::cli::HintArgs;
use crate::exit::{BadInput, Exit};
use crate::print;
use candlelab_grader::{Exercise, exercises, salvage};

/// Prints the hint that stands in the notebook: the question, and on request the pointer.
pub fn run(args: &HintArgs) -> anyhow::Result<Exit> {
    let (notebook, _) = salvage(&args.notebook)?;
    let exercises = exercises(&notebook).unwrap_or_default();
    let is_meant = |(index, exercise): &(usize, &Exercise)| {
        (index + 1).to_string() == args.exercise || exercise.checks.contains(&args.exercise)
    };
    let meant = exercises.iter().enumerate().find(is_meant);
    match meant.map(|(index, exercise)| (index + 1, exercise, &exercise.hint[..])) {
        Some((number, Exercise { solutions, .. }, [question, pointers @ ..])) => {
            print::line(format_args!("exercise {number}, `{}`\n\n{question}", solutions[0]));
            if args.more {
                print::line(format_args!("\n{}", pointers.join("\n\n")));
            } else if !pointers.is_empty() {
                print::line("\nstill stuck? add `--more` for a pointer");
            }
            Ok(Exit::Ok)
        }
        _ => {
            let (path, name) = (args.notebook.display(), &args.exercise);
            let message = format!("`{path}` has no hint for an exercise {name}");
            let hint = format!("it has the exercises 1 to {}", exercises.len());
            Err(BadInput { message, hint }.into())
        }
    }
}
