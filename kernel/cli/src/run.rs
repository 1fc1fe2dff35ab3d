//! `candlelab run`: notebooks from top to bottom.

mod find;
mod show;

use crate::cli::RunArgs;
use crate::exit::{self, Exit};
use crate::session::{self, Session};
use candlelab_notebook::{Error, Notebook, Options, check_folder};
use find::Job;
use show::Show;

/// Runs every notebook below the given paths; the exit code is the highest of all.
pub fn run(args: &RunArgs) -> anyhow::Result<Exit> {
    if args.fast {
        session::use_small_data();
    }
    let jobs = find::jobs(&args.paths, &args.output)?;
    // Bad input should show before the runtime is built, which takes minutes.
    let notebooks: Vec<_> = jobs.iter().map(read).collect();
    if notebooks.iter().any(Result::is_ok) {
        check_folder(&args.output)?;
    }
    let mut session = Session::default();
    let mut show = Show::new(&jobs);
    let mut worst = Exit::Ok;
    for (job, notebook) in jobs.iter().zip(notebooks) {
        let exit = match notebook {
            Ok(notebook) => run_one(job, notebook, &mut session, args, &mut show)?,
            Err(error) => exit::explain(&error.into()),
        };
        worst = worst.max(exit);
        if session.stop.is_stopped() {
            worst = Exit::Interrupted;
        }
        if worst == Exit::Interrupted || (args.fail_fast && worst != Exit::Ok) {
            break;
        }
    }
    show.summary();
    Ok(worst)
}

fn read(job: &Job) -> Result<Notebook, Error> {
    let notebook = Notebook::read(&job.name)?;
    notebook.require_rust(&job.name)?;
    Ok(notebook)
}

/// The executed notebook is written however the run ends.
fn run_one(
    job: &Job,
    mut notebook: Notebook,
    session: &mut Session,
    args: &RunArgs,
    show: &mut Show,
) -> anyhow::Result<Exit> {
    let stop = session.stop.clone();
    let engine = session.fresh(job.folder())?;
    check_folder(job.output_folder())?;
    let mut progress = show.progress(job);
    let mut options =
        Options { timeout: args.timeout, stop, progress: Some(&mut progress), keep_going: false };
    let report = candlelab_notebook::run(&mut notebook, engine, &mut options);
    show.line(job, &report);
    notebook.save(&job.output)?;
    show.failure(job, &report);
    Ok(report.outcome().into())
}
