//! `candlelab grade --slurm N`: a job array that grades, and a job that merges what it leaves.

use super::words::{passed_on, quoted, text};
use crate::cli::GradeArgs;
use crate::exit::{BadInput, Exit};
use crate::print;
use anyhow::Context;
use candlelab_grader::{Intake, Lab, chosen_labs, submissions};
use candlelab_notebook::write_file;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use uuid::Uuid;

/// Writes both jobs and submits them, or shows them.
pub fn run(args: &GradeArgs, count: u16) -> anyhow::Result<Exit> {
    let folder = std::path::absolute(&args.out)?.join("slurm");
    let run = Uuid::new_v4().to_string();
    let grade = Job::grading(args, count, &run, &folder)?;
    let merge = Job::merging(args, count, &run, &folder)?;
    if args.cluster.dry_run {
        for job in [&grade, &merge] {
            let words = quoted(&job.words("GRADING"))?;
            print::line(format_args!("# {}\n{}\n{words}\n", job.script.display(), job.text));
        }
        return Ok(Exit::Ok);
    }
    // Better known now than from a job's log.
    let labs = chosen_labs(&args.labs, &args.only)?.into_iter().map(Lab::read);
    let labs: Vec<Lab> = labs.collect::<Result<_, _>>()?;
    submissions(&args.submissions, &Intake::of(&labs))?;
    for job in [&grade, &merge] {
        write_file(&job.script, job.text.as_bytes())?;
    }
    let array = grade.submit("")?;
    let last = merge.submit(&array).inspect_err(|_| {
        print::note(format_args!("job {array} grades nevertheless; `scancel {array}` ends it"));
    })?;
    print::line(format_args!(
        "job {array} grades in {count} parts, job {last} merges them; see `{}`",
        folder.display()
    ));
    Ok(Exit::Ok)
}

/// A job as `sbatch` takes it.
struct Job {
    script: PathBuf,
    text: String,
    options: Vec<String>,
    /// Whether it waits for the other's end.
    is_last: bool,
    /// What the user wants of both.
    extra: Vec<String>,
}

impl Job {
    /// Grades one part; one that is put back into the queue goes on where it was ended.
    fn grading(args: &GradeArgs, count: u16, run: &str, folder: &Path) -> anyhow::Result<Self> {
        let jobs = args.jobs.unwrap_or(1);
        let mut words = vec!["--run-id".to_owned(), run.into()];
        if args.jobs.is_none() {
            words.push("--jobs=1".into());
        }
        words.extend(passed_on()?);
        let command = format!("grade --shard \"$SLURM_ARRAY_TASK_ID/{count}\" {}", quoted(&words)?);
        let memory = (args.memory >> 20) * u64::from(jobs);
        let options = vec![
            "--job-name=candlelab-grade".into(),
            format!("--array=1-{count}"),
            "--requeue".into(),
            "--open-mode=append".into(),
            format!("--output={}/shard-%a.log", pattern(folder)?),
            format!("--cpus-per-task={jobs}"),
            format!("--mem={memory}M"),
        ];
        Self::new(args, folder.join("shard.sh"), &command, options, false)
    }

    /// Merges whatever the others have left, also where some of them failed.
    fn merging(args: &GradeArgs, count: u16, run: &str, folder: &Path) -> anyhow::Result<Self> {
        let out = text(args.out.clone().into())?;
        let words = ["gradebook", "merge", "--shards", &count.to_string(), "--run-id", run, "--"];
        let mut words = words.map(ToOwned::to_owned).to_vec();
        words.push(out);
        let options = vec![
            "--job-name=candlelab-merge".into(),
            "--requeue".into(),
            format!("--output={}/merge.log", pattern(folder)?),
        ];
        Self::new(args, folder.join("merge.sh"), &quoted(&words)?, options, true)
    }

    fn new(
        args: &GradeArgs,
        script: PathBuf,
        command: &str,
        options: Vec<String>,
        is_last: bool,
    ) -> anyhow::Result<Self> {
        let here = quoted(&[text(env::current_dir()?.into())?])?;
        let program = quoted(&[text(env::current_exe()?.into())?])?;
        let text = format!("#!/bin/sh\ncd {here} || exit 2\nexec {program} {command}\n");
        let extra = args.cluster.slurm_options.as_deref().unwrap_or_default();
        let extra = shlex::split(extra).ok_or_else(|| BadInput {
            message: format!("`--slurm-options {extra}` has a quotation mark without its other"),
            hint: "write them as in a shell".into(),
        })?;
        Ok(Self { script, text, options, is_last, extra })
    }

    /// The call that submits it; the user's options come last, so they win.
    fn words(&self, array: &str) -> Vec<String> {
        let after = self.is_last.then(|| format!("--dependency=afterany:{array}"));
        let mut words = vec!["sbatch".to_owned(), "--parsable".into()];
        words.extend(self.options.iter().cloned().chain(after).chain(self.extra.iter().cloned()));
        words.push(self.script.display().to_string());
        words
    }

    /// Gives its number.
    fn submit(&self, array: &str) -> anyhow::Result<String> {
        let words = self.words(array);
        let output =
            Command::new(&words[0]).args(&words[1..]).output().map_err(|error| BadInput {
                message: format!("cannot start `sbatch`: {error}"),
                hint: "submit where Slurm is installed; `--dry-run` shows the jobs".into(),
            })?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            let hint = "`--slurm-options` gives `sbatch` what this cluster asks for".into();
            let message = format!("`sbatch` refuses `{}`: {said}", self.script.display());
            return Err(BadInput { message, hint }.into());
        }
        // With several clusters their name follows a semicolon.
        let said = String::from_utf8_lossy(&output.stdout);
        let number = said.trim().split(';').next().filter(|number| !number.is_empty());
        number.map(ToOwned::to_owned).context("`sbatch` did not say the number of its job")
    }
}

/// A path in which Slurm replaces nothing.
fn pattern(folder: &Path) -> anyhow::Result<String> {
    Ok(text(folder.into())?.replace('%', "%%"))
}
