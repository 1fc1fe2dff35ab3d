//! `candlelab grade`: what students have handed in.

mod expected;
mod proctor;
mod sitting;
mod task;

use crate::cli::GradeArgs;
use crate::exit::{BadInput, Exit};
use crate::jail;
use crate::run::pool;
use crate::{print, session};
use anyhow::Context;
use candlelab_grader::{
    Grade, Gradebook, Lab, Submission, chosen_labs, csv, feedback, submissions,
};
use candlelab_notebook::{Stop, check_folder, write_file};
use expected::Expected;
use sitting::Accident;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use task::Task;

/// Grades every submission that has not been graded yet, and writes tables and feedback.
pub fn run(args: &GradeArgs) -> anyhow::Result<Exit> {
    if args.fast {
        session::use_small_data();
    }
    let labs = read_labs(args)?;
    let (found, notes) = submissions(&args.submissions)?;
    notes.iter().for_each(print::note);
    check_folder(&args.out)?;
    let book = open_book(&args.out.join("gradebook.db"))?;
    let stop = Stop::default();
    session::open(&stop)?;
    jail::require(args)?;
    let weakness = args.sandbox.weakness();
    let mut run = Run { args, labs, book, weakness, failed: notes.len(), done: 0 };
    let tasks = run.tasks(found, &stop)?;
    run.grade(tasks, &stop)?;
    run.end(&stop)
}

/// The labs by name; of one that cannot be read, why.
type Labs = BTreeMap<String, Result<Arc<Lab>, String>>;

fn read_labs(args: &GradeArgs) -> anyhow::Result<Labs> {
    let labs = chosen_labs(&args.labs, &args.only)?.into_iter().map(|path| {
        let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
        let folder = folder.to_string_lossy().into_owned();
        match Lab::read(path) {
            Ok(lab) => (lab.about.lab.clone(), Ok(Arc::new(lab))),
            Err(error) => (folder, Err(error.to_string())),
        }
    });
    Ok(labs.collect())
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

/// A run under way.
struct Run<'a> {
    args: &'a GradeArgs,
    labs: Labs,
    book: Gradebook,
    weakness: Option<String>,
    failed: usize,
    done: usize,
}

impl<'a> Run<'a> {
    /// What is to be graded, with what its lab expects.
    fn tasks(&mut self, found: Vec<Submission>, stop: &Stop) -> anyhow::Result<Vec<Task<'a>>> {
        let mut expected: BTreeMap<String, Result<Arc<Expected>, String>> = BTreeMap::new();
        let mut tasks = Vec::new();
        let threads = self.threads(found.len());
        for submission in found {
            let lab = match self.labs.get(&submission.lab) {
                Some(Ok(lab)) => lab,
                Some(Err(problem)) => {
                    let problem = problem.clone();
                    self.fail(&submission, &problem);
                    continue;
                }
                None => {
                    if self.args.only.is_empty() {
                        self.fail(&submission, &format!("there is no lab `{}`", submission.lab));
                    }
                    continue;
                }
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
                let own = Expected::of(lab.clone(), version, self.args, threads, stop);
                let own =
                    own.map(Arc::new).map_err(|error| format!("its lab is broken: {error:#}"));
                expected.insert(submission.lab.clone(), own);
            }
            match expected.get(&submission.lab).cloned() {
                Some(Ok(expected)) => {
                    tasks.push(Task { submission, hash, expected, args: self.args });
                }
                Some(Err(problem)) => self.fail(&submission, &problem),
                None => break,
            }
        }
        Ok(tasks)
    }

    fn fail(&mut self, submission: &Submission, problem: &str) {
        let Submission { student, lab, .. } = submission;
        print::error(format_args!("{student}/{lab} was not graded: {problem}"));
        self.failed += 1;
    }

    /// How many submissions are graded at once.
    fn jobs(&self, tasks: usize) -> usize {
        let chosen = self.args.jobs.map(usize::from);
        let each = Some(self.args.memory + jail::FILES);
        chosen.unwrap_or_else(|| pool::default_jobs(tasks, each)).clamp(1, tasks.max(1))
    }

    fn threads(&self, tasks: usize) -> Option<usize> {
        pool::threads(self.jobs(tasks))
    }

    /// Grades all; what was broken off by an accident is tried once more, alone.
    fn grade(&mut self, tasks: Vec<Task<'a>>, stop: &Stop) -> anyhow::Result<()> {
        let (total, jobs) = (tasks.len(), self.jobs(tasks.len()));
        let again = self.grade_with(tasks, total, jobs, false, stop)?;
        self.grade_with(again, total, 1, true, stop)?;
        Ok(())
    }

    /// Grades these; returns those that are worth another try.
    fn grade_with(
        &mut self,
        tasks: Vec<Task<'a>>,
        total: usize,
        jobs: usize,
        is_last_try: bool,
        stop: &Stop,
    ) -> anyhow::Result<Vec<Task<'a>>> {
        let threads = self.threads(total);
        let work = |task: Task<'a>, (): &mut ()| {
            let result = (!stop.is_asked()).then(|| task.grade(threads, stop));
            (task, result)
        };
        let (mut problem, mut again) = (None, Vec::new());
        let done = |(task, result): (Task<'a>, Option<anyhow::Result<Grade>>)| {
            let kept = match result {
                Some(Ok(grade)) => self.keep(grade, total),
                Some(Err(error)) if error.is::<Accident>() && !is_last_try => {
                    again.push(task);
                    Ok(())
                }
                Some(Err(error)) => {
                    self.fail(&task.submission, &format!("{error:#}"));
                    Ok(())
                }
                None => Ok(()),
            };
            if let Err(error) = kept {
                stop.finish();
                problem.get_or_insert(error);
            }
        };
        pool::run(tasks, jobs, || Ok(()), work, |_| false, done)?;
        problem.map_or(Ok(again), Err)
    }

    fn keep(&mut self, mut grade: Grade, total: usize) -> anyhow::Result<()> {
        grade.notes.extend(self.weakness.clone());
        self.book.record(&grade).context("cannot write the gradebook")?;
        let page = Path::new("feedback").join(&grade.student).join(format!("{}.html", grade.lab));
        if let Some(Ok(lab)) = self.labs.get(&grade.lab) {
            write_file(&self.args.out.join(page), feedback(lab, &grade).as_bytes())?;
        }
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
