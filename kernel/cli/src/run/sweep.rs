//! The table of a notebook's runs with different values.

use super::task::Ended;
use crate::print;

/// One run.
pub struct Row {
    /// How the user calls the run.
    pub called: String,
    name: String,
    label: String,
    result: String,
}

impl Row {
    /// What became of a notebook, and the last line it showed: in a sweep most often its figure.
    pub fn of(ended: &Ended) -> Self {
        let result = match &ended.result {
            Ok(report) if report.culprit().is_none() => ended.last_line.clone(),
            _ => "did not pass".into(),
        };
        let label = ended.label.replace(',', "  ");
        let called = ended.job.called(&ended.label);
        Self { called, name: ended.job.name.display().to_string(), label, result }
    }
}

/// Prints the rows, below its name those of each notebook where there are several.
pub fn table(rows: &[Row]) {
    let width = rows.iter().map(|row| row.label.chars().count()).max().unwrap_or(0);
    let several = rows.iter().any(|row| row.name != rows[0].name);
    let mut last = "";
    for Row { name, label, result, .. } in rows {
        if several && last != name {
            print::line(name);
        }
        last = name;
        print::line(format_args!("{label:width$}  {result}"));
    }
}
