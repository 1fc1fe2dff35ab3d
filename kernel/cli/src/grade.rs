//! `candlelab grade`: what students have handed in.

mod expected;
mod task;

use crate::cli::GradeArgs;
use crate::cluster;
use crate::exit::{BadInput, Exit};
use crate::run::pool;
use crate::{print, session};
use anyhow::Context;
use candlelab_grader::{
    Grade, Gradebook, Lab, Submission, chosen_labs, csv, feedback, submissions,
};
use candlelab_notebook::{Stop, check_folder, write_file};
use expected::Expected;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use task::Task;

/// Grades every submission that has not been graded yet, and writes tables and feedback.
pub fn run(args: &GradeArgs) -> anyhow::Result<Exit> {
    if args.fast {
        session::use_small_data();
    }
    let labs = read_labs(args)?;
    let (mut found, mut notes) = submissions(&args.submissions)?;
    cluster::keep_own(args.cluster.shard, &mut found, &mut notes);
    notes.iter().for_each(print::note);
    check_folder(&args.out)?;
    let book = open_book(&args.out.join("gradebook.db"))?;
    let stop = Stop::default();
    session::open(&stop)?;
    let weakness = weakness(args)?;
    let mut run = Run { args, labs, book, weakness, failed: notes.len(), done: 0 };
    let tasks = run.tasks(found, &stop)?;
    run.grade(tasks, &stop)?;
    run.end(&stop)
}

fn read_labs(args: &GradeArgs) -> anyhow::Result<BTreeMap<String, Arc<Lab>>> {
    let labs = chosen_labs(&args.labs, &args.only)?.into_iter().map(Lab::read);
    let labs = labs.map(|lab| lab.map(|lab| (lab.about.lab.clone(), Arc::new(lab))));
    Ok(labs.collect::<Result<_, _>>()?)
}

fn open_book(path: &Path) -> anyhow::Result<Gradebook> {
    let book = Gradebook::open(path).and_then(|book| Ok((book.is_sound()?, book)));
    match book {
        Ok((true, book)) => Ok(book),
        Ok((false, _)) => Err(BadInput {
            message: format!("the gradebook `{}` is damaged", path.display()),
            hint: "restore it from a copy; nothing was changed".into(),
        }
        .into()),
        Err(error) => {
            Err(error).with_context(|| format!("cannot open the gradebook `{}`", path.display()))
        }
    }
}

/// What of the protection is missing on this machine; nothing where all is there.
fn weakness(args: &GradeArgs) -> anyhow::Result<Option<String>> {
    let output = Command::new(std::env::current_exe()?).arg("sandbox-check").output()?;
    if output.status.success() {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let missing: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("✗ ")).collect();
    let missing = missing.join("; ");
    if args.allow_weak_sandbox {
        return Ok(Some(format!("graded in a weak sandbox: {missing}")));
    }
    let message = format!("this machine cannot grade what nobody trusts: {missing}");
    let hint = "see `candlelab sandbox-check`; `--allow-weak-sandbox` grades nevertheless".into();
    Err(NotProtected { message, hint }.into())
}

/// Why nothing was graded.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct NotProtected {
    message: String,
    /// What to do about it.
    pub hint: String,
}

/// A run under way.
struct Run<'a> {
    args: &'a GradeArgs,
    labs: BTreeMap<String, Arc<Lab>>,
    book: Gradebook,
    weakness: Option<String>,
    failed: usize,
    done: usize,
}

