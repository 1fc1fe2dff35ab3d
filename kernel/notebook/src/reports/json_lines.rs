//! A line of JSON for each cell and each notebook.

use super::{Entry, last_printed, plain_traceback, word};
use crate::CellReport;
use serde_json::{Value, json};

/// The lines of a notebook: one for each code cell, then one for the whole. Times are in seconds,
/// memory is in bytes, `started` is in UTC.
pub fn json_lines(entry: &Entry) -> String {
    let cells = entry.cells().iter().map(|cell| line(cell_json(entry, cell)));
    let (started, error) = match &entry.result {
        Ok(report) => (Some(report.started.to_string()), None),
        Err(message) => (None, Some(message)),
    };
    let whole = json!({"event": "notebook", "notebook": entry.name, "output": entry.output.display().to_string(),
        "outcome": entry.outcome(), "started": started, "seconds": entry.seconds(),
        "error": error});
    cells.chain([line(whole)]).collect()
}

fn line(json: Value) -> String {
    format!("{json}\n")
}

fn cell_json(entry: &Entry, cell: &CellReport) -> Value {
    let error = cell.error.as_ref().map(|error| {
        json!({"ename": error.ename, "evalue": error.evalue, "traceback": plain_traceback(cell)})
    });
    json!({"event": "cell", "notebook": entry.name, "position": cell.position, "id": cell.id,
        "number": cell.number, "status": word(cell.status), "seconds": cell.time.as_secs_f64(),
        "compile_seconds": cell.cost.compile.as_secs_f64(),
        "run_seconds": cell.cost.run.as_secs_f64(),
        "peak_memory": cell.cost.peak_memory, "printed": last_printed(cell), "error": error})
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failing, unread};
    use super::*;

    fn lines(entry: &Entry) -> Vec<Value> {
        json_lines(entry).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn cells_come_before_their_notebook() {
        let lines = lines(&failing());
        assert_eq!(lines.len(), 5);
        assert_eq!((&lines[1]["number"], &lines[1]["status"]), (&json!(2), &json!("failed")));
        assert_eq!(lines[1]["error"]["traceback"], "Panic: a < b & c\nline 2");
        assert_eq!(lines[0]["peak_memory"], 123_400_000);
        assert_eq!(lines[1]["printed"], "before\u{1}");
        assert_eq!(lines[4]["started"], "2026-11-24T01:02:03Z");
        assert_eq!(lines[4]["seconds"], 3.21);
    }

    #[test]
    fn what_did_not_run_says_why() {
        let lines = lines(&unread());
        assert_eq!(lines[0]["outcome"], "did not run");
        assert_eq!(lines[0]["error"], "`b.ipynb` is not JSON");
    }
}
