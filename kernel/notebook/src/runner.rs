//! Runs a notebook's code cells in order and keeps their outputs.

use crate::bounded::shortened;
use crate::draft::Draft;
use crate::recorder::Recorder;
use crate::watch::{self, Cut};
use crate::{Cell, CellReport, Kind, Notebook, Report, Status, Stop};
use candlelab_engine::{self as engine, CellError, Cost, Engine, Frontend};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How to run a notebook.
#[derive(Default)]
pub struct Options<'a> {
    /// How long one cell may run, unless the notebook says otherwise; `None` is for ever.
    pub timeout: Option<Duration>,
    /// How long all cells together may run; `None` is for ever.
    pub total_timeout: Option<Duration>,
    /// Ends the run early from another thread.
    pub stop: Stop,
    /// Told before each cell: how many code cells are done, and how many there are.
    pub progress: Option<&'a mut dyn FnMut(usize, usize)>,
    /// Runs the cells after one that fails as well.
    pub keep_going: bool,
    /// Given the notebook as far as it has run: before the first cell, then whenever it shows more,
    /// so that nothing is lost if this process is killed.
    pub autosave: Option<&'a mut (dyn FnMut(&Notebook) + Send)>,
}

/// Runs the code cells in order, by default up to the first that fails, and puts their outputs in place.
///
/// A cell tagged `raises-exception` may fail, and every cell where the notebook's
/// `metadata.execution.allow_errors` is true; an empty one, or one tagged `skip-execution`, is left
/// alone. nbval's tags mean the same. The notebook's `metadata.execution.timeout` goes before the
/// option. Cells that were not reached lose the outputs of earlier runs, which would not fit the new ones.
pub fn run(notebook: &mut Notebook, engine: &mut dyn Engine, options: &mut Options) -> Report {
    let started = Instant::now();
    let mut report = Report { started: Timestamp::now(), ..Report::default() };
    let recorder = Arc::new(Recorder::default());
    let rules = Rules::of(notebook, options, started);
    report.cells = plan(notebook);
    let unskipped = report.cells.iter().filter(|cell| cell.status != Status::Skipped);
    unskipped.for_each(|cell| notebook.set_outputs(cell.position, None, Vec::new()));
    notebook.set_widgets(None);
    let total = report.cells.len();
    let mut draft = options.autosave.as_deref_mut().map(|save| Draft::begin(notebook, save));
    let mut number = 0;
    for index in 0..total {
        let cell = &mut report.cells[index];
        if cell.status == Status::Skipped {
            continue;
        }
        if options.stop.is_asked() {
            cell.status = Status::Interrupted;
            break;
        }
        if let Some(progress) = &mut options.progress {
            progress(index, total);
        }
        number += 1;
        cell.number = Some(number);
        let mut keep = || {
            draft.as_mut().into_iter().for_each(|draft| draft.keep(&recorder));
        };
        run_cell(cell, &rules, engine, &recorder, &options.stop, &mut keep);
        let goes_on = options.keep_going && cell.status != Status::Interrupted;
        if cell.status.outcome().is_some() && !goes_on {
            break;
        }
    }
    recorder.store(notebook);
    report.time = started.elapsed();
    report
}

/// What holds for every cell of a run.
struct Rules {
    /// The positions of cells that may fail.
    tolerant: Vec<usize>,
    timeout: Option<Duration>,
    /// When the whole run must be over, and how long that is from its start.
    deadline: Option<(Instant, Duration)>,
}

impl Rules {
    fn of(notebook: &Notebook, options: &Options, started: Instant) -> Self {
        let own = &notebook.metadata()["execution"];
        let may_fail = |cell: &Cell| notebook.allows_errors() || cell.may_fail();
        let cells = notebook.cells().enumerate();
        let own_timeout = own["timeout"].as_f64().filter(|seconds| *seconds > 0.0);
        let own_timeout = own_timeout.and_then(|it| Duration::try_from_secs_f64(it).ok());
        Self {
            tolerant: cells.filter(|(_, cell)| may_fail(cell)).map(|(at, _)| at).collect(),
            timeout: own_timeout.or(options.timeout),
            deadline: options.total_timeout.map(|limit| (started + limit, limit)),
        }
    }

