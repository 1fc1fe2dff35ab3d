//! `candlelab gradebook history`: how a mark came about.

use super::open;
use crate::cli::HistoryArgs;
use crate::exit::{BadInput, Exit};
use crate::print;
use candlelab_grader::{Manual, changes};

/// Prints every grade with what it changed, then the marks by hand.
pub fn run(args: &HistoryArgs) -> anyhow::Result<Exit> {
    let book = open(&args.out)?;
    let grades = book.history(&args.student, &args.lab)?;
    if grades.is_empty() {
        let message = format!("`{}` has no grade for `{}`", args.student, args.lab);
        let hint = "`candlelab gradebook export --to nbgrader` lists all".into();
        return Err(BadInput { message, hint }.into());
    }
    for (i, grade) in grades.iter().enumerate() {
        let (points, max) = (grade.points(), grade.max());
        print::line(format_args!("{}  {points} of {max} points", grade.graded_at));
        let changes = i.checked_sub(1).map_or_else(Vec::new, |i| changes(&grades[i], grade));
        changes.iter().for_each(|change| print::line(format_args!("  {change}")));
    }
    let is_its = |it: &&Manual| it.student == args.student && it.lab == args.lab;
    for mark in book.manual_marks()?.iter().filter(is_its) {
        let (at, by, cell) = (&mark.at, &mark.by, &mark.cell);
        print::line(format_args!("{at}  {by} gave `{cell}` {} points", mark.points));
    }
    Ok(Exit::Ok)
}
