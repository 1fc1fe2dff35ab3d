//! `candlelab gradebook export`: marks for other programs.

use super::open;
use crate::cli::{BookFormat, ExportBookArgs};
use crate::exit::{BadInput, Exit};
use crate::grade::file_name;
use crate::print;
use crate::rules::{RuleFiles, Rules};
use candlelab_grader::export::{self, Course, Scored};
use candlelab_notebook::write_file;
use serde_json::Value;

/// Writes all marks in the form that is asked for.
pub fn run(args: &ExportBookArgs) -> anyhow::Result<Exit> {
    let book = open(&args.out)?;
    let files = RuleFiles { policy: args.policy.as_deref(), roster: args.roster.as_deref() };
    let (rules, _) = Rules::read(&files, &book)?;
    let course = Course::new(book.grades()?, &rules.policy, rules.roster.as_ref());
    let hidden = args.publish_hidden;
    let text = match args.to {
        BookFormat::Nbgrader => export::nbgrader(&course),
        BookFormat::Moodle => export::moodle(&course),
        BookFormat::Canvas => export::canvas(&course),
        BookFormat::Json => serde_json::to_string_pretty(&course.grades)? + "\n",
        BookFormat::Junit => export::junit(&course, hidden),
        BookFormat::Gradescope => return results(args, &course, export::gradescope),
        BookFormat::Prairielearn => return results(args, &course, export::prairielearn),
    };
    match &args.output {
        None => print::text(text),
        Some(path) => write_file(path, text.as_bytes())?,
    }
    Ok(Exit::Ok)
}

/// A file for each student and lab.
fn results(
    args: &ExportBookArgs,
    course: &Course,
    result: fn(&Scored, bool) -> Value,
) -> anyhow::Result<Exit> {
    let Some(folder) = &args.output else {
        let message = "there is a file for each student and lab, but no folder for them".into();
        return Err(BadInput { message, hint: "name one with `--output`".into() }.into());
    };
    for scored in &course.grades {
        let [student, lab] = [&scored.grade.student, &scored.grade.lab].map(|it| file_name(it));
        let text = serde_json::to_vec_pretty(&result(scored, args.publish_hidden))?;
        write_file(&folder.join(student).join(lab).join("results.json"), &text)?;
    }
    print::line(format_args!("{} files in `{}`", course.grades.len(), folder.display()));
    Ok(Exit::Ok)
}
