//! `candlelab list`: which labs are done and which is next.

use crate::cli::ListArgs;
use crate::exit::Exit;
use crate::lab_folder::lab_folder;
use crate::print;
use candlelab_grader::{Lab, labs, results, salvage};
use std::path::Path;

/// Prints a line a lab, from the outputs that the student's notebooks were saved with.
pub fn run(args: &ListArgs) -> anyhow::Result<Exit> {
    let place = args.folder.as_deref().unwrap_or(Path::new("."));
    let folder = lab_folder(args.place.labs.as_deref(), place)?;
    let own = args.folder.as_deref().unwrap_or(&folder);
    let labs: Result<Vec<Lab>, _> = labs(&folder)?.into_iter().map(Lab::read).collect();
    let mut next = Some('→');
    for lab in labs? {
        let (passed, all) = progress(&lab, own);
        let sign = if passed == all { '✓' } else { next.take().unwrap_or(' ') };
        print::line(format_args!(
            "{sign} {:28}  {passed:>2} of {all:>2} checks  {:>3} min  {}",
            lab.about.lab, lab.about.minutes, lab.about.title
        ));
    }
    Ok(Exit::Ok)
}

/// How many checks of a lab pass in the student's copy, and how many there are.
fn progress(lab: &Lab, folder: &Path) -> (usize, usize) {
    let all = lab.checks().count();
    let notebook = salvage(&folder.join(&lab.about.lab).join("lab.ipynb"));
    let passed = notebook.map_or(0, |(notebook, _)| {
        results(lab, &notebook).iter().filter(|it| it.passed == Some(true)).count()
    });
    (passed, all)
}
