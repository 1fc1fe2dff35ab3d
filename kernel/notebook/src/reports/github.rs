//! Workflow commands that mark failures on GitHub.

use super::{Entry, label, plain_traceback};
use crate::CellReport;
use std::path::Path;

/// A line for each notebook that did not pass, in the form that GitHub Actions turns into marks.
pub fn annotations(entries: &[Entry]) -> String {
    entries.iter().filter_map(annotation).collect()
}

fn annotation(entry: &Entry) -> Option<String> {
    let (title, text, line) = match &entry.result {
        Err(message) => ("the notebook did not run".to_owned(), message.clone(), None),
        Ok(report) => {
            let cell = report.culprit()?;
            let title = format!("{} {}", label(cell), entry.outcome());
            (title, plain_traceback(cell), line(&entry.file, cell))
        }
    };
    let (file, title) = (property(&entry.file()), property(&title));
    let line = line.map(|line| format!("line={line},")).unwrap_or_default();
    Some(format!("::error file={file},{line}title={title}::{}\n", data(&text)))
}

/// The line of the file in which the cell's ID stands; none in files without IDs.
fn line(file: &Path, cell: &CellReport) -> Option<usize> {
    let id = cell.id.as_ref().and_then(|id| serde_json::to_string(id).ok())?;
    let text = std::fs::read_to_string(file).ok()?;
    let has_id = |line: &str| {
        let value = line.trim_start().strip_prefix("\"id\":");
        value.is_some_and(|value| value.trim_start().starts_with(&id))
    };
    text.lines().position(has_id).map(|position| position + 1)
}

/// GitHub ends a command at the line's end.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// In a property `,` and `:` have a meaning too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failing, unread};
    use super::*;

    #[test]
    fn a_line_for_each_failure() {
        let expected = "\
::error file=labs/a.ipynb,title=In[2] failed::Panic: a < b & c%0Aline 2
::error file=b.ipynb,title=the notebook did not run::`b.ipynb` is not JSON
";
        assert_eq!(annotations(&[failing(), unread()]), expected);
        assert_eq!(property("100%, a:b\n"), "100%25%2C a%3Ab%0A");
    }
}
