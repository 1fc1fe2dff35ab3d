//! Puts values into a notebook, as papermill does.

use super::{Assignment, Parameter, declare};
use crate::{Notebook, Report, Status, json};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use std::path::Path;

/// The tag of the cell that gives parameters their values.
const TAG: &str = "injected-parameters";

impl Notebook {
    /// Gives parameters values in a cell behind the one that declares them; one of an earlier run
    /// goes.
    pub fn inject(&mut self, assignment: &Assignment, parameters: &[Parameter]) {
        let old = self.cells().position(|cell| cell.has_tag(TAG));
        old.map(|position| self.cells_mut().remove(position));
        let place = declare::cell(self).map_or(0, |(position, _)| position + 1);
        let source = format!("// Parameters\n{}", assignment.lines.join("\n"));
        let mut cell = json!({"cell_type": "code", "execution_count": null,
            "metadata": {"tags": [TAG]}, "outputs": [], "source": json::split(&source)});
        if let Some(id) = self.new_id(TAG) {
            cell["id"] = id.into();
        }
        self.cells_mut().insert(place, cell);
        let defaults: Map<String, Value> =
            parameters.iter().map(|it| (it.name.clone(), it.default.as_str().into())).collect();
        self.set_metadata(
            "papermill",
            json!({"default_parameters": defaults,
            "environment_variables": {}, "parameters": assignment.values}),
        );
    }

    /// Notes how a run with parameters went, where papermill's readers look for it.
    pub fn note_run(&mut self, report: &Report, input: &Path, output: &Path) {
        let time = |at: Timestamp| at.to_zoned(TimeZone::UTC).datetime().to_string();
        let end = report.started.checked_add(report.time).unwrap_or(report.started);
        let mut own = self.metadata()["papermill"].clone();
        let more = json!({"duration": report.time.as_secs_f64(), "end_time": time(end),
            "exception": report.culprit().map(|_| true), "input_path": input.display().to_string(),
            "output_path": output.display().to_string(),
            "start_time": time(report.started), "version": env!("CARGO_PKG_VERSION")});
        if let (Some(own), Value::Object(more)) = (own.as_object_mut(), more) {
            own.extend(more);
            self.set_metadata("papermill", Value::Object(own.clone()));
        }
        for cell in &report.cells {
            let exception = cell.status.outcome().is_some();
            let status = match cell.status {
                Status::NotRun => "pending",
                _ if exception => "failed",
                _ => "completed",
            };
            let mut note = json!({"duration": cell.time.as_secs_f64(), "exception": exception,
                "status": status});
            if let Some(started) = cell.started {
                note["start_time"] = time(started).into();
                note["end_time"] = time(started.checked_add(cell.time).unwrap_or(started)).into();
            }
            self.set_cell_metadata(cell.position, "papermill", note);
        }
    }
}
