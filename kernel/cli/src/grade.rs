//! `candlelab grade`: what students have handed in.

mod expected;
mod pages;
mod proctor;
mod shared;
mod sitting;
mod task;

pub use pages::{file_name, tables};

use crate::cli::GradeArgs;
use crate::cluster;
use crate::exit::{Exit, error_chain};
use crate::jail::{self, Level};
use crate::rules::{RuleFiles, Rules};
use crate::run::pool;
use crate::{print, session};
use anyhow::Context;
use candlelab_grader::sandbox::group::Groups;
use candlelab_grader::{Grade, Gradebook, Intake, Lab, Submission, chosen_labs, submissions};
use candlelab_notebook::{Stop, check_folder};
use expected::Expected;
use shared::SharedCells;
use sitting::{Accident, Room};
use std::collections::BTreeMap;
use std::mem::take;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
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
    let sound: BTreeMap<String, Arc<Lab>> =
        labs.iter().filter_map(|(name, lab)| Some((name.clone(), lab.clone().ok()?))).collect();
    rules.say_strangers(&args.labs, &sound)?;
    let intake = Intake {
        labs: sound.values().map(|lab| &**lab).collect(),
        zone: rules.policy.zone.clone(),
        roster: rules.roster.as_ref(),
    };
    let mut found = submissions(&args.submissions, &intake)?;
    cluster::keep_own(args.cluster.shard, &mut found);
    found.problems.iter().for_each(print::note);
    tables(&args.out, &book, &rules)?;
    let stop = Stop::default();
    session::open(&stop)?;
    jail::require(args)?;
    let (weakness, failed) = (args.sandbox.weakness(), found.problems.len());
    let groups = (args.sandbox != Level::None).then(Groups::take_over).and_then(Result::ok);
    let (cells, rooms) = (SharedCells::new()?, Vec::new());
    let mut run = Run { args, labs, book, rules, weakness, cells, groups, rooms, failed, done: 0 };
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

/// A run under way.
struct Run<'a> {
    args: &'a GradeArgs,
    labs: Labs,
    book: Gradebook,
    rules: Rules,
    weakness: Option<String>,
    cells: SharedCells,
    /// Those in which nobody is.
    rooms: Vec<Room<'a>>,
    /// What divides memory among rooms, where the system lets us.
    groups: Option<Groups>,
    failed: usize,
    done: usize,
}

impl<'a> Run<'a> {
    /// What is to be graded, with what its lab expects.
    fn tasks(&mut self, found: Vec<Submission>, stop: &Stop) -> anyhow::Result<Vec<Task<'a>>> {
        let mut expected: BTreeMap<String, Result<Arc<Expected>, String>> = BTreeMap::new();
        let mut tasks = Vec::new();
        let jobs = self.jobs(found.len());
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
                let lab = lab.clone();
                self.open_rooms(jobs)?;
                expected.insert(submission.lab.clone(), self.expected(lab, &version, stop));
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

    /// What a lab expects; after an accident it is asked once more.
    fn expected(
        &mut self,
        lab: Arc<Lab>,
        version: &str,
        stop: &Stop,
    ) -> Result<Arc<Expected>, String> {
        let (room, cells) = (&mut self.rooms[0], &self.cells);
        let mut ask = || Expected::of(lab.clone(), version.into(), self.args, (room, cells), stop);
        let expected = match ask() {
            Err(error) if error.is::<Accident>() => ask(),
            answered => answered,
        };
        expected.map(Arc::new).map_err(|error| format!("its lab is broken: {error:#}"))
    }

    fn fail(&mut self, submission: &Submission, problem: &str) {
        let Submission { student, lab, .. } = submission;
        // A path may hold what does something to a terminal.
        let problem: String =
            problem.chars().filter(|it| !it.is_control() || *it == '\n').collect();
        print::error(format_args!("{student}/{lab} was not graded: {problem}"));
        self.failed += 1;
    }

    /// How many submissions are graded at once.
    fn jobs(&self, tasks: usize) -> usize {
        let chosen = self.args.jobs.map(usize::from);
        let each = Some(self.args.memory + jail::FILES);
        chosen.unwrap_or_else(|| pool::default_jobs(tasks, each)).clamp(1, tasks.max(1))
    }

    /// Sees to it that there are so many rooms. All engines load at the same time, and have the
    /// same number of threads.
    fn open_rooms(&mut self, jobs: usize) -> anyhow::Result<()> {
        let threads = pool::threads(jobs);
        while self.rooms.len() < jobs {
            let memory = self.args.memory + jail::FILES;
            let group = |it: &Groups| it.group(&self.rooms.len().to_string(), memory);
            let group = self.groups.as_ref().map(group).transpose();
            let group = group.context("cannot make a control group")?;
            self.rooms.push(Room::open(self.args, threads, &self.cells, group)?);
        }
        Ok(())
    }

    /// Grades all; what was broken off by an accident is tried once more, alone.
    fn grade(&mut self, tasks: Vec<Task<'a>>, stop: &Stop) -> anyhow::Result<()> {
        let total = tasks.len();
        self.rooms.truncate(self.jobs(total));
        let again = self.grade_with(tasks, total, false, stop)?;
        self.rooms.truncate(1);
        self.grade_with(again, total, true, stop)?;
        Ok(())
    }

    /// Grades these, in all rooms there are; returns those that are worth another try.
    fn grade_with(
        &mut self,
        tasks: Vec<Task<'a>>,
        total: usize,
        is_last_try: bool,
        stop: &Stop,
    ) -> anyhow::Result<Vec<Task<'a>>> {
        let rooms = Mutex::new(take(&mut self.rooms));
        let lock = || rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let work = |task: Task<'a>, (): &mut ()| {
            let mut room = lock().pop().expect("there is one for each job");
            let result = (!stop.is_asked()).then(|| task.grade(&mut room, stop));
            lock().push(room);
            (task, result)
        };
        let (mut problem, mut again) = (None, Vec::new());
        let done = |(task, result): (Task<'a>, Option<anyhow::Result<Grade>>)| {
            let kept = match result {
                Some(Ok(grade)) => self.keep(grade, &task.submission, total),
                Some(Err(error)) if error.is::<Accident>() && !is_last_try => {
                    again.push(task);
                    Ok(())
                }
                Some(Err(error)) => {
                    self.fail(&task.submission, &error_chain(&error));
                    Ok(())
                }
                None => Ok(()),
            };
            if let Err(error) = kept {
                stop.finish();
                problem.get_or_insert(error);
            }
        };
        let jobs = lock().len();
        pool::run(tasks, jobs, || Ok(()), work, |_| false, done)?;
        self.rooms = rooms.into_inner().unwrap_or_else(PoisonError::into_inner);
        problem.map_or(Ok(again), Err)
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
        let Some(Ok(lab)) = self.labs.get(&grade.lab) else { return Ok(()) };
        let hidden = self.args.publish_hidden;
        pages::page(&self.args.out, lab, grade, submission, &self.rules, hidden)
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
