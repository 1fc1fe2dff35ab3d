//! `candlelab release`: the students' versions of labs.

use crate::cli::ReleaseArgs;
use crate::exit::{BadInput, Exit};
use crate::print;
use anyhow::Context;
use candlelab_grader::{Lab, chosen_labs, release};
use std::fs;
use std::path::Path;

/// Writes the student version of every lab; none if one of them cannot be made.
pub fn run(args: &ReleaseArgs) -> anyhow::Result<Exit> {
    let mut released = Vec::new();
    for path in chosen_labs(&args.labs, &args.only)? {
        let lab = Lab::read(path)?;
        released.push((release(&lab)?, lab));
    }
    for (notebook, lab) in &released {
        let folder = args.output.join(&lab.about.lab);
        refuse_masters(&folder, lab)?;
        copy_data(lab.path.parent().unwrap_or(Path::new(".")), &folder)?;
        notebook.save(folder.join("lab.ipynb"))?;
        let (exercises, points) = (lab.exercises.len(), lab.points());
        print::line(format_args!("{}  {exercises} exercises, {points} points", folder.display()));
    }
    Ok(Exit::Ok)
}

/// A student version must not replace the only copy of the solutions.
fn refuse_masters(folder: &Path, lab: &Lab) -> anyhow::Result<()> {
    let target = fs::canonicalize(folder.join("lab.ipynb")).ok();
    if target.is_some() && target == fs::canonicalize(&lab.path).ok() {
        let message = format!("the student version would replace the lab `{}`", lab.path.display());
        let hint = "choose another folder with `--output`".into();
        return Err(BadInput { message, hint }.into());
    }
    Ok(())
}

/// Copies what lies beside a lab's notebook.
fn copy_data(from: &Path, to: &Path) -> anyhow::Result<()> {
    let failed = || format!("cannot copy `{}` to `{}`", from.display(), to.display());
    fs::create_dir_all(to).with_context(failed)?;
    for entry in fs::read_dir(from).with_context(failed)?.flatten() {
        let name = entry.file_name();
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && name != "lab.ipynb" {
            fs::copy(entry.path(), to.join(name)).with_context(failed)?;
        }
    }
    Ok(())
}
