//! `candlelab gradebook merge`: the parts of a class, put together.

use crate::cli::MergeArgs;
use crate::exit::{BadInput, Exit};
use crate::grade::tables;
use crate::print;
use crate::rules::{RuleFiles, Rules};
use anyhow::Context;
use candlelab_grader::{FoundShard, Gradebook, found_shards, merge, shard_counts};
use candlelab_notebook::{check_folder, write_file};
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often it is looked whether a part has come to its end.
const PAUSE: Duration = Duration::from_secs(2);

/// Merges what is there, and names the parts that are missing.
pub fn run(args: &MergeArgs) -> anyhow::Result<Exit> {
    let count = count(args)?;
    let run = args.run_id.as_deref();
    let began = Instant::now();
    let mut shards = found_shards(&args.out, count, run);
    while shards.iter().any(|shard| !shard.is_finished) && args.wait > Some(began.elapsed()) {
        sleep(PAUSE);
        shards = found_shards(&args.out, count, run);
    }
    check_folder(&args.out)?;
    let missing = name_missing(&shards);
    let (mut books, mut pages) = (Vec::new(), Vec::new());
    for shard in shards {
        books.extend(shard.rows.ok());
        pages.push(shard.folder.join("feedback"));
    }
    let path = args.out.join("gradebook.db");
    let new = merge(&path, &books)?;
    for folder in pages {
        copy_pages(&folder, &args.out.join("feedback"))?;
    }
    let book = Gradebook::open(&path)?;
    let (rules, _) = Rules::read(&RuleFiles { policy: None, roster: None }, &book)?;
    let course = tables(&args.out, &book, &rules)?;
    rules.say_missing(&course);
    let all = course.grades.len();
    print::line(format_args!(
        "{new} new grades, {all} grades in `{}`, {missing} of {count} shards not whole",
        args.out.join("grades.csv").display()
    ));
    Ok(if missing == 0 { Exit::Ok } else { Exit::NotGraded })
}

fn count(args: &MergeArgs) -> anyhow::Result<usize> {
    let counts = shard_counts(&args.out);
    let wrong = |message, hint: &str| BadInput { message, hint: hint.into() };
    match (args.shards, &counts[..]) {
        (Some(count), _) => Ok(count.into()),
        (None, [count]) => Ok(*count),
        (None, []) => Err(wrong(
            format!("no shards in `{}`", args.out.display()),
            "`candlelab grade --shard 1/8` makes one of eight",
        )
        .into()),
        (None, counts) => {
            let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
            let message = format!(
                "`{}` has shards of runs in {} parts",
                args.out.display(),
                counts.join(", ")
            );
            Err(wrong(message, "say with `--shards` which of them count").into())
        }
    }
}

/// Tells of every shard that is not whole; their number.
fn name_missing(shards: &[FoundShard]) -> usize {
    let mut missing = 0;
    for FoundShard { name, rows, is_finished, .. } in shards {
        match rows {
            Err(problem) => print::error(format_args!("{name} is missing: {problem}")),
            Ok(_) if !is_finished => {
                print::error(format_args!("{name} did not come to its end; what it has is in"));
            }
            Ok(_) => continue,
        }
        missing += 1;
    }
    if missing > 0 {
        print::hint("grade these shards again, which goes on where they stopped; then merge again");
    }
    missing
}

/// Pages of `STUDENT/LAB.html`.
fn copy_pages(from: &Path, to: &Path) -> anyhow::Result<()> {
    let entries = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten();
    for student in entries(from) {
        for page in entries(&student.path()) {
            let target = to.join(student.file_name()).join(page.file_name());
            let content = fs::read(page.path())
                .with_context(|| format!("cannot read `{}`", page.path().display()))?;
            if fs::read(&target).ok().as_ref() != Some(&content) {
                write_file(&target, &content)?;
            }
        }
    }
    Ok(())
}
