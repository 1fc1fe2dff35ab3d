//! `candlelab gradebook to-nbgrader` and `from-nbgrader`.

use super::open;
use crate::cli::NbgraderArgs;
use crate::exit::{BadInput, Exit};
use crate::print;
use anyhow::Context;
use candlelab_grader::{Gradebook, Lab, from_nbgrader, labs, to_nbgrader};
use candlelab_notebook::check_folder;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Puts marks into nbgrader's gradebook.
pub fn give(args: &NbgraderArgs) -> anyhow::Result<Exit> {
    let book = open(&args.out)?;
    let (grades, manual) = (book.grades()?, book.manual_marks()?);
    let graded: BTreeSet<&str> = grades.iter().map(|grade| grade.lab.as_str()).collect();
    let mut found: Vec<Lab> =
        labs(&args.labs)?.into_iter().map(Lab::read).collect::<Result<_, _>>()?;
    found.retain(|lab| graded.contains(lab.about.lab.as_str()));
    for name in graded.iter().filter(|name| found.iter().all(|lab| lab.about.lab != **name)) {
        let folder = args.labs.display();
        print::error(format_args!(
            "there is no lab `{name}` in `{folder}`; its grades are left out"
        ));
    }
    let path = args.database.display();
    let count = to_nbgrader(&args.database, &found, &grades, &manual)
        .with_context(|| format!("cannot write `{path}` as a gradebook of nbgrader"))?;
    print::line(format_args!("{count} of {} grades in `{path}`", grades.len()));
    Ok(if count == grades.len() { Exit::Ok } else { Exit::NotGraded })
}

/// Takes over what has changed there since the last time.
pub fn take(args: &NbgraderArgs) -> anyhow::Result<Exit> {
    let path = args.database.display();
    if !args.database.is_file() {
        let message = format!("there is no file `{path}`");
        let hint = "name nbgrader's `gradebook.db`".into();
        return Err(BadInput { message, hint }.into());
    }
    let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let grades = from_nbgrader(&args.database, &now)
        .with_context(|| format!("cannot read `{path}` as a gradebook of nbgrader"))?;
    check_folder(&args.out)?;
    let mut book = Gradebook::open(&args.out.join("gradebook.db"))?;
    let mut new = 0;
    for (grade, manual) in &grades {
        let known = book.find(&grade.student, &grade.lab, &grade.submission, &grade.version)?;
        if known.is_none() {
            book.record(grade)?;
            manual.iter().try_for_each(|it| book.mark(it))?;
            new += 1;
        }
    }
    print::line(format_args!("{new} new of {} grades in `{path}`", grades.len()));
    Ok(Exit::Ok)
}
