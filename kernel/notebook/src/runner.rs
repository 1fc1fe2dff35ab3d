//! Runs a notebook's code cells in order and keeps their outputs.

use crate::recorder::Recorder;
use crate::watch::{self, Cut};
use crate::{Cell, CellReport, Kind, Notebook, Report, Status, Stop};
use candlelab_engine::{self as engine, CellError, Engine, Frontend, Reply};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How to run a notebook.
#[derive(Default)]
pub struct Options<'a> {
    /// How long one cell may run; `None` is for ever.
    pub timeout: Option<Duration>,
    /// Ends the run early from another thread.
    pub stop: Stop,
    /// Told before each cell: how many code cells are done, and how many there are.
    pub progress: Option<&'a mut dyn FnMut(usize, usize)>,
    /// Runs the cells after one that fails as well.
    pub keep_going: bool,
}

/// Runs the code cells in order, by default up to the first that fails, and puts their outputs in place.
///
/// A cell tagged `raises-exception` may fail; an empty one, or one tagged `skip-execution`, is left
/// alone. Cells that were not reached lose the outputs of earlier runs, which would not fit the new ones.
pub fn run(notebook: &mut Notebook, engine: &mut dyn Engine, options: &mut Options) -> Report {
    let started = Instant::now();
    let recorder = Arc::new(Recorder::default());
    let mut cells = plan(notebook);
    let total = cells.len();
    let mut number = 0;
    for (done, cell) in cells.iter_mut().enumerate() {
        if cell.status == Status::Skipped {
            continue;
        }
        if options.stop.is_stopped() {
            cell.status = Status::Interrupted;
            break;
        }
        if let Some(progress) = &mut options.progress {
            progress(done, total);
        }
        number += 1;
        cell.number = Some(number);
        let tolerant = code_cell(notebook, cell.position).has_tag("raises-exception");
        run_cell(cell, tolerant, engine, &recorder, options);
        let goes_on = options.keep_going && cell.status != Status::Interrupted;
        if cell.status.ends_run().is_some() && !goes_on {
            break;
        }
    }
    store(notebook, &cells, &recorder);
    Report { cells, time: started.elapsed() }
}

/// All code cells, none of them run.
fn plan(notebook: &Notebook) -> Vec<CellReport> {
    let cells = notebook.cells().enumerate();
    let code = cells.filter(|(_, cell)| cell.kind() == Kind::Code);
    let report = |(position, cell): (usize, Cell)| {
        let source = cell.source();
        let skipped = source.trim().is_empty() || cell.has_tag("skip-execution");
        CellReport {
            position,
            number: None,
            source,
            status: if skipped { Status::Skipped } else { Status::NotRun },
            time: Duration::ZERO,
            error: None,
            printed: String::new(),
        }
    };
    code.map(report).collect()
}

fn code_cell(notebook: &Notebook, position: usize) -> Cell<'_> {
    notebook.cells().nth(position).expect("the plan names cells of this notebook")
}

fn run_cell(
    cell: &mut CellReport,
    tolerant: bool,
    engine: &mut dyn Engine,
    recorder: &Arc<Recorder>,
    options: &Options,
) {
    let number = cell.number.unwrap_or_default();
    let request = engine::Cell { code: cell.source.clone(), number };
    let frontend: Arc<dyn Frontend> = recorder.clone();
    recorder.begin(cell.position, number);
    let started = Instant::now();
    let (reply, cut) = watch::execute(engine, &request, &frontend, options.timeout, &options.stop);
    cell.time = started.elapsed();
    (cell.status, cell.error) = judge(reply, cut, tolerant, options.timeout);
    if cell.status != Status::Passed {
        cell.printed = recorder.printed();
    }
    if let Some(error) = &cell.error {
        recorder.error(error.clone());
    }
}

/// What engines call the error of a cell that took its process with it.
const DEATHS: [&str; 7] =
    ["WorkerDied", "Abort", "Exit", "Killed", "OutOfMemory", "SegmentationFault", "StackOverflow"];

fn judge(
    reply: Reply,
    cut: Option<Cut>,
    tolerant: bool,
    timeout: Option<Duration>,
) -> (Status, Option<CellError>) {
    match (cut, reply.error) {
        (Some(Cut::TimedOut), error) => {
            (Status::TimedOut, Some(timed_out(timeout.unwrap_or_default(), error)))
        }
        (_, None) => (Status::Passed, None),
        (Some(Cut::Stopped), error) => (Status::Interrupted, error),
        (None, error) if tolerant => (Status::Passed, error),
        (None, Some(error)) if DEATHS.contains(&&*error.ename) => (Status::Died, Some(error)),
        (None, error) => (Status::Failed, error),
    }
}

/// What the engine says of the interrupt, headed by its cause.
fn timed_out(limit: Duration, error: Option<CellError>) -> CellError {
    let evalue = format!("the cell ran longer than {} s, its limit", limit.as_secs_f64());
    let mut traceback = vec![format!("Timeout: {evalue}")];
    traceback.extend(error.into_iter().flat_map(|error| error.traceback));
    CellError { ename: "Timeout".into(), evalue, traceback }
}

fn store(notebook: &mut Notebook, cells: &[CellReport], recorder: &Recorder) {
    let mut outputs: BTreeMap<_, _> = recorder.outputs().into_iter().collect();
    for cell in cells.iter().filter(|cell| cell.status != Status::Skipped) {
        let own = outputs.remove(&cell.position).unwrap_or_default();
        notebook.set_outputs(cell.position, cell.number, own);
    }
    notebook.set_widgets(recorder.widgets());
}
