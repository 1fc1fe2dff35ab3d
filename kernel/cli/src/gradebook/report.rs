//! `candlelab gradebook report`: a page about the class.

use super::open;
use crate::cli::ReportArgs;
use crate::exit::Exit;
use crate::print;
use candlelab_grader::{
    Error, Grade, Intake, Lab, Pair, Submission, Work, alike, given, labs, report, submissions,
    work_of,
};
use candlelab_notebook::write_file;
use std::collections::{BTreeMap, BTreeSet};

/// Writes the page; what it lacks is said.
pub fn run(args: &ReportArgs) -> anyhow::Result<Exit> {
    let grades = open(&args.out)?.grades()?;
    let pairs = if args.no_similar { BTreeMap::new() } else { pairs(args, &grades)? };
    write_file(&args.output, report(&grades, pairs).as_bytes())?;
    print::line(format_args!("{} grades in `{}`", grades.len(), args.output.display()));
    Ok(Exit::Ok)
}

/// The submissions of each graded lab that are alike.
fn pairs(args: &ReportArgs, grades: &[Grade]) -> Result<BTreeMap<String, Vec<Pair>>, Error> {
    let graded: BTreeSet<&str> = grades.iter().map(|grade| grade.lab.as_str()).collect();
    let labs: Vec<Lab> = labs(&args.labs)?.into_iter().map(Lab::read).collect::<Result<_, _>>()?;
    let found = submissions(&args.submissions, &Intake::of(&labs))?.submissions;
    let mut pairs = BTreeMap::new();
    for lab in labs.iter().filter(|lab| graded.contains(lab.about.lab.as_str())) {
        let own = found.iter().filter(|it| it.lab == lab.about.lab);
        let works: Vec<Work> = own.filter_map(|it| work(lab, it)).collect();
        pairs.insert(lab.about.lab.clone(), alike(&works, &given(lab)?));
    }
    Ok(pairs)
}

fn work(lab: &Lab, submission: &Submission) -> Option<Work> {
    let read = submission.notebook();
    let read = read.and_then(|(notebook, _)| work_of(lab, &submission.student, &notebook));
    let said = read.inspect_err(|error| {
        let Submission { student, lab, .. } = submission;
        print::note(format_args!("{student}/{lab} was not compared with others: {error}"));
    });
    said.ok()
}
