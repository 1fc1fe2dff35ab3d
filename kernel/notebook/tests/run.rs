//! Runs small notebooks on the toy engine, and on engines that misbehave.

use candlelab_engine::*;
use candlelab_notebook::{Notebook, Options, Outcome, Report, Status, Stop, run};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A notebook with these code cells; a cell's first line may be `#tag`.
fn notebook(sources: &[&str]) -> Notebook {
    let cell = |source: &&str| {
        let (tags, code) = match source.strip_prefix('#').and_then(|it| it.split_once('\n')) {
            Some((tag, code)) => (vec![tag], code),
            None => (vec![], *source),
        };
        json!({"cell_type": "code", "execution_count": 99, "metadata": {"tags": tags},
            "outputs": [{"name": "stdout", "output_type": "stream", "text": ["stale\n"]}],
            "source": code})
    };
    let cells: Vec<Value> = sources.iter().map(cell).collect();
    let root = json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4});
    Notebook::parse(root.to_string().as_bytes(), "test.ipynb").unwrap()
}

fn statuses(report: &Report) -> Vec<Status> {
    report.cells.iter().map(|cell| cell.status).collect()
}

/// Runs on the toy engine; returns the report and the cells as JSON.
fn run_cells(sources: &[&str], options: &mut Options) -> (Report, Vec<Value>) {
    run_on(&mut Echo::default(), sources, options)
}

fn run_on(
    engine: &mut dyn Engine,
    sources: &[&str],
    options: &mut Options,
) -> (Report, Vec<Value>) {
    let mut notebook = notebook(sources);
    let report = run(&mut notebook, engine, options);
    let root: Value = serde_json::from_str(&notebook.to_text()).unwrap();
    (report, root["cells"].as_array().unwrap().clone())
}

fn limit(milliseconds: u64) -> Options<'static> {
    Options { timeout: Some(Duration::from_millis(milliseconds)), ..Options::default() }
}

#[test]
fn cells_count_from_one_and_empty_ones_do_not_count() {
    let (report, cells) = run_cells(
        &["print a", "  \n", "#skip-execution\nfail", "value b"],
        &mut Options::default(),
    );
    assert_eq!(report.outcome(), Outcome::Passed);
    assert_eq!(report.executed(), 2);
    let counts: Vec<&Value> = cells.iter().map(|cell| &cell["execution_count"]).collect();
    assert_eq!(counts, [&json!(1), &json!(99), &json!(99), &json!(2)]);
    assert_eq!(cells[0]["outputs"][0]["text"], json!(["a\n"]));
    assert_eq!(cells[2]["outputs"][0]["text"], json!(["stale\n"]));
}

#[test]
fn the_first_failure_ends_the_run_and_later_cells_are_empty() {
    let (report, cells) = run_cells(&["print a\nfail no", "print b"], &mut Options::default());
    assert_eq!(report.outcome(), Outcome::Failed);
    assert_eq!(statuses(&report), [Status::Failed, Status::NotRun]);
    let failed = report.culprit().unwrap();
    assert_eq!((failed.number, failed.printed.as_str()), (Some(1), "a\n"));
    let error = json!({"ename": "Failure", "evalue": "no", "output_type": "error",
        "traceback": ["Failure: no"]});
    assert_eq!(cells[0]["outputs"][1], error);
    assert_eq!((&cells[1]["outputs"], &cells[1]["execution_count"]), (&json!([]), &Value::Null));
}

#[test]
fn a_tagged_cell_may_fail() {
    let (report, cells) =
        run_cells(&["#raises-exception\nfail as shown", "print b"], &mut Options::default());
    assert_eq!(report.outcome(), Outcome::Passed);
    assert_eq!(report.cells[0].error.as_ref().unwrap().evalue, "as shown");
    assert_eq!(cells[0]["outputs"][0]["output_type"], "error");
}

#[test]
fn nbvals_tags_mean_the_same() {
    let sources = ["#nbval-raises-exception\nfail", "#nbval-skip\nfail", "print b"];
    let (report, _) = run_cells(&sources, &mut Options::default());
    assert_eq!(statuses(&report), [Status::Passed, Status::Skipped, Status::Passed]);
}

#[test]
fn a_notebook_may_say_that_its_cells_may_fail_and_how_long_they_may_run() {
    let run = |own: Value, source: &str| {
        let mut root = notebook(&[source]).json().clone();
        root["metadata"]["execution"] = own;
        let mut notebook = Notebook::from_json(root, "test.ipynb").unwrap();
        run(&mut notebook, &mut Echo::default(), &mut limit(60_000)).outcome()
    };
    assert_eq!(run(json!({"allow_errors": true}), "fail"), Outcome::Passed);
    assert_eq!(run(json!({}), "fail"), Outcome::Failed);
    assert_eq!(run(json!({"timeout": 0.05}), "sleep 60000"), Outcome::TimedOut);
}

