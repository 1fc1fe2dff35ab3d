//! The table of a notebook's runs with different values.

use super::task::Ended;
use crate::print;

/// One run.
pub struct Row {
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
        Self { label: ended.label.replace(',', "  "), result }
    }
}

/// Prints the rows, sorted by their values; nothing where there are none.
pub fn table(mut rows: Vec<Row>) {
    rows.sort_by(|one, two| one.label.cmp(&two.label));
    let width = rows.iter().map(|row| row.label.chars().count()).max().unwrap_or(0);
    for Row { label, result } in rows {
        print::line(format_args!("{label:width$}  {result}"));
    }
}