impl<'a> Run<'a> {
    /// What is to be graded, with what its lab expects.
    fn tasks(&mut self, found: Vec<Submission>, stop: &Stop) -> anyhow::Result<Vec<Task<'a>>> {
        let mut expected: BTreeMap<String, Arc<Expected>> = BTreeMap::new();
        let mut tasks = Vec::new();
        for submission in found {
            let Some(lab) = self.labs.get(&submission.lab) else {
                if self.args.only.is_empty() {
                    self.fail(&submission, &format!("there is no lab `{}`", submission.lab));
                }
                continue;
            };
            let hash = match task::hash_file(&submission.path) {
                Ok(hash) => hash,
                Err(error) => {
                    self.fail(&submission, &error.to_string());
                    continue;
                }
            };
            let version = expected::version(lab, self.args.fast);
            let known = self.book.find(&submission.student, &submission.lab, &hash, &version)?;
            if known.is_some() && !self.args.regrade {
                continue;
            }
            if !expected.contains_key(&submission.lab) && !stop.is_asked() {
                print::line(format_args!("{}: runs its own solution", submission.lab));
                let own = Expected::of(lab.clone(), version, stop)?;
                expected.insert(submission.lab.clone(), Arc::new(own));
            }
            let Some(expected) = expected.get(&submission.lab).cloned() else { break };
            tasks.push(Task { submission, hash, expected, args: self.args });
        }
        Ok(tasks)
    }

    fn fail(&mut self, submission: &Submission, problem: &str) {
        let Submission { student, lab, .. } = submission;
        print::error(format_args!("{student}/{lab} was not graded: {problem}"));
        self.failed += 1;
    }

    fn grade(&mut self, tasks: Vec<Task>, stop: &Stop) -> anyhow::Result<()> {
        if tasks.is_empty() {
            return Ok(());
        }
        let jobs = self.args.jobs.map(usize::from);
        let jobs =
            jobs.unwrap_or_else(|| pool::default_jobs(tasks.len(), Some(self.args.memory / 2)));
        let jobs = jobs.clamp(1, tasks.len());
        let (total, threads) = (tasks.len(), pool::threads(jobs));
        let work = |task: Task, (): &mut ()| {
            let result = (!stop.is_asked()).then(|| task.grade(threads, stop));
            (task.submission, result)
        };
        let mut problem = None;
        pool::run(
            tasks,
            jobs,
            || Ok(()),
            work,
            |_| false,
            |(submission, result)| {
                let kept = match result {
                    Some(Ok(grade)) => self.keep(grade, total),
                    Some(Err(error)) => {
                        self.fail(&submission, &format!("{error:#}"));
                        Ok(())
                    }
                    None => Ok(()),
                };
                if let Err(error) = kept {
                    stop.finish();
                    problem.get_or_insert(error);
                }
            },
        )?;
        problem.map_or(Ok(()), Err)
    }

    fn keep(&mut self, mut grade: Grade, total: usize) -> anyhow::Result<()> {
        grade.notes.extend(self.weakness.clone());
        self.book.record(&grade).context("cannot write the gradebook")?;
        let page = Path::new("feedback").join(&grade.student).join(format!("{}.html", grade.lab));
        write_file(&self.args.out.join(page), feedback(&self.labs[&grade.lab], &grade).as_bytes())?;
        self.done += 1;
        print::line(format_args!(
            "[{}/{total}] {}/{}  {} of {} points  {:.1} s",
            self.done,
            grade.student,
            grade.lab,
            grade.points(),
            grade.max(),
            grade.seconds
        ));
        Ok(())
    }

    fn end(self, stop: &Stop) -> anyhow::Result<Exit> {
        let grades = self.book.grades()?;
        let out = &self.args.out;
        write_file(&out.join("grades.csv"), csv(&grades).as_bytes())?;
        write_file(&out.join("grades.json"), &serde_json::to_vec_pretty(&grades)?)?;
        let (done, all, failed) = (self.done, grades.len(), self.failed);
        print::line(format_args!(
            "{done} graded now, {all} grades in `{}`, {failed} not graded",
            out.join("grades.csv").display()
        ));
        Ok(match failed {
            _ if stop.is_asked() => Exit::Interrupted,
            0 => Exit::Ok,
            _ => Exit::NotGraded,
        })
    }
}