#[test]
fn all_cells_together_have_a_limit() {
    let total_timeout = Some(Duration::from_millis(150));
    let mut options = Options { total_timeout, ..Options::default() };
    let (report, cells) = run_cells(&["sleep 100", "sleep 60000", "print c"], &mut options);
    assert_eq!(statuses(&report), [Status::Passed, Status::TimedOut, Status::NotRun]);
    let error = &cells[1]["outputs"][0];
    assert_eq!(error["evalue"], "the notebook ran longer than 0.15 s, its limit");
}

#[test]
fn a_cell_that_never_ends_is_stopped() {
    let (report, cells) = run_cells(&["sleep 60000", "print b"], &mut limit(50));
    assert_eq!(report.outcome(), Outcome::TimedOut);
    assert_eq!(statuses(&report), [Status::TimedOut, Status::NotRun]);
    let error = &cells[0]["outputs"][0];
    assert_eq!(error["evalue"], "the cell ran longer than 0.05 s, its limit");
    assert_eq!(error["traceback"][1], "Interrupted: interrupted by the user");
}

#[test]
fn even_a_tagged_cell_must_end_in_time() {
    let (report, _) = run_cells(&["#raises-exception\nsleep 60000"], &mut limit(50));
    assert_eq!(report.outcome(), Outcome::TimedOut);
}

#[test]
fn a_stop_interrupts_the_running_cell_and_begins_no_other() {
    let stop = Stop::default();
    let from_outside = stop.clone();
    let mut progress = |done, total| {
        assert_eq!((done, total), (0, 2));
        from_outside.stop();
    };
    let mut options = Options { stop, progress: Some(&mut progress), ..Options::default() };
    let (report, cells) = run_cells(&["print a\nsleep 60000", "print b"], &mut options);
    assert_eq!(report.outcome(), Outcome::Interrupted);
    assert_eq!(statuses(&report), [Status::Interrupted, Status::NotRun]);
    assert_eq!(cells[0]["outputs"][0]["text"], json!(["a\n"]));
}

#[test]
fn a_stop_before_the_run_runs_nothing() {
    let mut options = Options::default();
    options.stop.stop();
    let (report, _) = run_cells(&["print a"], &mut options);
    assert_eq!((report.outcome(), report.executed()), (Outcome::Interrupted, 0));
}

#[test]
fn a_dead_worker_is_not_a_failed_cell() {
    let (report, _) = run_on(&mut Odd::dying(), &["anything", "more"], &mut Options::default());
    assert_eq!(report.outcome(), Outcome::Died);
    assert_eq!(statuses(&report), [Status::Died, Status::NotRun]);
    let tolerated = ["#raises-exception\nanything"];
    let (report, _) = run_on(&mut Odd::dying(), &tolerated, &mut Options::default());
    assert_eq!(report.outcome(), Outcome::Died);
}

#[test]
fn an_interrupt_that_came_too_early_is_sent_again() {
    let (report, _) = run_on(&mut Odd::deaf_once(), &["anything"], &mut limit(20));
    assert_eq!(report.outcome(), Outcome::TimedOut);
}

/// An engine that misbehaves in one way.
struct Odd {
    interrupted: Arc<Twice>,
    dies: bool,
}

/// Hears only the second interrupt.
#[derive(Default)]
struct Twice {
    first: AtomicBool,
    second: AtomicBool,
}

impl Odd {
    fn dying() -> Self {
        Self { interrupted: Arc::default(), dies: true }
    }

    fn deaf_once() -> Self {
        Self { interrupted: Arc::default(), dies: false }
    }
}

impl Handle for Twice {
    fn interrupt(&self) {
        if self.first.swap(true, Ordering::SeqCst) {
            self.second.store(true, Ordering::SeqCst);
        }
    }
}

impl Engine for Odd {
    fn execute(&mut self, _cell: &Cell, _frontend: &Arc<dyn Frontend>) -> Reply {
        while !self.dies && !self.interrupted.second.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let ename = if self.dies { "WorkerDied" } else { "Interrupted" };
        let error = CellError { ename: ename.into(), ..CellError::default() };
        Reply { error: Some(error), died: self.dies, ..Reply::default() }
    }

    fn handle(&self) -> Arc<dyn Handle> {
        self.interrupted.clone()
    }

    fn restart(&mut self) -> Result<(), EngineError> {
        Ok(())
    }
}
