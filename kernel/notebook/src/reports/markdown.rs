//! A summary for people, such as in a job's page on GitHub.

use super::{Entry, label, last_printed, megabytes, plain_traceback};

/// A table of notebooks in Markdown, and below it what went wrong.
pub fn markdown(entries: &[Entry]) -> String {
    let passed = entries.iter().filter(|entry| entry.outcome() == "passed").count();
    let mut text = format!("## {passed} of {} notebooks passed\n\n", entries.len());
    text += "| notebook | cells | time | memory | result |\n|---|---:|---:|---:|---|\n";
    text.extend(entries.iter().map(row));
    text.extend(entries.iter().filter_map(problem));
    text
}

fn row(entry: &Entry) -> String {
    let cells = entry.cells().iter().filter(|cell| cell.number.is_some()).count();
    let peak = entry.cells().iter().filter_map(|cell| cell.cost.peak_memory).max();
    let peak = peak.map_or(String::new(), megabytes);
    let sign = if entry.outcome() == "passed" { "✅" } else { "❌" };
    let (name, seconds, outcome) = (&entry.name, entry.seconds(), entry.outcome());
    format!("| `{name}` | {cells} | {seconds:.1} s | {peak} | {sign} {outcome} |\n")
}

fn problem(entry: &Entry) -> Option<String> {
    let (place, text) = match &entry.result {
        Err(message) => (String::new(), message.clone()),
        Ok(report) => {
            let cell = report.culprit()?;
            let printed = last_printed(cell);
            let printed = if printed.is_empty() { printed } else { format!("{printed}\n\n") };
            (format!(", {}", label(cell)), printed + &plain_traceback(cell))
        }
    };
    // A fence longer than any run of backticks in the text.
    let fence = "`".repeat(text.split(|it| it != '`').map(str::len).max().unwrap_or(0).max(2) + 1);
    Some(format!("\n### `{}`{place}\n\n{fence}\n{}\n{fence}\n", entry.name, text.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failing, unread};
    use super::*;

    #[test]
    fn a_row_a_notebook_and_its_problem() {
        let expected = "## 0 of 2 notebooks passed

| notebook | cells | time | memory | result |
|---|---:|---:|---:|---|
| `labs/a.ipynb` | 2 | 3.2 s | 123 MB | ❌ failed |
| `b.ipynb` | 0 | 0.0 s |  | ❌ did not run |

### `labs/a.ipynb`, In[2]

```
before\u{1}

Panic: a < b & c
line 2
```

### `b.ipynb`

```
`b.ipynb` is not JSON
```
";
        assert_eq!(markdown(&[failing(), unread()]), expected);
    }
}