    /// How long a cell that begins now may run, and what to say when it has not ended then.
    fn limit(&self) -> Option<(Duration, String)> {
        let text = |what: &str, limit: Duration| {
            format!("the {what} ran longer than {} s, its limit", limit.as_secs_f64())
        };
        let cell = self.timeout.map(|limit| (limit, text("cell", limit)));
        let notebook = self.deadline.map(|(end, limit)| {
            (end.saturating_duration_since(Instant::now()), text("notebook", limit))
        });
        [cell, notebook].into_iter().flatten().min_by_key(|(limit, _)| *limit)
    }
}

/// All code cells, none of them run.
pub(crate) fn plan(notebook: &Notebook) -> Vec<CellReport> {
    let cells = notebook.cells().enumerate();
    let code = cells.filter(|(_, cell)| cell.kind() == Kind::Code);
    let report = |(position, cell): (usize, Cell)| {
        let source = cell.source();
        let skipped = cell.is_left_alone();
        CellReport {
            position,
            id: cell.id().map(str::to_owned),
            number: None,
            source,
            status: if skipped { Status::Skipped } else { Status::NotRun },
            started: None,
            time: Duration::ZERO,
            cost: Cost::default(),
            error: None,
            printed: String::new(),
        }
    };
    code.map(report).collect()
}

fn run_cell(
    cell: &mut CellReport,
    rules: &Rules,
    engine: &mut dyn Engine,
    recorder: &Arc<Recorder>,
    stop: &Stop,
    keep: &mut (dyn FnMut() + Send),
) {
    let number = cell.number.unwrap_or_default();
    let request = engine::Cell { code: cell.source.clone(), number };
    let frontend: Arc<dyn Frontend> = recorder.clone();
    recorder.begin(cell.position, number);
    let limit = rules.limit();
    cell.started = Some(Timestamp::now());
    let started = Instant::now();
    let timeout = limit.as_ref().map(|(limit, _)| *limit);
    let (mut reply, cut) = watch::execute(engine, &request, &frontend, timeout, stop, keep);
    cell.time = started.elapsed();
    cell.cost = reply.cost;
    if let (Some(Cut::TimedOut), Some((_, what))) = (cut, limit) {
        reply.error = Some(timed_out(what, reply.error));
    }
    let tolerant = rules.tolerant.contains(&cell.position) && !reply.died;
    let error = reply.error.map(readable);
    (cell.status, cell.error) = judge(error, reply.died, cut, tolerant);
    if cell.status != Status::Passed {
        cell.printed = recorder.printed();
    }
    if let Some(error) = &cell.error {
        recorder.error(error.clone());
    }
}

/// The same error, of a length that people read.
fn readable(mut error: CellError) -> CellError {
    error.evalue = shortened(error.evalue);
    if error.traceback.iter().map(String::len).sum::<usize>() > LONG_ERROR {
        error.traceback = vec![shortened(error.traceback.join("\n"))];
    }
    error
}

/// A traceback is kept whole up to so many bytes.
const LONG_ERROR: usize = 1 << 20;

fn judge(
    error: Option<CellError>,
    died: bool,
    cut: Option<Cut>,
    tolerant: bool,
) -> (Status, Option<CellError>) {
    match (cut, error) {
        (Some(Cut::TimedOut), error) => (Status::TimedOut, error),
        (_, None) => (Status::Passed, None),
        (Some(Cut::Stopped), error) => (Status::Interrupted, error),
        (None, error) if tolerant => (Status::Passed, error),
        (None, error) if died => (Status::Died, error),
        (None, error) => (Status::Failed, error),
    }
}

/// What the engine says of the interrupt, headed by its cause.
fn timed_out(evalue: String, error: Option<CellError>) -> CellError {
    let mut traceback = vec![format!("Timeout: {evalue}")];
    traceback.extend(error.into_iter().flat_map(|error| error.traceback));
    CellError { ename: "Timeout".into(), evalue, traceback }
}
