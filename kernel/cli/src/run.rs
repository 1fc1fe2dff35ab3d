//! `candlelab run`: notebooks from top to bottom.

pub mod find;
mod lock;
pub mod pool;
mod record;
mod select;
mod shard;
mod show;
mod size;
mod sweep;
mod task;
mod write;

pub use shard::Shard;
pub use size::memory_size;

use crate::cli::RunArgs;
use crate::exit::{self, Exit};
use crate::{print, session};
use anyhow::Context;
use candlelab_notebook::parameters::{Given, Parameter, ParameterError, parameters};
use candlelab_notebook::reports::Entry;
use candlelab_notebook::{Notebook, Stop, check_folder};
use find::Job;
use record::Record;
use session::Setup;
use show::Show;
use task::{Ended, Task};

/// Runs every notebook below the given paths; the exit code is the highest of all.
pub fn run(args: &RunArgs) -> anyhow::Result<Exit> {
    if args.fast {
        session::use_small_data();
    }
    if args.offline {
        session::stay_offline();
    }
    let jobs = find::jobs(&args.paths, &args.output)?;
    if args.parameters.help_notebook {
        return describe(&jobs);
    }
    let jobs = select::choose(jobs, &args.choice)?;
    let given = given(args)?;
    // Bad input should show before the runtime is built, which takes minutes.
    let (mut tasks, mut bad) = (Vec::new(), Vec::new());
    for job in &jobs {
        match Task::read(job, args, &given) {
            Ok(more) => tasks.extend(more),
            Err(ended) => bad.push(*ended),
        }
    }
    find::check_outputs(&tasks.iter().map(Task::job).collect::<Vec<_>>())?;
    check_folder(&args.output)?;
    let _lock = lock::hold(&args.output)?;
    let record = Record::read(&args.output);
    if args.choice.resume {
        let found = tasks.len() + bad.len();
        tasks.retain(|task| !record.has_passed(task));
        select::say_how_many(tasks.len() + bad.len(), found);
    }
    let mut run = Run::new(args, record, &tasks, &bad)?;
    bad.into_iter().for_each(|ended| run.take(ended));
    // Also where the kernel does not start, its reports are waited for.
    let executed = if tasks.is_empty() || run.is_over() { Ok(()) } else { run.execute(tasks) };
    let exit = run.end(executed.as_ref().err());
    executed.map(|()| exit)
}

/// The values for parameters: those of files, then those of the command line, which go before them.
fn given(args: &RunArgs) -> anyhow::Result<Given> {
    let mut given = Given::default();
    for path in &args.parameters.files {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read `{}`", path.display()))?;
        given.read(&text, &path.display().to_string())?;
    }
    for text in &args.parameters.values {
        given.set(text)?;
    }
    Ok(given)
}

/// Prints the parameters of each notebook.
fn describe(jobs: &[Job]) -> anyhow::Result<Exit> {
    for job in jobs {
        print::line(job.name.display());
        let known = match parameters(&Notebook::read(&job.name)?) {
            Err(error @ ParameterError::NoCell) => {
                print::line(format_args!("  {error}"));
                continue;
            }
            known => known?,
        };
        for Parameter { name, type_name, default, comment, .. } in known {
            let comment = if comment.is_empty() { comment } else { format!("  // {comment}") };
            let type_name = if type_name.is_empty() { "?".into() } else { type_name };
            print::line(format_args!("  {name}: {type_name} = {default}{comment}"));
        }
    }
    Ok(Exit::Ok)
}

/// A run under way.
struct Run<'a> {
    args: &'a RunArgs,
    stop: Stop,
    show: Show,
    /// The runs in order, as the user calls them.
    names: Vec<String>,
    writer: write::Writer<'a>,
    record: Record,
    /// What reports say of notebooks that have not ended.
    waiting: Vec<Entry>,
    entries: Vec<Entry>,
    sweep: Vec<sweep::Row>,
    worst: Exit,
}

impl<'a> Run<'a> {
    fn new(
        args: &'a RunArgs,
        record: Record,
        tasks: &[Task],
        bad: &[Ended],
    ) -> anyhow::Result<Self> {
        let writer = write::Writer::new(&args.reports)?;
        let waiting: Vec<Entry> = tasks.iter().map(Task::unrun).collect();
        let names = waiting.iter().map(|entry| entry.name.clone());
        let names: Vec<String> = names.chain(bad.iter().map(|it| it.job.called(""))).collect();
        let (stop, show) = (Stop::default(), Show::new(&names));
        let (entries, sweep, worst) = (Vec::new(), Vec::new(), Exit::Ok);
        Ok(Self { args, stop, show, names, writer, record, waiting, entries, sweep, worst })
    }

    /// Whether no further notebook should begin.
    fn is_over(&self) -> bool {
        self.stop.is_asked() || (self.args.choice.fail_fast && self.worst != Exit::Ok)
    }

    fn execute(&mut self, tasks: Vec<Task<'a>>) -> anyhow::Result<()> {
        if self.args.kernel.is_none() {
            session::open(&self.stop)?;
        } else {
            crate::interrupt::catch(&self.stop)?;
        }
        let memory_limit = self.args.limits.memory;
        let jobs = self.args.jobs.map(usize::from);
        let jobs = jobs.unwrap_or_else(|| pool::default_jobs(tasks.len(), memory_limit));
        let jobs = jobs.clamp(1, tasks.len());
        let (offline, kernel) = (self.args.offline, self.args.kernel.clone());
        let threads = pool::threads(jobs);
        let setup = Setup { threads, memory_limit, offline, kernel, ..Setup::default() };
        let engine = || session::remote(setup.clone());
        let (stop, show) = (self.stop.clone(), self.show.clone());
        let fail_fast = self.args.choice.fail_fast;
        let work = |task: Task<'a>, engine: &mut _| task.run(engine, &stop, &show);
        let is_last = |ended: &Option<Ended>| {
            fail_fast && ended.as_ref().is_some_and(|ended| ended.exit() != Exit::Ok)
        };
        pool::run(tasks, jobs, engine, work, is_last, |ended| {
            ended.into_iter().for_each(|ended| self.take(ended));
        })
    }

    /// Tells of a notebook that has ended.
    fn take(&mut self, ended: Ended) {
        self.show.notebook(&ended);
        if let Err(error) = &ended.result {
            exit::explain(error);
        }
        self.record.note(&ended);
        self.worst = self.worst.max(ended.exit());
        if !ended.label.is_empty() {
            self.sweep.push(sweep::Row::of(&ended));
        }
        let entry = ended.entry();
        self.writer.line(&entry);
        self.waiting.retain(|it| it.name != entry.name);
        self.entries.push(entry);
    }

    /// Tells of the whole run, and of notebooks that have not begun, for a reason if there is one.
    fn end(mut self, problem: Option<&anyhow::Error>) -> Exit {
        let place = |row: &sweep::Row| self.names.iter().position(|name| *name == row.called);
        self.sweep.sort_by_key(place);
        sweep::table(&self.sweep);
        self.show.summary();
        for mut entry in self.waiting {
            if let Some(problem) = problem {
                entry.result = Err(format!("{problem:#}"));
            }
            self.writer.line(&entry);
            self.entries.push(entry);
        }
        let written = self.writer.reports(&mut self.entries);
        if self.stop.is_asked() { Exit::Interrupted } else { self.worst.max(written) }
    }
}
