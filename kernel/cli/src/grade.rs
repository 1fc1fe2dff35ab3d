//! `candlelab grade`: what students have handed in.

mod expected;
mod pages;
mod task;

pub use pages::{file_name, tables};

use crate::cli::GradeArgs;
use crate::cluster;
use crate::exit::Exit;
use crate::rules::{RuleFiles, Rules};
use crate::run::pool;
use crate::{print, session};
use candlelab_grader::{Grade, Gradebook, Intake, Lab, Submission, chosen_labs, submissions};
use candlelab_notebook::{Stop, check_folder};
use expected::Expected;
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use task::Task;

/// Grades every submission that has not been graded yet, and writes tables and feedback.
pub fn run(args: &GradeArgs) -> anyhow::Result<Exit> {
    if args.fast {
        session::use_small_data();
    }
    let labs = read_labs(args)?;
    check_folder(&args.out)?;
    let mut book = Gradebook::open(&args.out.join("gradebook.db"))?;
    let rules = rules(args, &mut book)?;
    rules.say_strangers(&args.labs, &labs)?;
    let intake = Intake {
        labs: labs.values().map(|lab| &**lab).collect(),
        zone: rules.policy.zone.clone(),
        roster: rules.roster.as_ref(),
    };
    let mut found = submissions(&args.submissions, &intake)?;
    cluster::keep_own(args.cluster.shard, &mut found);
    found.problems.iter().for_each(print::note);
    tables(&args.out, &book, &rules)?;
    let stop = Stop::default();
    session::open(&stop)?;
    let weakness = weakness(args)?;
    let failed = found.problems.len();
    let mut run = Run { args, labs, book, rules, weakness, failed, done: 0 };
    let tasks = run.tasks(found.submissions, &stop)?;
    run.grade(tasks, &stop)?;
    run.end(&stop)
}

/// The rules in the files that are named or lie in their places, and kept from now on.
fn rules(args: &GradeArgs, book: &mut Gradebook) -> anyhow::Result<Rules> {
    let beside = args.submissions.with_file_name("grading.toml");
    let beside = beside.is_file().then_some(beside);
    let policy = args.policy.as_deref().or(beside.as_deref());
    let files = RuleFiles { policy, roster: args.roster.as_deref() };
    let (rules, kept) = Rules::read(&files, book)?;
    kept.iter().try_for_each(|kept| kept.keep(book))?;
    Ok(rules)
}

fn read_labs(args: &GradeArgs) -> anyhow::Result<BTreeMap<String, Arc<Lab>>> {
    let labs = chosen_labs(&args.labs, &args.only)?.into_iter().map(Lab::read);
    let labs = labs.map(|lab| lab.map(|lab| (lab.about.lab.clone(), Arc::new(lab))));
    Ok(labs.collect::<Result<_, _>>()?)
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
        return Ok(Some(missing));
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
    rules: Rules,
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
            let hash = match submission.read() {
                Ok(bytes) => task::hash(&bytes),
                Err(error) => {
                    self.fail(&submission, &error.to_string());
                    continue;
                }
            };
            let version = expected::version(lab, self.args.fast);
            let known = self.book.last(&submission.student, &submission.lab)?;
            let known = known.filter(|it| it.submission == hash && it.version == version);
            if let Some(grade) = known.filter(|_| !self.args.regrade) {
                // A kill between grade and page, new marks by hand or new rules.
                self.page(&grade, &submission)?;
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
        // A path may hold what does something to a terminal.
        let problem: String =
            problem.chars().filter(|it| !it.is_control() || *it == '\n').collect();
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
                    Some(Ok(grade)) => self.keep(grade, &submission, total),
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

    fn keep(
        &mut self,
        mut grade: Grade,
        submission: &Submission,
        total: usize,
    ) -> anyhow::Result<()> {
        grade.weakness.clone_from(&self.weakness);
        self.book.record(&grade)?;
        let grade = self.book.last(&grade.student, &grade.lab)?.unwrap_or(grade);
        self.page(&grade, submission)?;
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
        if grade.notes.iter().any(|note| note == task::EMPTY) {
            print::note(format_args!("{}/{}: {}", grade.student, grade.lab, task::EMPTY));
        }
        Ok(())
    }

    fn page(&self, grade: &Grade, submission: &Submission) -> anyhow::Result<()> {
        let (out, lab) = (&self.args.out, &self.labs[&grade.lab]);
        pages::page(out, lab, grade, submission, &self.rules, self.args.publish_hidden)
    }

    fn end(self, stop: &Stop) -> anyhow::Result<Exit> {
        let out = &self.args.out;
        let course = tables(out, &self.book, &self.rules)?;
        self.rules.say_missing(&course);
        let waiting: usize = course.grades.iter().map(|it| it.score.waiting).sum();
        if waiting > 0 {
            print::line(format_args!("{waiting} answers wait for a person"));
        }
        let (done, all, failed) = (self.done, course.grades.len(), self.failed);
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
