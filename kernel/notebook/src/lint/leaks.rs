//! Rules about what must not leave its author: solutions, and paths of one machine.

use super::{Checked, Found, Rule};
use crate::Region;

/// How paths begin that exist on one machine only; also `C:\`, for any letter.
const ROOTS: [&str; 5] = ["/home/", "/root/", "/Users/", "/tmp/", "/mnt/"];
/// What stands where a student should write.
const STUBS: [&str; 3] = ["todo!()", "YOUR CODE HERE", "YOUR ANSWER HERE"];

/// Finds solutions in a student version, regions that are not whole, and absolute paths in code.
pub(super) fn find(found: &mut Found) {
    let is_released = found.cells.iter().any(is_released);
    for cell in found.cells {
        for region in Region::ALL {
            match region.replace(&cell.source, "") {
                Err(problem) => found.push(cell, Rule::SolutionLeak, problem),
                Ok(Some(_)) if is_released => {
                    let message = format!("a student version has no {region}");
                    found.push(cell, Rule::SolutionLeak, message);
                }
                Ok(_) => {}
            }
        }
        if let Some(path) = absolute_path(&cell.source).filter(|_| cell.is_code()) {
            let message = format!("`{path}` is a path of one machine");
            found.push(cell, Rule::AbsolutePath, message);
        }
    }
}

/// Whether a cell was made for students: locked by a release, or a stub in place of a solution.
fn is_released(cell: &Checked) -> bool {
    let metadata = cell.cell.metadata();
    let marks = &metadata["nbgrader"];
    let is_locked = marks["checksum"].is_string() && metadata["deletable"] == false;
    let is_stub = marks["solution"] == true
        && !cell.source.contains("BEGIN SOLUTION")
        && STUBS.iter().any(|stub| cell.source.contains(stub));
    is_locked || is_stub
}

/// The first path in a text that exists on one machine only.
pub fn absolute_path(text: &str) -> Option<&str> {
    let is_part = |it: char| it.is_alphanumeric() || "./\\_-~:}".contains(it);
    let starts = text.char_indices().filter(|(at, _)| !text[..*at].ends_with(is_part));
    let mut paths = starts.map(|(at, _)| &text[at..]).filter(|rest| is_absolute(rest));
    let path = paths.next()?;
    Some(
        path.split(|it: char| it.is_whitespace() || "\"'`,;()<>".contains(it))
            .next()
            .unwrap_or(path),
    )
}

fn is_absolute(path: &str) -> bool {
    let drive = |path: &str| {
        let mut letters = path.chars();
        letters.next().is_some_and(|it| it.is_ascii_uppercase())
            && letters.next() == Some(':')
            && letters.next() == Some('\\')
    };
    ROOTS.iter().any(|root| path.starts_with(root)) || drive(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_one_machine_are_found() {
        let text = "read(\"/home/me/a.csv\", x)";
        assert_eq!(absolute_path(text), Some("/home/me/a.csv"));
        assert_eq!(absolute_path("let f = r\"C:\\data\\a\";"), Some("C:\\data\\a"));
        assert_eq!(absolute_path("`/tmp/x`"), Some("/tmp/x"));
    }

    #[test]
    fn other_slashes_are_no_paths_of_one_machine() {
        for text in
            ["https://a.org/home/me", "data/tmp/a", "/usr/share", "a / b", "{x}/mnt/a", "T:"]
        {
            assert_eq!(absolute_path(text), None, "{text}");
        }
    }
}
