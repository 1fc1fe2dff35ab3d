//! `candlelab grade` where one machine is not enough.

mod kubernetes;
mod slurm;
mod words;

use crate::cli::GradeArgs;
use crate::exit::Exit;
use crate::grade;
use crate::run::Shard;
use candlelab_grader::{FINISHED, HandedIn, Submission, shard_name, shard_of};
use candlelab_notebook::write_file;
use std::fs;

/// Grades here, or has others do it.
pub fn grade(args: GradeArgs) -> anyhow::Result<Exit> {
    let cluster = &args.cluster;
    match (cluster.slurm, &cluster.kubernetes, cluster.shard) {
        (Some(count), _, _) => slurm::run(&args, count),
        (_, Some(image), _) => kubernetes::run(&args, image),
        (_, _, Some(shard)) => grade_shard(args, shard),
        _ => grade::run(&args),
    }
}

/// Grades a part into a folder of its own, and leaves a sign there that it has come to its end.
fn grade_shard(mut args: GradeArgs, shard: Shard) -> anyhow::Result<Exit> {
    args.out.push(shard_name(shard.index(), shard.count()));
    let sign = args.out.join(FINISHED);
    // It may be there from an earlier run.
    let _ = fs::remove_file(&sign);
    let exit = grade::run(&args)?;
    if exit != Exit::Interrupted {
        write_file(&sign, args.cluster.run_id.as_bytes())?;
    }
    Ok(exit)
}

/// Leaves only what a part of the class is to grade; what is no submission concerns the first part.
pub fn keep_own(shard: Option<Shard>, found: &mut HandedIn) {
    let Some(shard) = shard else { return };
    let owner = |it: &Submission| shard_of(&it.student, &it.lab, shard.count()) + 1;
    found.submissions.retain(|it| owner(it) == shard.index());
    if shard.index() > 1 {
        found.problems.clear();
    }
}
